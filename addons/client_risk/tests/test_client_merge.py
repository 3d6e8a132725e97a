import datetime as dt

from odoo.fields import Date
from odoo.tests import tagged

from odoo.addons.client_base.tests.merge_common import Picture, PointingRows

from .common import SOURCE, RiskCommon


@tagged("post_install", "-at_install")
class TestMergedPurchases(RiskCommon):
    """Purchases of both cards are those of one client, and go apart again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.transaction"].upsert(
            SOURCE,
            [
                cls._make_row("S-1", date="2026-01-10"),
                cls._make_row("S-2", date="2026-02-10"),
                cls._make_row("S-3", date="2026-03-10", partner_key="C-2"),
            ],
        )

    def _merge(self):
        merges = self.env["client.merge"].with_user(self.client_manager)
        return merges._merge(self.client, self.other_client)

    def _count(self, partner):
        partner.invalidate_recordset()
        profile = self.env["client.profile"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.env.company.id)]
        )
        return profile.purchase_count

    def test_purchases_are_judged_as_those_of_one_client(self):
        self._merge()
        self.assertEqual(self._count(self.client), 3)
        self.assertFalse(self._count(self.other_client))

    def test_undo_gives_each_card_its_own(self):
        self._merge().action_undo()
        self.assertEqual(self._count(self.client), 2)
        self.assertEqual(self._count(self.other_client), 1)

    def test_old_key_reaches_the_card_that_stays(self):
        self._merge()
        self._tell(self._make_row("S-4", partner_key="C-2", date="2026-04-10"))
        self.assertEqual(self._get_stored("S-4").partner_id, self.client)
        self.assertEqual(self._count(self.client), 4)

    def test_document_of_a_second_system_reaches_its_client(self):
        """The card has room for one key; the others are kept beside."""
        self.client.vat = "32855961"
        row = {"key": "B-7", "name": self.client.name, "tax_id": "32855961"}
        [told] = self.env["res.partner"].client_upsert("shop", [row])
        self.assertEqual(told["id"], self.client.id)
        row = self._make_row("S-5", partner_key="B-7", date="2026-04-10")
        [answer] = self.env["client.transaction"].upsert("shop", [row])
        self.assertEqual(answer["status"], "created")
        document = self.env["client.transaction"].browse(answer["id"])
        self.assertEqual(document.partner_id, self.client)

    def test_day_told_by_the_client_comes_along(self):
        profiles = self.env["client.profile"].search(
            [("partner_id", "=", self.other_client.id)]
        )
        told = Date.today() + dt.timedelta(days=10)
        profiles.told_date = told
        self._merge()
        profile = self.env["client.profile"].search(
            [("partner_id", "=", self.client.id)]
        )
        self.assertEqual(profile.told_date, told)

    def test_merged_and_taken_back_everything_is_as_it_was(self):
        cards = self.client | self.other_client
        profiles = self.env["client.profile"].search([("partner_id", "in", cards.ids)])
        for days, profile in enumerate(profiles, 10):
            profile.told_date = Date.today() + dt.timedelta(days=days)
        self.env["client.claim"].create(
            {"partner_id": self.other_client.id, "name": "Broken glass"}
        )
        PointingRows(self.env, seed=1).make(cards)
        self.env["client.merge"]._recompute(cards)
        self.env["client.profile"]._judge_clients(cards, self.env.company)
        before = Picture(self.env, cards)
        merge = self._merge()
        self.assertTrue(Picture(self.env, cards).get_differences(before))
        merge.action_undo()
        differences = Picture(self.env, cards).get_differences(before)
        self.assertFalse(differences, "\n".join(map(str, differences)))

    def test_removal_of_the_merged_card_does_not_remove_the_other(self):
        reason = self.env["client.leaving.reason"].search([], limit=1)
        self.env["client.removal"].sudo().create(
            {
                "partner_id": self.other_client.id,
                "company_id": self.env.company.id,
                "reason_id": reason.id,
                "date": "2026-04-01",
                "user_id": self.client_manager.id,
                "review_date": "2026-10-01",
            }
        )
        self._merge()
        status = self.client.with_user(self.client_manager).client_status
        self.assertNotEqual(status, "removed")
