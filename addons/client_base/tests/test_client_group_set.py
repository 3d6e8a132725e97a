from odoo.tests import tagged, users

from .test_client_group_rule import BIG, ClientGroupCommon


@tagged("post_install", "-at_install")
class TestClientGroupSet(ClientGroupCommon):
    """A client is in one group of a set at most, whatever put it there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set = cls.env["client.group.set"].create({"name": "A, B"})
        cls.first = cls._create_group("A", set_id=cls.set.id, sequence=1)
        cls.second = cls._create_group("B", set_id=cls.set.id, sequence=2)

    @users("client_user")
    def test_entering_by_hand_leaves_the_former(self):
        client = self.small.with_env(self.env)
        client.client_group_ids = self.first
        client.client_group_ids += self.second
        self.assertEqual(client.client_group_ids, self.second)
        former = client.client_group_member_ids.filtered("date_to")
        self.assertEqual(former.exit_reason, "Entered “B”")

    def test_first_group_wins_by_rule(self):
        (self.first + self.second).rule = BIG
        (self.second + self.first).action_recompute()
        self.assertInside(self.first, self.big)
        self.assertInside(self.second)

    def test_first_group_takes_over_from_the_second(self):
        self.second.rule = BIG
        self.second.action_recompute()
        self.assertInside(self.second, self.big)
        self.first.rule = BIG
        self.assertEqual(self.first.preview_enter, 1 + len(self._others()))
        self.first.action_recompute()
        self.assertInside(self.first, self.big)
        self.assertInside(self.second)

    def _others(self):
        return self.second.partner_ids - self.big

    def test_second_group_takes_over_when_the_first_no_longer_fits(self):
        self.first.rule = BIG
        self.second.rule = "[('company_size', 'in', ['large', 'medium'])]"
        (self.first + self.second).action_recompute()
        self.big.company_size = "medium"
        self._commit()
        self.assertInside(self.first)
        self.assertInside(self.second, self.big)

    def test_hand_outranks_a_rule(self):
        self.big.client_group_ids = self.second
        self.first.rule = BIG
        self.first.action_recompute()
        self.assertInside(self.second, self.big)
        self.assertInside(self.first)

    def test_groups_put_into_a_set_part_their_clients(self):
        third = self._create_group("C", sequence=3)
        fourth = self._create_group("D", sequence=4)
        self.small.client_group_ids = third + fourth
        (third + fourth).set_id = self.set
        self.assertEqual(self.small.client_group_ids, third)

    def test_merged_cards_are_in_one_group_of_the_set(self):
        self.big.client_group_ids = self.first
        self.small.client_group_ids = self.second
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.big + self.small).ids, self.big, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(self.big.client_group_ids, self.first)
        self.assertEqual(len(self.big.client_group_member_ids), 2)
