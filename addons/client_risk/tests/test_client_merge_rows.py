import datetime as dt

from odoo.tests import tagged

from odoo.addons.client_base.tests.merge_common import Picture

from .test_client_profile import TODAY
from .test_client_reactivation import WinbackCommon

# Every table of this addon that points at a card.
TABLES = {
    "client_claim",
    "client_keeping",
    "client_profile",
    "client_profile_move",
    "client_profile_retry",
    "client_promise",
    "client_reactivation",
    "client_removal",
    "client_risk_task",
    "client_stay",
    "client_suggestion",
    "client_transaction",
}


class MergedRowsCommon(WinbackCommon):
    """Two cards of one client, each with what the addon knows of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cards = cls.client | cls.other_client
        cls.items = cls.env["client.item"].create(
            [
                {
                    "name": f"Ware {n}",
                    "key": f"ware {n}",
                    "kind": "product",
                    "company_id": cls.env.company.id,
                }
                for n in range(4)
            ]
        )
        cls.sudo_env = cls.env(su=True)

    def _merge(self):
        merges = self.env["client.merge"].with_user(self.client_manager)
        return merges._merge(self.client, self.other_client)

    def _suggest(self, card, item, state="open", **values):
        return self.sudo_env["client.suggestion"].create(
            {
                "partner_id": card.id,
                "company_id": self.env.company.id,
                "item_id": item.id,
                "kind": "pair",
                "state": state,
                "suggested_on": TODAY,
                **values,
            }
        )

    def _refuse(self, card, item):
        suggestion = self._suggest(card, item)
        suggestion.with_user(self.seller)._refuse("price", "Cheaper next door")
        return suggestion

    def _get_state(self, card):
        return self._get_profile(card).silence_state


@tagged("post_install", "-at_install")
class TestMergedRows(MergedRowsCommon):
    """Merged and taken back, every row of every table is where it was."""

    def _make_rows(self):
        """Give each card a row of every kind, so that unique ones collide."""
        self._fall_silent()
        self._fall_silent("C-2")
        self._run()
        for number, card in enumerate(self.cards):
            self._suggest(card, self.items[0], "bought", bought_on=TODAY)
            self._suggest(card, self.items[1 + number])
            self._make_decisions(card)
            self._make_measures(card)
            profile = self._get_profile(card).with_user(self.client_manager)
            profile._tell_date(TODAY + dt.timedelta(days=10 + number))
        self._refuse(self.client, self.items[3])
        self._suggest(self.other_client, self.items[3], "later", remind_on=TODAY)

    def _make_decisions(self, card):
        values = {"partner_id": card.id, "company_id": self.env.company.id}
        decided = {"user_id": self.seller.id, "date": TODAY}
        self.env["client.claim"].create({**values, "name": "Broken glass"})
        self.sudo_env["client.keeping"].create(
            {**values, **decided, "until": TODAY + dt.timedelta(days=90)}
        )
        self.sudo_env["client.removal"].create(
            {
                **values,
                **decided,
                "reason_id": self.reason.id,
                "review_date": TODAY + dt.timedelta(days=90),
                "state": "back",
            }
        )

    def _make_measures(self, card):
        values = {"partner_id": card.id, "company_id": self.env.company.id}
        self.sudo_env["client.profile.retry"].create(values)
        self.sudo_env["client.stay"].create(
            {
                **values,
                "status": "stable",
                "sector": "growth",
                "date_from": TODAY - dt.timedelta(days=99),
                "date_to": TODAY,
                "origin": "new",
            }
        )
        self.sudo_env["client.risk.task"].create(
            {
                **values,
                "profile_id": self._get_profile(card).id,
                "kind": "ask_date",
                "state": "done",
                "status": "stable",
            }
        )

    def _count_rows(self, picture):
        return {
            table: {row["partner_id"] for row in rows}
            for (table, column), rows in picture.rows.items()
            if column == "partner_id" and table in TABLES
        }

    def test_every_table_of_the_addon_is_tried(self):
        own = {
            model._table
            for model in self.env.values()
            if model._original_module == "client_risk"
        }
        wizard = self.env["base.partner.merge.automatic.wizard"]
        links = wizard._get_fk_on("res_partner")
        pointing = {table for table, _column in links if table in own}
        # lines follow their documents
        self.assertEqual(pointing - {"client_transaction_line"}, TABLES)

    def test_merged_and_taken_back_no_row_is_lost(self):
        self._make_rows()
        self.env["client.merge"]._recompute(self.cards)
        self.env["client.profile"]._judge_clients(self.cards, self.env.company)
        before = Picture(self.env, self.cards)
        both = {table: set(self.cards.ids) for table in TABLES}
        self.assertEqual(self._count_rows(before), both)
        merge = self._merge()
        self.assertTrue(Picture(self.env, self.cards).get_differences(before))
        merge.action_undo()
        self.assertFalse(merge.kept)
        differences = Picture(self.env, self.cards).get_differences(before)
        self.assertFalse(differences, "\n".join(map(str, differences)))


@tagged("post_install", "-at_install")
class TestMergedSuggestions(MergedRowsCommon):
    def test_refusal_on_a_merged_card_holds_for_the_client(self):
        kept = self._suggest(self.client, self.items[0])
        refused = self._refuse(self.other_client, self.items[0])
        merge = self._merge()
        self.assertRecordValues(
            kept,
            [
                {
                    "state": "refused",
                    "refused_until": refused.refused_until,
                    "refuse_note": "Cheaper next door",
                    "answered_by_id": self.seller.id,
                }
            ],
        )
        merge.action_undo()
        self.assertEqual((kept.state, refused.state), ("open", "refused"))
        self.assertFalse(kept.refused_until)

    def test_suggestion_that_one_card_has_comes_over(self):
        later = self._suggest(
            self.other_client, self.items[0], "later", remind_on=TODAY
        )
        merge = self._merge()
        self.assertEqual(later.partner_id, self.client)
        merge.action_undo()
        self.assertEqual(later.partner_id, self.other_client)

    def test_answer_given_since_is_not_taken_back(self):
        kept = self._suggest(self.client, self.items[0])
        self._suggest(self.other_client, self.items[0], "later", remind_on=TODAY)
        merge = self._merge()
        kept.with_user(self.seller)._refuse("price")
        merge.action_undo()
        self.assertEqual(kept.state, "refused")


@tagged("post_install", "-at_install")
class TestMergedCases(MergedRowsCommon):
    def test_case_goes_on_with_the_card_that_stays(self):
        self._fall_silent("C-2")
        self._run()
        case = self._get_case(self.other_client)
        self.assertEqual(case.state, "open")
        self._merge()
        self.assertRecordValues(case, [{"partner_id": self.client.id, "state": "open"}])
        self._run(1)
        self.assertEqual(case.state, "open")
        self.assertEqual(case.activity_id.res_id, self.client.id)
        self.assertEqual(self._get_state(self.client), "open")

    def test_of_two_cases_the_one_with_more_attempts_goes_on(self):
        self._fall_silent()
        self._fall_silent("C-2")
        self._run()
        own, other = self._get_case(), self._get_case(self.other_client)
        other.sudo().attempt_count = 1
        task = own.activity_id
        merge = self._merge()
        self.assertEqual((own.state, other.state), ("cancelled", "open"))
        self.assertEqual(other.partner_id, self.client)
        merge.action_undo()
        self.assertEqual((own.state, other.state), ("open", "open"))
        self.assertEqual(other.partner_id, self.other_client)
        self.assertTrue(task.active)

    def test_night_takes_back_the_task_of_a_dropped_case(self):
        self._fall_silent()
        self._fall_silent("C-2")
        self._run()
        dropped = self._get_case(self.other_client)
        task = dropped.activity_id
        self._merge()
        self.assertEqual(dropped.state, "cancelled")
        self._run(1)
        self.assertFalse(task.exists())

    def test_who_buys_by_his_other_card_was_not_won_back(self):
        self._fall_silent("C-2")
        self._run()
        case = self._get_case(self.other_client)
        self._buy(*range(5, 300, 20))
        merge = self._merge()
        self.assertEqual(case.state, "cancelled")
        self.assertFalse(case.won_on)
        merge.action_undo()
        self.assertRecordValues(
            case, [{"state": "open", "partner_id": self.other_client.id}]
        )

    def test_in_a_merge_of_odoo_he_was_not_won_back_either(self):
        self._fall_silent("C-2")
        self._run()
        case = self._get_case(self.other_client)
        task = case.activity_id
        self._buy(*range(5, 300, 20))
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(self.cards.ids, self.client)
        self.assertEqual(case.state, "cancelled")
        self.assertFalse(task.exists())

    def test_client_who_said_no_is_left_alone_on_the_card_that_stays(self):
        self._fall_silent()
        self._fall_silent("C-2")
        self._run()
        self._get_case().sudo().unlink()
        lost = self._get_case(self.other_client)
        lost.sudo()._close("lost", reason_id=self.reason.id)
        self._merge()
        self._run(1)
        self.assertEqual(self._get_state(self.client), "rest")

    def test_newer_case_stays_when_the_merge_is_taken_back(self):
        self._fall_silent()
        self._fall_silent("C-2")
        self._run()
        own, other = self._get_case(), self._get_case(self.other_client)
        other.sudo().attempt_count = 1
        merge = self._merge()
        other.sudo()._close("later")
        newer = self.sudo_env["client.reactivation"].create(
            {
                "partner_id": self.client.id,
                "company_id": self.env.company.id,
                "opened_on": TODAY,
                "bought_on": TODAY,
            }
        )
        merge.action_undo()
        self.assertEqual((own.state, newer.state), ("cancelled", "open"))


@tagged("post_install", "-at_install")
class TestMergedToldDate(MergedRowsCommon):
    def test_told_date_goes_with_the_merge(self):
        self._fall_silent()
        self._fall_silent("C-2")
        told = TODAY + dt.timedelta(days=10)
        own, other = self._get_profile(), self._get_profile(self.other_client)
        other.with_user(self.client_manager)._tell_date(told)
        merge = self._merge()
        self.assertEqual(own.told_date, told)
        merge.action_undo()
        self.assertFalse(own.told_date)
        self.assertFalse(own.promise_ids)
        self.assertEqual(other.told_date, told)
