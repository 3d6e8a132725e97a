from odoo.exceptions import AccessError
from odoo.tests import tagged, users

from .common import RiskCommon


@tagged("post_install", "-at_install")
class TestClientLeaving(RiskCommon):
    """Every client who left counts once, for the reason that was told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env["client.leaving.reason"].sudo().create({"name": "Prices"})

    def _remove(self, client, day="2026-02-01", **values):
        return (
            self.env["client.removal"]
            .sudo()
            .create(
                {
                    "partner_id": client.id,
                    "company_id": self.env.company.id,
                    "user_id": self.client_user.id,
                    "date": day,
                    "review_date": "2026-08-01",
                    "reason_id": self.reason.id,
                    **values,
                }
            )
        )

    def _lose(self, client, day="2026-02-01"):
        return (
            self.env["client.reactivation"]
            .sudo()
            .create(
                {
                    "partner_id": client.id,
                    "company_id": self.env.company.id,
                    "opened_on": "2026-01-01",
                    "closed_on": day,
                    "state": "lost",
                    "reason_id": self.reason.id,
                }
            )
        )

    def _find(self):
        self.env.flush_all()
        found = self.env["client.leaving"].search([("reason_id", "=", self.reason.id)])
        return sorted((one.partner_id.id, one.kind) for one in found)

    def test_removed_and_not_won_back_are_both_there(self):
        self._remove(self.client)
        self._lose(self.other_client)
        self.assertEqual(
            self._find(),
            sorted([(self.client.id, "removed"), (self.other_client.id, "lost")]),
        )

    def test_case_that_a_removal_ended_counts_once(self):
        self._remove(self.client)
        self._lose(self.client, "2026-02-02")
        self.assertEqual(self._find(), [(self.client.id, "removed")])

    def test_case_lost_after_the_client_was_back_counts_too(self):
        self._remove(self.client, "2025-02-01", state="back", ended_on="2025-06-01")
        self._lose(self.client)
        self.assertEqual(
            self._find(), [(self.client.id, "lost"), (self.client.id, "removed")]
        )

    @users("client_user")
    def test_salesperson_opens_the_client(self):
        self._remove(self.client)
        self.env.flush_all()
        row = self.env["client.leaving"].search([("reason_id", "=", self.reason.id)])
        self.assertEqual(row.action_open_client()["res_id"], self.client.id)

    @users("portal_user")
    def test_portal_user_reads_nothing(self):
        with self.assertRaises(AccessError):
            self.env["client.leaving"].search([])
