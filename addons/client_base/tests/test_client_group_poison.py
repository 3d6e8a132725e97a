from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .test_client_group_rule import BIG, ClientGroupCommon

LOGGER = "odoo.addons.client_base.models.client_group_rule"
SIZE = "a1b2c3d4e5f60718"
OTHER = "a1b2c3d4e5f60719"


@tagged("post_install", "-at_install")
class TestClientGroupPoison(ClientGroupCommon):
    """Nothing that is wrong with a group keeps anybody from writing a card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group.action_recompute()
        cls.env.cr.flush()

    def _fail(self, method, error):
        self.startPatcher(
            patch.object(type(self.group), method, autospec=True, side_effect=error)
        )

    def _write_card(self):
        self.small.write({"name": "Written", "company_size": "large"})
        self._commit()
        self.env.invalidate_all()
        self.assertEqual(self.small.name, "Written")

    @mute_logger(LOGGER)
    def test_rule_that_breaks_in_any_way_is_told_on_the_group(self):
        self._fail("_search_fitting", AttributeError("no such thing"))
        self._write_card()
        self.assertEqual(self.group.rule_error, "no such thing")

    def test_entry_action_that_breaks_is_told_on_the_stay(self):
        tag = self.env["res.partner.category"].create({"name": "Large"})
        self.group.entry_tag_ids = tag
        self._fail("_act_on_entry", AssertionError("no"))
        self._write_card()
        stay = self.group.member_ids.filtered(lambda s: s.partner_id == self.small)
        self.assertEqual(stay.entry_state, "failed")

    def test_way_that_cannot_be_gone_back_is_left_to_the_cron(self):
        group = self._create_group("Far", rule="[('parent_id.city', '=', 'Lviv')]")
        group.action_recompute()
        self.startPatcher(
            patch.object(
                type(self.small), "_search", side_effect=AttributeError("no way")
            )
        )
        self.assertFalse(group._find_clients("parent_id", self.small.ids))

    def test_field_computed_from_itself_stops_nobody(self):
        group = self._create_group(
            "Colleagues", rule="[('user_id.all_group_ids', 'in', [1])]"
        )
        group.action_recompute()
        self._write_card()
        self.assertFalse(group.rule_error)

    def _create_type(self, *names):
        return self.env["client.type"].create(
            {"name": "Shop", "properties_definition": self._define(*names)}
        )

    def _define(self, *names):
        return [{"name": name, "string": name, "type": "integer"} for name in names]

    def test_deleted_field_of_a_type_empties_no_group(self):
        kind = self._create_type(SIZE, OTHER)
        self.small.write({"client_type_id": kind.id, "client_properties": {SIZE: 5}})
        group = self._create_group(
            "Wide", rule=f"[('client_properties.{SIZE}', '>', 3)]"
        )
        group.action_recompute()
        self.assertInside(group, self.small)
        kind.properties_definition = self._define(OTHER)
        self.small.name = "Written"
        self._commit()
        group._recompute_or_tell()
        self.assertIn(SIZE, group.rule_error)
        self.assertInside(group, self.small)
        with self.assertRaisesRegex(UserError, SIZE):
            group.action_recompute()

    def test_broken_rule_is_told_to_who_presses_and_stops_no_other_group(self):
        kind = self._create_type(SIZE)
        broken = self._create_group(
            "Wide", rule=f"[('client_properties.{SIZE}', '>', 3)]"
        )
        kind.properties_definition = []
        with self.assertRaisesRegex(UserError, SIZE):
            broken.action_recompute()
        other = self._create_group("Small", rule=BIG)
        (broken | other).action_recompute()
        self.assertIn(SIZE, broken.rule_error)
        self.assertIn(self.big, other.partner_ids)

    def test_date_beyond_all_calendars_is_refused(self):
        with self.assertRaises(ValidationError):
            self._create_group(
                "Old", rule="[('create_date', '>', 'today -99999999999d')]"
            )

    def test_field_no_type_has_is_refused(self):
        with self.assertRaisesRegex(UserError, SIZE):
            self._create_group("None", rule=f"[('client_properties.{SIZE}', '>', 3)]")

    @users("client_manager")
    def test_clients_set_on_the_group_get_stays(self):
        group = self.env["client.group"].create(
            {"name": "Chosen", "partner_ids": [Command.set([self.small.id])]}
        )
        self.assertEqual(group.member_ids.partner_id, self.small)
        group.partner_ids = [Command.link(self.big.id), Command.unlink(self.small.id)]
        self.assertInside(group, self.big)
        self.assertEqual(group.partner_ids, self.big)
        self.assertEqual(len(group.member_ids), 2)

    def test_copy_of_a_group_begins_empty(self):
        copied = self.group.copy()
        self.assertFalse(copied.partner_ids | copied.member_ids.partner_id)
