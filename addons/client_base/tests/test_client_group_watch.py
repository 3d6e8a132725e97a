from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import ConcurrencyError
from odoo.fields import Command
from odoo.tests import tagged, users

from .test_client_group_rule import BIG, ClientGroupCommon

ASKED = "[('client_offer_ids', 'any', [('materials', '=', 'asked')])]"


@tagged("post_install", "-at_install")
class TestClientGroupWatch(ClientGroupCommon):
    """Whoever was just written enters and leaves before the commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group.action_recompute()
        cls.asked = cls._create_group("Asked", rule=ASKED)
        cls.asked.action_recompute()
        cls.env.cr.flush()

    def _create_offer(self, partner, **values):
        offer = self.env["client.offer"].create(
            {"partner_id": partner.id, "name": "Catalogue", **values}
        )
        self._commit()
        return offer

    @users("client_user")
    def test_client_just_created_enters(self):
        new = self.env["res.partner"].create({"name": "New", "company_size": "large"})
        self._commit()
        self.assertInside(self.group, self.big, new)

    @users("client_user")
    def test_client_just_written_enters_or_leaves(self):
        self.small.with_env(self.env).company_size = "large"
        self.big.with_env(self.env).company_size = "micro"
        self._commit()
        self.assertInside(self.group, self.small)

    def test_archived_one_leaves(self):
        self.big.active = False
        self._commit()
        self.assertTrue(self.big.client_group_member_ids.date_to)

    @users("client_user")
    def test_record_of_a_client_brings_him_in_and_out(self):
        offer = self._create_offer(self.small, materials="asked")
        self.assertInside(self.asked, self.small)
        offer.materials = "not_received"
        self._commit()
        self.assertInside(self.asked)

    def test_record_given_to_another_client_moves_both(self):
        offer = self._create_offer(self.small, materials="asked")
        offer.partner_id = self.big
        self._commit()
        self.assertInside(self.asked, self.big)

    def test_deleted_record_takes_its_client_out(self):
        self._create_offer(self.small, materials="asked").unlink()
        self._commit()
        self.assertInside(self.asked)

    def test_field_computed_from_others_counts(self):
        group = self._create_group(rule="[('contact_quality', '=', 'confirmed')]")
        group.action_recompute()
        self.small.phone = "+380671234567"
        self._get_points(self.small).action_confirm()
        self._commit()
        self.assertInside(group, self.small)

    def test_many2many_counts(self):
        tag = self.env["res.partner.category"].create({"name": "VIP"})
        group = self._create_group(rule=f"[('category_id', 'in', [{tag.id}])]")
        group.action_recompute()
        self.small.category_id = [Command.link(tag.id)]
        self._commit()
        self.assertInside(group, self.small)

    def test_name_of_a_tag_counts(self):
        tag = self.env["res.partner.category"].create({"name": "VIP"})
        self.small.category_id = tag
        group = self._create_group(rule="[('category_id.name', '=', 'Gold')]")
        group.action_recompute()
        tag.name = "Gold"
        self._commit()
        self.assertInside(group, self.small)

    def test_rule_that_is_off_is_not_run(self):
        self.group.action_switch_off()
        self.small.company_size = "large"
        self._commit()
        self.assertInside(self.group, self.big)

    def test_many_clients_cost_one_run_a_rule(self):
        clients = self.env["res.partner"].create(
            [{"name": f"C{number}", "company_size": "large"} for number in range(40)]
        )
        few, many = clients[:2], clients[2:]
        self._commit()
        with self.assertQueryCount(self._count_queries(few)):
            many.company_size = "small"
            self._commit()
        self.assertFalse(clients.client_group_ids)

    def _count_queries(self, clients):
        before = self.env.cr.sql_log_count
        clients.company_size = "micro"
        self._commit()
        return self.env.cr.sql_log_count - before

    def test_broken_rule_does_not_stop_a_save(self):
        self.env.cr.execute(
            "UPDATE client_group SET rule = %s WHERE id = %s",
            ["[('company_size', '=', 'large'), ('id', 'in', 'x')]", self.group.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.small.company_size = "large"
        self._commit()
        self.assertInside(self.group, self.big)

    def _read_rules_with(self, error):
        """:return: fields of clients that are watched, when a rule is read anew"""
        groups = self.env.registry["client.group"]
        self.env.registry.clear_cache()
        self.addCleanup(self.env.registry.clear_cache)
        with patch.object(groups, "_read_rule", side_effect=error):
            return self.env["client.group"]._get_watched()

    @users("client_user")
    def test_database_that_fails_is_no_bad_rule(self):
        """The request is run again; no rule is forgotten until the next restart."""
        for error in (SerializationFailure, ConcurrencyError):
            with self.assertRaises(error):
                self._read_rules_with(error)
        self.env.registry.clear_cache()
        self.assertIn("res.partner", self.env["client.group"]._get_watched())

    @users("client_user")
    def test_rule_that_cannot_be_read_is_not_watched(self):
        with self.assertLogs("odoo.addons.client_base.models.client_group_watch"):
            self.assertFalse(self._read_rules_with(ValueError))

    def test_two_rules_against_each_other_come_to_an_end(self):
        ann, bob = self.client_user, self.client_manager
        for mine, other in ((ann, bob), (bob, ann)):
            self._create_group(
                f"Of {mine.name}",
                rule=f"[('user_id', '=', {mine.id})]",
                entry_manager_id=other.id,
                entry_manager_policy="always",
            ).action_recompute()
        self.small.user_id = ann
        self._commit()
        self.assertLess(len(self.small.client_group_member_ids), 10)

    def test_rule_switched_on_is_watched_at_once(self):
        self._create_group("Late", rule=BIG, sequence=99).action_switch_on()
        watched = self.env["client.group"]._get_watched()["res.partner"]
        self.assertEqual(len(watched["company_size"]), 2)

    def test_rule_on_a_field_made_of_itself_stops_nobody(self):
        rule = "[('user_id.all_group_ids', '!=', False)]"
        group = self._create_group("Managed", rule=rule)
        group.action_recompute()
        self.small.user_id = self.client_user
        self._commit()
        self.assertIn(self.small, group.partner_ids)

    def test_rule_behind_a_field_without_a_column_stops_nobody(self):
        rule = "[('same_vat_partner_id.is_blacklisted', '=', True)]"
        group = self._create_group("Doubles", rule=rule)
        group.action_recompute()
        self.small.email = "kiosk@example.com"
        self._commit()
        self.assertEqual(self.small.email, "kiosk@example.com")
