from odoo.exceptions import UserError
from odoo.tests import tagged

from .merge_common import MergeCommon, Picture


@tagged("post_install", "-at_install")
class TestMergeBack(MergeCommon):
    """A merge taken back returns what nobody changed since, and lists the rest."""

    def test_merge_and_undo_leave_everything_as_it_was(self):
        self._fill()
        family = self.kept | self.gone | self.person
        before = Picture(self.env, family)
        merge = self._merge()
        self.assertTrue(Picture(self.env, family).get_differences(before))
        merge.action_undo()
        self.assertFalse(Picture(self.env, family).get_differences(before))
        self.assertFalse(merge.kept)
        self.assertEqual(merge.state, "undone")

    def test_undo_leaves_what_was_changed_since(self):
        merge = self._merge()
        self.kept.street = "Нова 1"
        self.person.parent_id = False
        merge.action_undo()
        self.assertEqual(self.kept.street, "Нова 1")
        self.assertFalse(self.person.parent_id)
        self.assertIn("Street", merge.kept)
        self.assertTrue(self.gone.active)

    def test_undo_lists_what_was_changed_on_the_merged_card(self):
        merge = self._merge()
        self.gone.active = True
        self.gone.write({"sync_source": "1c", "sync_key": "7", "city": "Суми"})
        merge.action_undo()
        self.assertEqual((self.gone.city, self.gone.sync_key), ("Суми", "7"))

    def test_undo_goes_on_where_the_merged_card_has_a_row_again(self):
        colleague = self.client_user.partner_id
        self.gone.message_subscribe(colleague.ids)
        self.gone.category_id = self.tag
        merge = self._merge()
        self.gone.message_subscribe(colleague.ids)
        merge.action_undo()
        self.assertIn(colleague, self.gone.message_partner_ids)
        self.assertIn("Followers", merge.kept)
        self.assertEqual(self.gone.category_id, self.tag)

    def test_undo_goes_on_where_something_is_deleted(self):
        industry = self.env["res.partner.industry"].create({"name": "Glass"})
        other = self.env["res.partner.industry"].create({"name": "Wood"})
        self.kept.industry_id, self.gone.industry_id = industry, other
        merge = self._merge(choices={"industry_id": self.gone})
        self.assertEqual(self.kept.industry_id, other)
        industry.unlink()
        merge.action_undo()
        self.assertEqual(self.kept.industry_id, other)
        self.assertEqual(merge.state, "undone")

    def test_undo_gives_people_their_addresses_back(self):
        colleague = self._create_client("Марія", parent_id=self.kept.id)
        merge = self._merge()
        self.assertEqual(colleague.street, "Садова 7")
        merge.action_undo()
        self.assertFalse(colleague.street)

    def test_person_is_compared_as_one_of_the_firm_that_stays(self):
        self.env.cr.precommit.run()
        forms = self.env["client.duplicate.form"]
        self._merge()
        self.env.cr.precommit.run()
        self.assertEqual(
            forms.search([("partner_id", "=", self.person.id)]).content.split("\t")[1],
            str(self.kept.id),
        )

    def test_pairs_with_other_cards_return(self):
        third = self._create_client("Verbychenko")
        pair = self.env["client.duplicate"].create(
            {"left_id": self.gone.id, "right_id": third.id, "bits": 4, "score": 0.9}
        )
        merge = self._merge()
        self.assertFalse(pair.exists())
        merge.action_undo()
        self.assertEqual((pair.state, pair.bits), ("open", 4))
        self.assertEqual(pair.cluster_id.partner_ids, self.gone | third)

    def test_later_merge_goes_back_first(self):
        third = self._create_client("Verbychenko")
        first = self._merge()
        second = self._merge(sources=third)
        with self.assertRaisesRegex(UserError, "Take that merge back first"):
            first.action_undo()
        second.action_undo()
        first.action_undo()
        self.assertTrue((self.gone | third).filtered("active"))

    def test_merge_of_the_card_that_stayed_goes_back_first(self):
        third = self._create_client("Verbychenko")
        first = self._merge()
        second = self._merge(survivor=third, sources=self.kept)
        with self.assertRaisesRegex(UserError, "Take that merge back first"):
            first.action_undo()
        second.action_undo()
        self.assertTrue(first.action_undo())

    def test_undo_twice_is_once(self):
        merge = self._merge()
        merge.action_undo()
        self.kept.street = "Нова 1"
        merge.action_undo()
        self.assertEqual(self.kept.street, "Нова 1")
