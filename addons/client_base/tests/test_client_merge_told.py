from odoo.tests import tagged, users

from .merge_common import OTHER_PHONE, MergeCommon


@tagged("post_install", "-at_install")
class TestMergeTold(MergeCommon):
    """Who was told apart from one card of a client is told apart from the client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls._create_client(
            "ТОВ Вербиченко", phone=OTHER_PHONE, street="Садова 7", is_company=True
        )

    def _scan(self):
        self.env["client.duplicate"].sudo().scan()

    def _get_pair(self, one, other):
        """:return: the ``client.duplicate`` of two cards, as the manager sees it"""
        left, right = sorted((one.id, other.id))
        return self.env["client.duplicate"].search(
            [("left_id", "=", left), ("right_id", "=", right)]
        )

    def _tell_apart(self, one, other):
        """:return: the pair of two cards that the user told apart"""
        left, right = sorted((one.id, other.id))
        values = {"left_id": left, "right_id": right, "evidence": [], "bits": 9}
        pair = self._get_pair(one, other)
        pair = pair or self.env["client.duplicate"].sudo().create(values)
        pair.with_env(self.env).action_different()
        return pair

    def assertApart(self, one, other):
        pair = tuple(sorted((one.id, other.id)))
        self.assertIn(pair, self.env["client.duplicate"].sudo()._fetch_different())

    def assertNotApart(self, one, other):
        pair = tuple(sorted((one.id, other.id)))
        self.assertNotIn(pair, self.env["client.duplicate"].sudo()._fetch_different())

    @users("client_manager")
    def test_card_that_stays_is_no_duplicate_of_whom_the_other_was_none(self):
        self._tell_apart(self.gone, self.branch)
        self._merge()
        self._scan()
        pair = self._get_pair(self.kept, self.branch)
        self.assertEqual(pair.state, "different")
        self.assertEqual(pair.decided_by_id, self.env.user)
        self.assertApart(self.kept, self.branch)

    @users("client_manager")
    def test_without_a_decision_the_card_that_stays_is_a_likely_duplicate(self):
        """Else the test above could not fail."""
        self._merge()
        self._scan()
        self.assertEqual(self._get_pair(self.kept, self.branch).state, "open")

    @users("client_manager")
    def test_decision_is_forgotten_when_the_other_card_changes(self):
        self._tell_apart(self.gone, self.branch)
        self._merge()
        self.branch.sudo().street = "Нова 1"
        self._scan()
        self.assertNotApart(self.kept, self.branch)

    @users("client_manager")
    def test_what_is_forgotten_is_not_carried(self):
        self._tell_apart(self.gone, self.branch)
        self.gone.sudo().street = "Нова 1"
        self._merge()
        self.assertFalse(self._get_pair(self.kept, self.branch))

    @users("client_manager")
    def test_open_pair_is_decided_by_what_was_told_of_the_merged_card(self):
        values = {"left_id": self.kept.id, "right_id": self.branch.id, "bits": 9}
        asked = self.env["client.duplicate"].sudo().create({**values, "evidence": []})
        self._tell_apart(self.gone, self.branch)
        merge = self._merge()
        self.assertApart(self.kept, self.branch)
        merge.action_undo()
        self.assertEqual(self._get_pair(self.kept, self.branch), asked)
        self.assertEqual(asked.state, "open")

    @users("client_manager")
    def test_undo_takes_back_what_was_carried(self):
        self._tell_apart(self.gone, self.branch)
        self._merge().action_undo()
        self.assertFalse(self._get_pair(self.kept, self.branch))
        self.env.cr.precommit.run()
        self.assertApart(self.gone, self.branch)

    @users("client_manager")
    def test_undo_leaves_what_was_decided_since(self):
        self._tell_apart(self.gone, self.branch)
        merge = self._merge()
        pair = self._get_pair(self.kept, self.branch)
        pair.action_reopen()
        merge.action_undo()
        self.assertEqual(pair.exists().state, "open")

    @users("client_manager")
    def test_decision_on_the_card_that_stays_outlives_merge_and_undo(self):
        self._tell_apart(self.kept, self.branch)
        merge = self._merge()
        self._scan()
        self.assertApart(self.kept, self.branch)
        merge.action_undo()
        self._scan()
        self.assertApart(self.kept, self.branch)

    @users("client_manager")
    def test_decision_goes_on_through_several_merges(self):
        last = self._create_client("Вербиченко Холдинг", is_company=True)
        self._tell_apart(self.gone, self.branch)
        first = self._merge()
        second = self._merge(survivor=last, sources=self.kept)
        self.assertApart(last, self.branch)
        second.action_undo()
        first.action_undo()
        self.assertFalse(self._get_pair(last, self.branch))
        self.assertFalse(self._get_pair(self.kept, self.branch))

    @users("client_manager")
    def test_merge_of_odoo_carries_it_too(self):
        self._tell_apart(self.gone, self.branch)
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        self.person.parent_id = False
        wizard._merge((self.kept | self.gone).ids, self.kept, extra_checks=False)
        self.env.invalidate_all()
        self._scan()
        self.assertFalse(self.gone.exists())
        self.assertApart(self.kept, self.branch)
