from unittest.mock import patch

from odoo.exceptions import AccessError, LockError, UserError
from odoo.tests import tagged, users

from ..models import client_merge_values
from .merge_common import OTHER_PHONE, PHONE, MergeCommon


@tagged("post_install", "-at_install")
class TestClientMerge(MergeCommon):
    # === WHAT COMES TOGETHER ===

    def test_phones_and_people_come_together(self):
        self._merge()
        self.assertPoints(self.kept, [PHONE, OTHER_PHONE])
        self.assertEqual(self.person.parent_id, self.kept)
        self.assertEqual(self.person.commercial_partner_id, self.kept)
        self.assertIn("Вербиченко Трейд", self.person.complete_name)
        self.assertEqual(self._get_points(self.person).client_id, self.kept)

    def test_number_of_both_cards_is_there_once_and_confirmed(self):
        self.gone.phone = PHONE
        self._get_points(self.gone)[0].action_confirm()
        self._merge()
        points = self._get_points(self.kept)
        self.assertEqual(points.mapped("normalized").count(PHONE), 1)
        self.assertEqual(points[0].state, "confirmed")

    def test_everything_comes_to_the_card_that_stays(self):
        self._fill()
        merge = self._merge()
        self.assertFalse(self.gone.active)
        self.assertEqual(self.gone.merged_into_id, self.kept)
        self.assertEqual(self.kept.client_group_ids, self.group)
        self.assertEqual(self.kept.category_id, self.tag)
        self.assertEqual((self.kept.sync_source, self.kept.sync_key), ("1c", "000001"))
        self.assertIn("Called in May", str(self.kept.message_ids.mapped("body")))
        self.assertEqual(self.kept.activity_ids.summary, "Call")
        self.assertEqual(self.kept.client_offer_ids.name, "Prices")
        self.assertEqual(self.env.ref("shop.client_7"), self.kept)
        self.assertEqual(self.kept.street, "Садова 7")
        self.assertIn("street", merge.sudo().change_ids.mapped("field"))

    def test_value_is_taken_from_the_chosen_card(self):
        self._merge(choices={"name": self.gone})
        self.assertEqual(self.kept.name, "ТОВ Вербиченко")

    def test_firm_of_a_person_is_not_lost(self):
        firm = self._create_client("Садівник", is_company=True)
        alone = self._create_client("Петро Верба", phone=OTHER_PHONE)
        there = self._create_client("Петро Верба", parent_id=firm.id)
        merge = self._merge(alone, there)
        self.assertEqual(alone.parent_id, firm)
        self.assertEqual(alone.commercial_partner_id, firm)
        merge.action_undo()
        self.assertFalse(alone.parent_id)
        self.assertEqual(there.parent_id, firm)

    def test_firm_becomes_nobodys_branch_by_itself(self):
        self.gone.parent_id = self._create_client("Холдинг", is_company=True)
        self._merge()
        self.assertFalse(self.kept.parent_id)

    def test_word_of_every_company_is_taken_over(self):
        other = self._create_company(name="Other")
        self.gone.with_company(other).barcode = "42"
        field = self.env["res.partner"]._fields["barcode"]
        self.assertTrue(field.company_dependent)
        with patch.object(client_merge_values, "OWN_FIELDS", {"id", "name", "vat"}):
            merge = self._merge()
        self.assertEqual(self.kept.with_company(other).barcode, "42")
        merge.action_undo()
        self.assertFalse(self.kept.with_company(other).barcode)

    def test_three_cards_become_one(self):
        third = self._create_client("Verbychenko", phone="063 222 33 44")
        self._merge(sources=self.gone | third)
        self.assertEqual(len(self._get_points(self.kept)), 3)
        self.assertEqual((self.gone | third).merged_into_id, self.kept)

    # === WHAT IS REFUSED ===

    def test_firm_and_its_person_stay_two(self):
        with self.assertRaisesRegex(UserError, "stay two cards"):
            self._merge(survivor=self.gone, sources=self.person)

    def test_firm_and_the_person_of_its_branch_stay_two(self):
        below = self._create_client("Марія", parent_id=self.person.id)
        for survivor, source in ((self.gone, below), (below, self.gone)):
            with self.assertRaisesRegex(UserError, "stay two cards"):
                self._merge(survivor, source)

    def test_card_of_a_user_stays(self):
        with self.assertRaisesRegex(UserError, "logs in"):
            self._merge(sources=self.portal_user.partner_id)
        self._merge(survivor=self.portal_user.partner_id, sources=self.gone)
        self.assertTrue(self.portal_user.partner_id.active)

    def test_cards_of_two_companies_stay_two(self):
        self.kept.company_id = self.env.company
        self.gone.company_id = self._create_company(name="Other")
        with self.assertRaisesRegex(UserError, "different companies"):
            self._merge()

    def test_card_that_is_merged_already_is_not_merged_again(self):
        """Two people chose overlapping cards; the second one comes after the first."""
        third = self._create_client("Verbychenko")
        first = self._merge()
        for survivor, source in ((third, self.gone), (self.gone, third)):
            with self.assertRaisesRegex(UserError, "merged with another card already"):
                self._merge(survivor=survivor, sources=source)
        self.assertEqual(self.gone.merged_into_id, self.kept)
        first.action_undo()
        self.assertEqual(self._merge(survivor=third, sources=self.gone).state, "done")

    def test_card_taken_out_of_the_archive_can_be_merged_again(self):
        self._merge()
        self.gone.active = True
        self._merge()
        self.assertFalse(self.gone.active)

    def test_card_that_somebody_writes_is_not_waited_for(self):
        partners = type(self.env["res.partner"])
        with (
            patch.object(partners, "lock_for_update", side_effect=LockError("x")),
            self.assertRaisesRegex(UserError, "Try again"),
        ):
            self._merge()
        self.assertTrue(self.gone.active)

    @users("client_user", "client_manager")
    def test_only_a_merge_says_which_card_stays(self):
        card = self.gone.with_env(self.env)
        for values in ({"merged_into_id": self.kept.id}, {"merged_into_id": False}):
            with self.assertRaises(AccessError):
                card.write(values)
        with self.assertRaises(AccessError):
            card.create({"name": "x", "merged_into_id": self.kept.id})

    def test_client_of_all_companies_is_taken_from_nobody(self):
        self._create_company(name="Other")
        self.kept.company_id = self.env.company
        with self.assertRaisesRegex(UserError, "client of all companies"):
            self._merge()
        cards = self.kept | self.gone
        self.assertEqual(
            self.env["client.merge"]._get_default_survivor(cards), self.gone
        )
        self._merge(survivor=self.gone, sources=self.kept)
        self.assertFalse(self.gone.company_id)

    @users("client_user")
    def test_salesperson_neither_merges_nor_takes_back(self):
        with self.assertRaises(AccessError):
            self.env["client.merge"]._merge(self.kept, self.gone)
        merge = self._merge()
        with self.assertRaises(AccessError):
            merge.with_env(self.env).action_undo()

    @users("client_manager")
    def test_nobody_makes_a_journal_by_hand(self):
        with self.assertRaises(AccessError):
            self.env["client.merge"].create({"survivor_id": self.kept.id})

    # === FROM DUPLICATES AND THE DIALOG ===

    @users("client_manager")
    def test_pair_is_merged(self):
        self.gone.sudo().write({"name": "Вербиченко Трейд", "phone": PHONE})
        self.env["client.duplicate"].scan()
        pair = self.env["client.duplicate"].search(
            [("left_id", "=", self.kept.id), ("right_id", "=", self.gone.id)]
        )
        merge = pair.action_merge()
        self.assertEqual(merge.state, "done")
        self.assertEqual(pair.state, "merged")
        merge.action_undo()
        self.assertEqual(pair.state, "open")

    def _pair(self, left, right, **values):
        """:return: a ``client.duplicate`` that the manager sees"""
        return (
            self.env["client.duplicate"]
            .sudo()
            .create(
                {"left_id": left.id, "right_id": right.id, "evidence": [], **values}
            )
            .with_user(self.client_manager)
        )

    def test_all_cards_that_pairs_chain_together_are_merged(self):
        """Many equal cards are compared with the first of them alone."""
        others = [self._create_client("Вербиченко") for _n in range(5)]
        pairs = self.env["client.duplicate"].with_user(self.client_manager)
        for other in others:
            pairs |= self._pair(self.kept, other, bits=9)
        merge = pairs.action_merge()
        self.assertEqual(len(merge.survivor_id | merge.source_ids), 6)
        self.assertEqual(set(pairs.mapped("state")), {"merged"})

    def test_pairs_join_nobody_who_was_told_apart(self):
        third = self._create_client("Verbychenko")
        pairs = self._pair(self.kept, third, bits=9)
        pairs |= self._pair(self.gone, third, bits=5)
        self._pair(self.kept, self.gone, state="different")
        pairs.action_merge()
        self.assertTrue(self.gone.active)
        self.assertEqual(len((self.kept | third).filtered("active")), 1)

    def test_what_was_told_apart_is_so_after_an_undo(self):
        pair = self._pair(self.kept, self.gone, state="different")
        self._merge().action_undo()
        self.assertEqual(pair.state, "different")

    def test_client_of_three_cards_has_two_after_a_merge(self):
        third = self._create_client("Verbychenko")
        between = self._pair(self.kept, self.gone, bits=9, score=1)
        stays = self._pair(self.kept, third, bits=9, score=1)
        goes = self._pair(self.gone, third, bits=9, score=1)
        (between | stays | goes).sudo()._join_again()
        self.assertEqual(stays.cluster_id.card_count, 3)
        self._merge()
        self.assertEqual(stays.cluster_id.card_count, 2)
        self.assertFalse(goes.exists())

    @users("client_manager")
    def test_dialog_takes_nothing_from_other_cards(self):
        third = self._create_client("Verbychenko")
        cards = (self.kept | self.gone).with_env(self.env)
        action = self.env["client.merge.wizard"]._open(cards)
        wizard = self.env["client.merge.wizard"].browse(action["res_id"])
        name = wizard.line_ids.filtered(lambda line: line.field == "name")
        name.card_id = third
        with self.assertRaisesRegex(UserError, "among the cards"):
            wizard.action_merge()
        name.card_id = self.kept
        wizard.survivor_id = third
        with self.assertRaisesRegex(UserError, "among the cards"):
            wizard.action_merge()

    @users("client_manager")
    def test_dialog_shows_what_differs_and_takes_what_is_chosen(self):
        cards = (self.kept | self.gone).with_env(self.env)
        action = self.env["client.merge.wizard"]._open(cards)
        wizard = self.env["client.merge.wizard"].browse(action["res_id"])
        name = wizard.line_ids.filtered(lambda line: line.field == "name")
        self.assertIn("Вербиченко Трейд", name.values)
        other = cards - wizard.survivor_id
        name.card_id = other
        expected = other.name
        wizard.action_merge()
        self.assertEqual(wizard.survivor_id.name, expected)
        self.assertEqual(other.merged_into_id, wizard.survivor_id)
