from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged, users
from odoo.tools import mute_logger

from .common import ClientCommon

BIG = "[('company_size', '=', 'large')]"


class ClientGroupCommon(ClientCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.group"].search([]).write({"is_rule_on": False})
        cls.big = cls._create_client("Завод «Каменяр»", company_size="large")
        cls.small = cls._create_client("Кіоск «Ромашка»", company_size="micro")
        cls.group = cls._create_group(rule=BIG)

    @classmethod
    def _create_group(cls, name="Large ones", **values):
        return cls.env["client.group"].create({"name": name, **values})

    def _commit(self):
        """Do what is done before a commit."""
        self.env.cr.flush()

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_client_group").method_direct_trigger()
        self.env.invalidate_all()

    def assertInside(self, group, *partners):
        ours = self.big | self.small
        for partner in partners:
            ours |= partner
        inside = group.partner_ids & ours
        expected = self.env["res.partner"].union(*partners)
        self.assertEqual(inside, expected)
        # the column, the relation and the stays never differ
        stays = self.env["client.group.member"].search(
            [("group_id", "=", group.id), ("date_to", "=", False)]
        )
        self.assertEqual(stays.partner_id & ours, expected)
        self.assertEqual(ours.filtered(lambda p: group in p.client_group_ids), expected)


@tagged("post_install", "-at_install")
class TestClientGroupRule(ClientGroupCommon):
    """A rule fills a group."""

    def test_rule_lets_in_and_out(self):
        self.group.action_recompute()
        self.assertInside(self.group, self.big)
        self.big.company_size = "micro"
        self.small.company_size = "large"
        self.assertEqual(self.group.action_recompute(), {"entered": 1, "left": 1})
        self.assertInside(self.group, self.small)

    def test_twice_is_once(self):
        self.group.action_recompute()
        stays = self.group.member_ids
        self.assertEqual(self.group.action_recompute(), {"entered": 0, "left": 0})
        self.assertEqual(self.group.member_ids, stays)

    def test_stays_say_why(self):
        self.group.action_recompute()
        stay = self.big.client_group_member_ids
        self.assertEqual((stay.origin, stay.reason), ("rule", "Fits the rule"))
        self.big.company_size = "micro"
        self.group.action_recompute()
        self.assertEqual(stay.exit_reason, "No longer fits the rule")

    def test_only_active_clients_enter(self):
        self._create_client("Archived", company_size="large", active=False)
        self._create_client("Person", company_size="large", parent_id=self.big.id)
        self.group.action_recompute()
        self.assertFalse(
            self.group.partner_ids.filtered(lambda p: p.parent_id or not p.active)
        )
        self.assertInside(self.group, self.big)

    def test_rule_cannot_ask_for_archived_ones(self):
        gone = self._create_client("Archived", company_size="large", active=False)
        self.group.rule = "[('active', '=', False)]"
        self.group.action_recompute()
        self.assertNotIn(gone, self.group.with_context(active_test=False).partner_ids)

    def test_relative_date_moves_on(self):
        self.big.contract_end_date = "2026-03-10"
        group = self._create_group(rule="[('contract_end_date', '<', 'today +7d')]")
        with freeze_time("2026-03-03 08:00:00"):
            group.action_recompute()
            self.assertInside(group)
        with freeze_time("2026-03-04 08:00:00"):
            self._run_cron()
            self.assertInside(group, self.big)

    def test_group_of_a_company_takes_no_clients_of_another(self):
        other = self._create_company(name="Other")
        self.group.company_id = self.env.company
        self.big.company_id = other
        self.small.write({"company_size": "large", "company_id": self.env.company.id})
        self.group.action_recompute()
        self.assertInside(self.group, self.small)

    def test_pinned_one_stays_and_excluded_one_stays_out(self):
        self.small.client_group_ids = self.group
        self.group.action_recompute()
        self.assertInside(self.group, self.big, self.small)
        self.big.client_group_ids -= self.group
        self.assertTrue(self.big.client_group_member_ids.is_excluded)
        self.group.action_recompute()
        self.assertInside(self.group, self.small)

    @users("client_user")
    def test_client_excluded_ahead_never_enters(self):
        self.env["client.group.member"].create(
            {
                "group_id": self.group.id,
                "partner_id": self.big.id,
                "is_excluded": True,
            }
        )
        self.group.action_recompute()
        self.assertInside(self.group)

    def test_excluding_ends_the_stay_at_once_pinned_or_not(self):
        self.small.client_group_ids = self.group
        self.group.action_recompute()
        self.group.member_ids.is_excluded = True
        self.assertInside(self.group)
        self.assertEqual(self.group.member_ids.exit_user_id, self.env.user)
        self.group.action_recompute()
        self.assertInside(self.group)

    def test_unpinned_one_leaves(self):
        self.small.client_group_ids = self.group
        self.group.action_recompute()
        self.small.client_group_member_ids.action_toggle_pinned()
        self.group.action_recompute()
        self.assertInside(self.group, self.big)

    def test_excluded_one_is_let_in_by_hand(self):
        self.group.action_recompute()
        self.big.client_group_ids -= self.group
        self.big.client_group_ids += self.group
        self.assertFalse(any(self.big.client_group_member_ids.mapped("is_excluded")))
        self.assertInside(self.group, self.big)

    def test_taking_out_whom_the_rule_does_not_want_excludes_nobody(self):
        self.small.client_group_ids = self.group
        self.group.action_recompute()
        self.small.client_group_ids -= self.group
        self.assertFalse(self.small.client_group_member_ids.is_excluded)

    def test_another_rule_is_off_until_it_was_looked_at(self):
        self.group.action_switch_on()
        self.group.rule = "[('company_size', '=', 'micro')]"
        self.assertFalse(self.group.is_rule_on)
        self._run_cron()
        self.assertInside(self.group, self.big)

    @users("client_user")
    def test_salesperson_may_not_run_rules(self):
        group = self.group.with_env(self.env)
        for method in ("action_recompute", "action_switch_on", "action_switch_off"):
            with self.assertRaises(AccessError):
                getattr(group, method)()

    @users("client_manager")
    def test_manager_makes_and_runs_a_rule(self):
        group = self.env["client.group"].create({"name": "Mine", "rule": BIG})
        group.action_switch_on()
        self.assertInside(group, self.big)


@tagged("post_install", "-at_install")
class TestClientGroupRuleCheck(ClientGroupCommon):
    """What is no rule is refused when it is saved, in words."""

    def assertRefused(self, rule, words):
        with self.assertRaisesRegex(ValidationError, f"does not work.*{words}"):
            self.group.rule = rule

    def test_code_is_no_rule(self):
        self.assertRefused("[('name', '=', __import__('os').getcwd())]", "conditions")
        self.assertRefused("('name', '=', 'a')", "conditions")
        self.assertRefused("[" * 2000, "conditions")

    @mute_logger("odoo.sql_db")
    def test_unknown_fields_operators_and_values(self):
        self.assertRefused("[('no_such', '=', 1)]", "no_such")
        self.assertRefused("[('name', '~', 'a')]", "~")
        self.assertRefused("[('birthdate', '>', 'today -x')]", "")
        self.assertRefused("[('child_ids', 'any!', [])]", "any!")

    @users("client_manager")
    def test_nobody_looks_through_a_rule_at_what_he_may_not_read(self):
        group = self.group.with_env(self.env)
        for rule in (
            "[('user_ids.password', '!=', False)]",
            "[('user_ids', 'any', [('totp_secret', '!=', False)])]",
        ):
            with self.subTest(rule=rule), self.assertRaises(ValidationError):
                group.rule = rule

    def test_rule_that_no_longer_works_is_told_and_stops_no_other(self):
        other = self._create_group("Other", rule=BIG, sequence=50)
        (self.group + other).action_recompute()
        self.env.cr.execute(
            "UPDATE client_group SET rule = '[(''gone'', ''='', 1)]' WHERE id = %s",
            [self.group.id],
        )
        self.env.invalidate_all()
        self.small.company_size = "large"
        self._run_cron()
        self.assertIn("gone", self.group.rule_error)
        self.assertInside(other, self.big, self.small)
        self.assertInside(self.group, self.big)

    def test_rule_that_is_off_cannot_be_switched_on_without_one(self):
        with self.assertRaisesRegex(ValidationError, "no rule"):
            self._create_group("Empty", is_rule_on=True)


@tagged("post_install", "-at_install")
class TestClientGroupPreview(ClientGroupCommon):
    """Who would enter and leave is seen before it happens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group.company_id = cls.env.company  # where the manager works
        cls.group.action_recompute()
        cls.env["res.partner"].search(
            [("company_size", "=", "micro")]
        ).company_size = "small"
        cls.small.company_size = "micro"

    @users("client_manager")
    def test_unsaved_rule_is_previewed(self):
        with Form(self.group.with_env(self.env)) as form:
            form.rule = "[('company_size', '=', 'micro')]"
            self.assertFalse(form.is_rule_on)
            self.assertEqual(form.preview_enter, 1)
            self.assertEqual(form.preview_leave, self.group.client_count)

    @users("client_manager")
    def test_new_group_is_previewed(self):
        with Form(self.env["client.group"]) as form:
            form.name = "Micro"
            form.rule = "[('company_size', '=', 'micro')]"
            self.assertEqual((form.preview_enter, form.preview_leave), (1, 0))

    @users("client_manager")
    def test_unsaved_rule_that_does_not_work_is_told(self):
        form = Form(self.group.with_env(self.env))
        form.rule = "[('no_such', '=', 1)]"
        self.assertIn("no_such", form.preview_error)

    @users("client_manager")
    def test_lists_are_those_who_then_enter_and_leave(self):
        group = self.group.with_env(self.env)
        group.rule = "[('company_size', '=', 'micro')]"
        Partner = self.env["res.partner"]
        entering = Partner.search(group.action_preview_enter()["domain"])
        leaving = Partner.search(group.action_preview_leave()["domain"])
        self.assertEqual(group.preview_enter, len(entering))
        before = group.partner_ids
        self.assertEqual(leaving, before)
        self.assertEqual(group.preview_leave, len(leaving))
        group.action_switch_on()
        self.assertEqual(group.partner_ids, entering)

    def test_preview_knows_excluded_and_pinned_ones(self):
        self.small.client_group_ids = self.group
        self.big.client_group_ids -= self.group
        self.group.rule = BIG + " "
        others = self.env["res.partner"].search_count([("company_size", "=", "large")])
        self.assertEqual(self.group.preview_enter, 0)
        self.assertEqual(self.group.preview_leave, 0)
        self.assertEqual(self.group.client_count, others)
