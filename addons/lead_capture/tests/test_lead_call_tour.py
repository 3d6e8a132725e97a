from odoo.tests import HttpCase, tagged

from .call_common import CALLER, OURS, CallCommon


@tagged("post_install", "-at_install")
class TestLeadCallTour(CallCommon, HttpCase):
    def test_missed_call_becomes_a_task(self):
        client = self._create_client(phone=CALLER, user_id=self.client_user.id)
        address = f"/lead_capture/{self.exchange.token}/call"
        for event in ("start", "missed"):
            answer = self.url_open(
                address,
                json={"call_id": "t1", "event": event, "from": CALLER, "to": OURS},
            )
            self.assertEqual(answer.status_code, 200)
        self._work()
        call = self._get_call("t1")
        call.lead_id.user_id = self.client_user
        self.start_tour("/odoo/lead-calls", "lead_capture_call", login="client_user")
        self.assertRecordValues(
            call, [{"outcome": "wrong_number", "outcome_note": "A bakery"}]
        )
        self.assertEqual(self._get_points(client).state, "failed")
