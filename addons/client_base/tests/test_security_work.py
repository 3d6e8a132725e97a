from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged, users
from odoo.tools import mute_logger

from ..models.card_rules import ACCEPT
from .common import MANAGER, USER, ClientCommon

EVERYBODY = "[('name', '!=', False)]"


@tagged("post_install", "-at_install")
class TestHandoverOfClosedCards(ClientCommon):
    """Nobody hands over a client whose card he may not change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = new_test_user(cls.env, "anna", USER)
        cls.hidden = cls._create_client("Прихована", user_id=cls.anna.id)
        cls.open = cls._create_client("Відкрита", user_id=cls.anna.id)
        cls.rule = cls.env["ir.rule"].create(
            {
                "name": "One hidden card",
                "model_id": cls.env.ref("base.model_res_partner").id,
                "domain_force": str([("id", "!=", cls.hidden.id)]),
            }
        )

    def _hand_over(self, **values):
        return self.env["client.handover"].create(
            {"to_user_id": self.client_user.id, **values}
        )

    @users("client_manager")
    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_card_that_is_closed_is_not_chosen(self):
        with self.assertRaises(AccessError):
            self._hand_over(partner_ids=[Command.link(self.hidden.id)])

    @users("client_manager")
    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_chosen_card_that_was_closed_since_stays(self):
        handover = self._hand_over(partner_ids=[Command.link(self.open.id)])
        self.rule.domain_force = str([("id", "not in", (self.hidden + self.open).ids)])
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            handover.action_apply()
        self.assertEqual(self.open.sudo().user_id, self.anna)

    @users("client_manager")
    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_closed_card_of_the_manager_stays(self):
        handover = self._hand_over(scope="all", from_user_id=self.anna.id)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            handover.action_apply()
        self.assertEqual(self.hidden.sudo().user_id, self.anna)


@tagged("post_install", "-at_install")
class TestGroupsOfEveryCompany(ClientCommon):
    """A group of every company shows nobody the clients of a foreign company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._create_company(name="Other Company")
        cls.stranger = new_test_user(
            cls.env,
            "stranger",
            MANAGER,
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.ours = cls._create_client("Наш", company_id=cls.env.company.id)
        cls.shared = cls._create_client("Спільний")
        cls.group = cls.env["client.group"].create({"name": "All", "rule": EVERYBODY})
        (cls.ours + cls.shared).client_group_ids = cls.group
        cls.env.flush_all()

    def test_stays_of_foreign_clients_are_not_seen(self):
        for model in ("client.group.member", "client.group.move"):
            found = (
                self.env[model]
                .with_user(self.stranger)
                .search([("group_id", "=", self.group.id)])
            )
            self.assertEqual(found.partner_id, self.shared, model)

    @users("stranger")
    def test_rule_over_foreign_clients_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "company"):
            self.env["client.group"].create(
                {"name": "Mine", "rule": EVERYBODY, "company_id": False}
            )

    @users("stranger")
    def test_entry_actions_on_foreign_clients_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "company"):
            self.group.with_env(self.env).write(
                {
                    "entry_manager_id": self.env.uid,
                    "entry_manager_policy": "always",
                }
            )

    @users("stranger")
    def test_rule_of_every_company_is_not_switched_on(self):
        with self.assertRaisesRegex(ValidationError, "company"):
            self.group.with_env(self.env).action_switch_on()

    @users("stranger")
    def test_rule_of_the_own_company_is_fine(self):
        group = self.env["client.group"].create(
            {
                "name": "Mine",
                "rule": EVERYBODY,
                "entry_manager_id": self.env.uid,
                "entry_manager_policy": "always",
            }
        )
        self.assertEqual(group.company_id, self.other_company)
        group.action_switch_on()
        self.assertNotIn(self.ours, group.sudo().partner_ids)
        self.assertIn(self.shared, group.sudo().partner_ids)


