from datetime import datetime

from odoo.tests import tagged

from .common import LeadCommon

COLUMNS = ("processed", "joined", "rejected", "waiting", "failed")


@tagged("post_install", "-at_install")
class TestLeadLedger(LeadCommon):
    """Nothing vanishes: what was received is the sum of what became of it."""

    def _read_ledger(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["lead.ledger"].search([("channel_id", "=", self.channel.id)])

    def test_it_adds_up(self):
        self._process(
            {"phone": "0671234567"},
            {"phone": "0671234567"},
            {"phone": "0671234568", "robot": "x"},
        )
        waiting, failed = self._store({"phone": "0671234569"}, {"phone": "0671234560"})
        failed._fail(ValueError())
        self.assertEqual(waiting.state, "new")
        lines = self._read_ledger()
        self.assertRecordValues(
            lines,
            [{"received": 5, **dict.fromkeys(COLUMNS, 1)}],
        )

    def test_every_state_has_its_column(self):
        states = [
            state
            for state, _label in self.env["lead.request"]._fields["state"].selection
        ]
        requests = self._store(*({"phone": f"067{n:07}"} for n in range(len(states))))
        for request, state in zip(requests, states, strict=True):
            request.state = state
        line = self._read_ledger()
        self.assertEqual(line.received, sum(line[name] for name in COLUMNS))

    def test_day_is_the_company_s(self):
        self.env.company.resource_calendar_id.tz = "Europe/Kyiv"
        self._store({"phone": "1"}, received_at=datetime(2026, 3, 1, 23, 30))
        line = self._read_ledger()
        self.assertEqual(str(line.day), "2026-03-02")
        action = line.with_user(self.client_manager).action_open_requests()
        self.assertEqual(
            self.env["lead.request"].search(action["domain"]).received_at,
            datetime(2026, 3, 1, 23, 30),
        )
