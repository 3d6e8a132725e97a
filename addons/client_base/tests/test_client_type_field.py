from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from ..models.card_rules import ACCEPT
from .common import ClientCommon


class RulesCommon(ClientCommon):
    """Types with rules of the test alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.type.field"].search([]).unlink()
        cls.shop = cls._create_type("Shop", phone="required", city="recommended")

    @classmethod
    def _create_type(cls, name, policy="list", **requirements):
        return cls.env["client.type"].create(
            {
                "name": name,
                "entry_policy": policy,
                "field_ids": [
                    Command.create(cls._prepare_rule(field, requirement))
                    for field, requirement in requirements.items()
                ],
            }
        )

    @classmethod
    def _prepare_rule(cls, name, requirement, **values):
        field = cls.env["ir.model.fields"]._get("res.partner", name)
        return {"field_id": field.id, "requirement": requirement, **values}

    @classmethod
    def _create_rule(cls, name, requirement, **values):
        """Make a rule; without ``type_id`` it is for every client."""
        return cls.env["client.type.field"].create(
            cls._prepare_rule(name, requirement, **values)
        )

    def _get_rule(self, name):
        return self.shop.field_ids.filtered(lambda rule: rule.field_name == name)

    def assertMissing(self, card, names, completeness=None):
        """Compare what the card lacks; ``names`` are separated by commas."""
        card = card.sudo()
        self.assertEqual(card.missing_fields or "", names)
        if completeness is not None:
            self.assertEqual(card.completeness, completeness)


@tagged("post_install", "-at_install")
class TestRules(RulesCommon):
    """Which rules there can be, and who makes them."""

    @users("client_manager")
    def test_manager_makes_a_rule_for_every_client(self):
        rule = self.env["client.type.field"].create(
            self._prepare_rule("vat", "required", instruction="Ask for the extract.")
        )
        self.assertEqual((rule.field_name, rule.type_id.id), ("vat", False))

    @users("client_user")
    def test_user_reads_rules_with_the_names_of_the_fields(self):
        rules = self.shop.with_env(self.env).field_ids.with_context(hide_model=True)
        self.assertEqual(rules.mapped("display_name"), ["Phone", "City"])

    @mute_logger("odoo.sql_db")
    def test_field_has_one_rule_in_a_type(self):
        with self.assertRaises(IntegrityError):
            self._create_rule("phone", "hidden", type_id=self.shop.id)

    @mute_logger("odoo.sql_db")
    def test_field_has_one_rule_for_every_client(self):
        self._create_rule("vat", "hidden")
        with self.assertRaises(IntegrityError):
            self._create_rule("vat", "required")

    @mute_logger("odoo.sql_db")
    def test_weight_is_at_least_one(self):
        with self.assertRaises(IntegrityError):
            self._create_rule("vat", "required", weight=0)

    def test_field_that_nobody_fills_in_has_no_rule(self):
        for name in ("parent_id", "completeness", "display_name", "message_ids"):
            with self.subTest(name), self.assertRaises(ValidationError):
                self._create_rule(name, "required")

    def test_yes_or_no_can_only_be_hidden(self):
        self._create_rule("is_decision_maker", "hidden")
        with self.assertRaisesRegex(ValidationError, "yes or no"):
            self._create_rule("is_decision_maker", "required", type_id=self.shop.id)

    def test_copied_type_has_the_same_rules(self):
        copy = self.shop.copy()
        self.assertEqual(
            copy.field_ids.mapped("field_name"),
            self.shop.field_ids.mapped("field_name"),
        )

    @users("client_user")
    def test_type_opens_its_clients(self):
        card = self._create_client(client_type_id=self.shop.id)
        shop = self.shop.with_env(self.env)
        found = self.env["res.partner"].search(shop.action_open_clients()["domain"])
        self.assertEqual(found, card)
        self.assertEqual(shop.client_count, 1)


@tagged("post_install", "-at_install")
class TestCompleteness(RulesCommon):
    """How complete a card is, and what it lacks."""

    @users("client_user")
    def test_required_fields_are_named_first(self):
        self._create_rule("city", "recommended")
        card = self.env["res.partner"].create(
            {"name": "Верба", "client_type_id": self.shop.id}
        )
        self.assertMissing(card, "phone,city", 0)
        self.assertTrue(card.entry_problem)
        self.assertEqual(card.missing_labels, "Phone, City")

    def test_weight_says_how_much_a_field_counts(self):
        self._get_rule("phone").weight = 3
        card = self._create_client(client_type_id=self.shop.id, phone="0671234567")
        self.assertMissing(card, "city", 75)

    def test_rule_of_the_type_outranks_the_common_one(self):
        self._create_rule("phone", "hidden")
        self._create_rule("email", "recommended")
        typed = self._create_client(client_type_id=self.shop.id)
        self.assertMissing(typed, "phone,city,email")
        self.assertMissing(self._create_client(), "email")

    def test_blanks_are_nothing(self):
        card = self._create_client(client_type_id=self.shop.id, city=" \u00a0")
        self.assertMissing(card, "phone,city")

    def test_type_of_the_card_changes_what_is_missing(self):
        other = self._create_type("Person", vat="required")
        card = self._create_client(client_type_id=self.shop.id)
        card.client_type_id = other
        self.assertMissing(card, "vat")

    def test_contacts_and_colleagues_are_asked_nothing(self):
        self._create_rule("vat", "required")
        firm = self._create_client()
        person = self._create_client("Марко", parent_id=firm.id)
        for card in (person, self.client_user.partner_id, self.env.company.partner_id):
            self.assertMissing(card, "", 100)

    def test_contact_that_becomes_a_client_is_asked(self):
        self._create_rule("vat", "required")
        person = self._create_client("Марко", parent_id=self._create_client().id)
        person.parent_id = False
        self.assertMissing(person, "vat", 0)

    def test_person_of_the_client_counts_from_the_other_side(self):
        self._create_rule("child_ids", "recommended")
        firm = self._create_client()
        self.assertMissing(firm, "child_ids")
        person = self._create_client("Марко", parent_id=firm.id)
        self.assertMissing(firm, "")
        person.unlink()
        self.assertMissing(firm, "child_ids")

    def test_policy_that_only_counts_makes_no_problem(self):
        card = self._create_client(client_type_id=self.shop.id)
        self.assertTrue(card.entry_problem)
        self.shop.entry_policy = "count"
        self.assertFalse(card.entry_problem)
        self.assertMissing(card, "phone,city", 0)

    def test_writing_a_field_counts_one_card_only(self):
        card = self._create_client(client_type_id=self.shop.id)
        self._count_queries_of(card, "Суми")  # what is cached from now on
        alone = self._count_queries_of(card, "Львів")
        for number in range(20):
            self._create_client(f"Shop {number}", client_type_id=self.shop.id)
        self.assertEqual(self._count_queries_of(card, "Луцьк"), alone)
        self.assertMissing(card, "phone", 50)

    def _count_queries_of(self, card, city):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        card.city = city
        self.env.flush_all()
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestRefusal(RulesCommon):
    """A type that blocks refuses half-empty cards, however they are written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.strict = cls._create_type(
            "Strict", "block", phone="required", vat="required", city="recommended"
        )
        cls.full = {
            "client_type_id": cls.strict.id,
            "phone": "067 123 45 67",
            "vat": "12345678",
        }

    def _create(self, **values):
        return self.env["res.partner"].create({"name": "Верба", **values})

    @users("client_user")
    def test_card_with_gaps_is_refused_and_they_are_named(self):
        with self.assertRaisesRegex(
            ValidationError, r"Верба \(Strict\).*Phone, Tax ID"
        ):
            self._create(client_type_id=self.strict.id)

    @users("client_user")
    def test_filled_card_is_saved(self):
        self.assertMissing(self._create(**self.full), "city")

    @users("client_user")
    def test_card_with_points_in_place_of_a_phone_is_saved(self):
        point = Command.create({"kind": "phone", "value": "067 123 45 67"})
        card = self._create(**self.full | {"phone": False}, contact_point_ids=[point])
        self.assertMissing(card, "city")

    @users("client_user")
    def test_required_field_cannot_be_emptied(self):
        card = self._create(**self.full)
        with self.assertRaisesRegex(ValidationError, "Phone"):
            card.phone = False
        with self.assertRaisesRegex(ValidationError, "Tax ID"):
            card.write({"vat": "  "})

    @users("client_user")
    def test_last_point_of_a_required_phone_cannot_be_removed(self):
        card = self._create(**self.full)
        with self.assertRaisesRegex(ValidationError, "Phone"):
            card.contact_point_ids.unlink()

    @users("client_user")
    def test_point_can_be_replaced_by_another(self):
        card = self._create(**self.full)
        card.contact_point_ids = [
            Command.delete(card.contact_point_ids.id),
            Command.create({"kind": "phone", "value": "050 765 43 21"}),
        ]
        self.assertPoints(card, ["+380507654321"])

    @users("client_user")
    def test_type_cannot_be_changed_to_one_that_asks_for_more(self):
        card = self._create(client_type_id=self.shop.id, phone="067 123 45 67")
        with self.assertRaisesRegex(ValidationError, "Tax ID"):
            card.client_type_id = self.strict
        card.write({"client_type_id": self.strict.id, "vat": "12345678"})
        self.assertMissing(card, "city")

    @users("client_user")
    def test_contact_cannot_become_a_client_with_gaps(self):
        firm = self._create()
        person = self._create(parent_id=firm.id, client_type_id=self.strict.id)
        with self.assertRaisesRegex(ValidationError, "Phone"):
            person.parent_id = False

    @users("client_user")
    def test_gap_can_be_mended_while_another_one_stays(self):
        values = {"name": "Верба", "client_type_id": self.strict.id}
        cards = self.env["res.partner"].with_context(card_entry=ACCEPT)
        card = cards.create(values).with_context(card_entry=None)
        self.assertTrue(card.entry_problem)
        card.vat = "12345678"
        card.comment = "Dear people"
        self.assertMissing(card, "phone,city")
        with self.assertRaises(ValidationError):
            card.vat = False

    @users("client_user")
    def test_context_from_outside_opens_nothing(self):
        cards = self.env["res.partner"].with_context(
            card_entry=True, import_file=True, card_recount=True
        )
        with self.assertRaises(ValidationError):
            cards.create({"name": "Верба", "client_type_id": self.strict.id})

    def test_superuser_is_refused_too(self):
        with self.assertRaises(ValidationError):
            self._create(client_type_id=self.strict.id)

    @users("client_user")
    def test_each_refused_card_is_named(self):
        cards = self._create(**self.full) + self._create(**self.full, ref="2")
        cards[1].name = "Калина"
        with self.assertRaises(ValidationError) as caught:
            cards.write({"phone": False})
        self.assertIn("Верба", str(caught.exception))
        self.assertIn("Калина", str(caught.exception))

    @users("client_user")
    def test_address_written_through_a_contact_is_refused_too(self):
        self.strict.sudo().field_ids = [
            Command.create(self._prepare_rule("street", "required"))
        ]
        address = {"street": "Садова 1", "city": "Суми"}
        firm = self._create(**self.full, **address, is_company=True)
        person = self._create(parent_id=firm.id, type="contact")
        self.assertEqual(person.street, "Садова 1")
        with self.assertRaisesRegex(ValidationError, "Street"):
            person.street = False

    @users("client_user")
    def test_core_import_accepts_and_lists(self):
        result = self.env["res.partner"].load(
            ["name", "client_type_id"], [["Верба з файлу", "Strict"]]
        )
        self.assertFalse(result["messages"])
        card = self.env["res.partner"].browse(result["ids"])
        self.assertTrue(card.entry_problem)
        self.assertMissing(card, "phone,vat,city")

    @users("client_manager")
    def test_our_file_accepts_and_lists(self):
        file = self.env["client.import"].create(
            {
                "data": self._encode(["Name"], ["Верба з файлу"]),
                "filename": "clients.xlsx",
                "client_type_id": self.strict.id,
            }
        )
        file.action_read()
        file.action_apply()
        self.assertEqual(file.row_ids.state, "done", file.row_ids.message)
        self.assertTrue(file.row_ids.partner_id.entry_problem)
        self.assertEqual(file.row_ids.missing_labels, "Phone, Tax ID, City")

    @users("client_user")
    def test_type_that_only_lists_refuses_nothing(self):
        card = self._create(client_type_id=self.shop.id)
        self.assertTrue(card.entry_problem)

    def test_users_and_companies_are_made_without_a_type(self):
        self._create_rule("vat", "required")
        company = self.env["res.company"].create({"name": "Daughter"})
        self.assertFalse(company.partner_id.entry_problem)

    @users("client_user")
    def test_refusal_is_a_sentence_for_the_user(self):
        with self.assertRaises(UserError):
            self._create(client_type_id=self.strict.id)