@tagged("post_install", "-at_install")
class TestPreviewOfRules(ClientCommon):
    """Numbers on a form tell nothing that one may not read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._create_company(name="Other Company")
        cls.foreign = cls._create_client(
            "Чужий", company_id=cls.other_company.id, birthdate="1990-03-05"
        )
        cls.own = cls._create_client("Чужий", birthdate="1990-03-05")
        cls.env.flush_all()

    def _preview(self, model, fields, **values):
        """:return: what a form of a new record shows of ``fields``"""
        spec = {name: {} for name in (*fields, *values)}
        return self.env[model].onchange(values, list(values), spec)["value"]

    @users("client_manager")
    def test_rule_on_a_closed_field_counts_nobody(self):
        for rule in (
            "[('user_ids.totp_secret', '=', False)]",
            "[('user_ids', 'any', [('totp_secret', '=', False)])]",
            "[('client_properties_kept', '=', False)]",
        ):
            shown = self._preview(
                "client.group",
                ["preview_enter", "preview_error"],
                rule=rule,
                company_id=self.env.company.id,
            )
            self.assertEqual(shown.get("preview_enter", 0), 0)
            self.assertTrue(shown["preview_error"])

    @users("client_manager")
    def test_rule_on_a_foreign_company_counts_nobody(self):
        for company_id in (False, self.other_company.id):
            shown = self._preview(
                "client.group",
                ["preview_enter", "preview_error"],
                rule="[('name', '=', 'Чужий')]",
                company_id=company_id,
            )
            self.assertEqual(shown.get("preview_enter", 0), 0)
            self.assertTrue(shown["preview_error"])

    @users("client_manager")
    @freeze_time("2031-03-01 09:00:00")
    def test_reminders_of_foreign_clients_are_not_counted(self):
        for company_id in (False, self.other_company.id):
            shown = self._preview(
                "client.reminder.rule",
                ["preview_count"],
                kind="birthday",
                domain="[('name', '=', 'Чужий')]",
                company_id=company_id,
                target="manager",
                summary="x",
                interval_days=90,
            )
            self.assertEqual(shown["preview_count"], 1)


@tagged("post_install", "-at_install")
class TestHistoryOfGroups(ClientCommon):
    """Why somebody entered and left is written by the system alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env["client.group"].create({"name": "Debtors"})
        cls.client = cls._create_client()
        cls.client.client_group_ids = cls.group
        cls.stay = cls.group.member_ids

    @users("client_user", "client_manager")
    def test_journal_of_a_stay_is_not_written_by_hand(self):
        forged = {
            "origin": "rule",
            "entry_state": "todo",
            "entry_error": "x",
            "exit_code": "rule",
            "exit_user_id": self.client_manager.id,
            "group_id": self.group.copy().id,
            "partner_id": self._create_client("Інший").id,
        }
        for name, value in forged.items():
            with self.subTest(field=name), self.assertRaises(UserError):
                self.stay.with_env(self.env).write({name: value})

    @users("client_user")
    def test_stay_begins_by_hand_whatever_is_said(self):
        client = self._create_client("Інший")
        stay = (
            self.env["client.group.member"]
            .with_context(default_origin="rule", default_entry_state="done")
            .create(
                {
                    "group_id": self.group.id,
                    "partner_id": client.id,
                    "exit_user_id": self.client_manager.id,
                }
            )
        )
        self.assertRecordValues(
            stay,
            [{"origin": "hand", "entry_state": "none", "exit_user_id": False}],
        )
        self.assertTrue(stay.is_pinned)

    @users("client_user")
    def test_nothing_is_done_for_whoever_is_kept_out(self):
        self.group.entry_tag_ids = self.env["res.partner.category"].create(
            {"name": "Debtor"}
        )
        stay = self.env["client.group.member"].create(
            {
                "group_id": self.group.id,
                "partner_id": self._create_client("Інший").id,
                "is_excluded": True,
            }
        )
        self.assertEqual(stay.entry_state, "none")
        self.assertFalse(stay.partner_id.category_id)


@tagged("post_install", "-at_install")
class TestWaysAroundTheRules(ClientCommon):
    """What a type requires cannot be emptied by a side door."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env["client.type"].create(
            {"name": "Strict", "entry_policy": "block"}
        )
        cls.env["client.type.field"].create(
            [
                {
                    "type_id": cls.type.id,
                    "field_id": cls.env["ir.model.fields"]._get("res.partner", name).id,
                    "requirement": "required",
                }
                for name in ("phone", "city")
            ]
        )
        cls.card = cls._create_client(
            client_type_id=cls.type.id, phone="0671234567", city="Київ"
        )
        cls.bad = {"name": "Без телефону", "client_type_id": cls.type.id}

    @users("client_user")
    def test_point_is_not_taken_away(self):
        point = self._get_points(self.card).with_env(self.env)
        with self.assertRaises(ValidationError):
            point.unlink()

    @users("client_user")
    def test_points_are_not_emptied_through_the_card(self):
        card = self.card.with_env(self.env)
        with self.assertRaises(ValidationError):
            card.contact_point_ids = [Command.clear()]

    @users("client_user")
    def test_person_becomes_no_half_empty_client(self):
        parent = self._create_client("Група").with_env(self.env)
        parent.child_ids = [Command.create(self.bad)]  # a person is asked nothing
        with self.assertRaises(ValidationError):
            parent.child_ids.parent_id = False

    @users("client_user")
    def test_copy_is_no_half_empty_client(self):
        with self.assertRaises(ValidationError):
            self.card.with_env(self.env).copy({"phone": False})

    @users("client_user")
    def test_context_opens_no_way_around(self):
        for forged in ({}, True, "ACCEPT", {"1": None}, [1]):
            cards = self.env["res.partner"].with_context(
                card_entry=forged,
                contact_points=forged,
                default_client_type_id=self.type.id,
                import_file=True,
            )
            with self.subTest(forged=forged):
                with self.assertRaises(ValidationError):
                    cards.create(self.bad)
                with self.assertRaises(ValidationError):
                    cards.browse(self.card.id).write({"phone": False})
                with self.assertRaises(ValidationError):
                    cards.name_create("x")

    def test_core_makes_people_all_the_same(self):
        partners = self.env["res.partner"]
        user = new_test_user(self.env, "newcomer", "base.group_user")
        company = self._create_company(name="Newborn")
        sender = partners._find_or_create_from_emails(["Якась <somebody@example.com>"])
        guest = partners.find_or_create("guest@example.com")
        for made in (user.partner_id, company.partner_id, sender[0], guest):
            self.assertFalse(made.client_type_id)

    def test_portal_user_changes_his_half_empty_card(self):
        own = self.portal_user.partner_id
        own.with_context(card_entry=ACCEPT).client_type_id = self.type
        self.assertTrue(own.entry_problem)
        # what the portal does with the form of his details
        own.with_user(self.portal_user).sudo().write({"street": "Хрещатик, 1"})
        self.assertEqual(own.street, "Хрещатик, 1")
