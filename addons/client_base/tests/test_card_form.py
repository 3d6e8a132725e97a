from lxml import etree

from odoo.fields import Command
from odoo.tests import Form, tagged, users
from odoo.tools.safe_eval import safe_eval

from .test_client_type_field import RulesCommon

FORMS = ("base.view_partner_form", "base.view_partner_simple_form")


@tagged("post_install", "-at_install")
class TestCardForm(RulesCommon):
    """The rules of a type in the standard forms."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.strict = cls._create_type(
            "Strict", "block", phone="required", website="hidden", city="required"
        )
        cls.note = "Ask for the number of the shop."
        cls.strict.field_ids[0].instruction = cls.note
        cls.card = cls._create_client(
            client_type_id=cls.strict.id, phone="067 123 45 67", city="Суми"
        )

    def _get_form(self, xmlid="base.view_partner_form"):
        view = self.env.ref(xmlid)
        answer = self.env["res.partner"].get_view(view.id, "form")
        return etree.fromstring(answer["arch"])

    def _get_nodes(self, arch, name):
        """:return: nodes of a field outside of embedded lists"""
        found = arch.xpath(f"//field[@name='{name}'][not(ancestor::field)]")
        return [node for node in found if node.get("invisible") != "1"]

    def _evaluate(self, condition, card, **values):
        """Evaluate a modifier the way the form on the screen does."""
        names = ("card_hidden", "card_required", "card_notes")
        known = {name: card[name] for name in names} | {
            "parent_id": False,
            "user_ids": [],
            "is_company": card.is_company,
            **values,
        }
        return bool(safe_eval(condition or "False", known))

    @users("client_user")
    def test_card_knows_what_its_type_asks(self):
        card = self.card.with_env(self.env)
        self.assertEqual(card.card_hidden, ["website"])
        self.assertEqual(card.card_required, ["city", "phone"])
        self.assertEqual(card.card_notes, {"phone": self.note})

    @users("client_user")
    def test_form_requires_only_where_the_server_refuses(self):
        card = self._create_client(client_type_id=self.shop.id).with_env(self.env)
        self.assertFalse(card.card_required)

    @users("client_user")
    def test_contact_and_colleague_have_the_form_of_always(self):
        person = self._create_client(
            "Марко", parent_id=self.card.id, client_type_id=self.strict.id
        )
        for card in (person, self.client_user.partner_id):
            card = card.with_env(self.env)
            self.assertFalse(card.card_hidden or card.card_required or card.card_notes)

    @users("client_user", "internal_user")
    def test_field_is_hidden_for_the_type_alone(self):
        self.env.registry.clear_cache("templates")
        other = self._create_client("Інша").with_env(self.env)
        (node,) = self._get_nodes(self._get_form(), "website")
        self.assertTrue(
            self._evaluate(node.get("invisible"), self.card.with_env(self.env))
        )
        self.assertFalse(self._evaluate(node.get("invisible"), other))

    @users("client_user", "internal_user")
    def test_field_is_required_in_every_form(self):
        card = self.card.with_env(self.env)
        for xmlid in FORMS:
            nodes = self._get_nodes(self._get_form(xmlid), "phone")
            self.assertTrue(nodes, xmlid)
            for node in nodes:
                self.assertTrue(self._evaluate(node.get("required"), card), xmlid)

    @users("client_user")
    def test_icon_is_hidden_together_with_its_field(self):
        self.strict.sudo().field_ids = [
            Command.create(self._prepare_rule("email", "hidden"))
        ]
        (node,) = self._get_nodes(self._get_form(), "email")
        self.assertTrue(
            self._evaluate(
                node.getparent().get("invisible"), self.card.with_env(self.env)
            )
        )

    @users("client_user")
    def test_required_field_is_shown_though_the_form_would_not(self):
        self.card.write({"legal_form": "LLC"})
        self.strict.sudo().field_ids = [
            Command.create(self._prepare_rule("legal_form", "required"))
        ]
        (node,) = self._get_nodes(self._get_form(), "legal_form")
        self.assertFalse(
            self._evaluate(node.get("invisible"), self.card.with_env(self.env))
        )

    @users("client_user")
    def test_instruction_stands_beneath_the_field(self):
        (node,) = self._get_nodes(self._get_form(), "phone")
        note = node.getparent().getnext()
        self.assertEqual((note.tag, note.get("field")), ("widget", "phone"))
        card = self.card.with_env(self.env)
        self.assertFalse(self._evaluate(note.get("invisible"), card))
        other = self._create_client("Інша").with_env(self.env)
        self.assertTrue(self._evaluate(note.get("invisible"), other))

    @users("client_user")
    def test_note_of_a_part_of_the_address_names_it(self):
        self.strict.sudo().field_ids[2].instruction = "Where the shop is."
        (note,) = self._get_form().xpath("//widget[@field='city']")
        self.assertEqual(note.get("labelled"), "1")

    @users("client_user")
    def test_form_without_notes_has_no_place_for_them(self):
        self.strict.sudo().field_ids.instruction = False
        self.assertFalse(self._get_form().xpath("//widget[@name='client_instruction']"))

    @users("client_user")
    def test_browser_is_told_when_the_form_governs_other_fields(self):
        partners = self.env["res.partner"]
        before = partners._get_form_rules_mark()
        self.strict.sudo().field_ids[0].weight = 7
        self.assertEqual(partners._get_form_rules_mark(), before)
        self.strict.sudo().field_ids = [
            Command.create(self._prepare_rule("legal_form", "hidden"))
        ]
        self.assertNotEqual(partners._get_form_rules_mark(), before)

    @users("client_user")
    def test_embedded_lists_are_left_alone(self):
        arch = self._get_form()
        nodes = arch.xpath("//field[@name='child_ids']//field[@name='phone']")
        self.assertTrue(nodes)
        self.assertFalse([node for node in nodes if node.get("required")])

    @users("client_user")
    def test_company_with_its_own_address_form_has_the_rules_too(self):
        view = (
            self.env["ir.ui.view"]
            .sudo()
            .create(
                {
                    "name": "Address of the tests",
                    "model": "res.partner",
                    "priority": 900,
                    "type": "form",
                    "arch": """<form><div class="o_address_format">
                    <field name="zip" /><field name="city" /></div></form>""",
                }
            )
        )
        self.env.company.country_id.sudo().address_view_id = view
        for node in self._get_nodes(self._get_form(), "city"):
            self.assertTrue(
                self._evaluate(node.get("required"), self.card.with_env(self.env))
            )

    @users("client_user")
    def test_instruction_is_told_in_the_language_of_the_user(self):
        self.env["res.lang"].sudo()._activate_lang("uk_UA")
        rule = self.strict.sudo().field_ids[0]
        rule.with_context(lang="uk_UA").instruction = "Спитайте номер крамниці."
        card = self.card.with_env(self.env).with_context(lang="uk_UA")
        self.assertEqual(card.card_notes["phone"], "Спитайте номер крамниці.")

    @users("client_user")
    def test_choosing_the_type_changes_the_form_at_once(self):
        with Form(self.env["res.partner"], "base.view_partner_form") as form:
            form.name = "Верба"
            form.client_type_id = self.strict
            self.assertEqual(form.card_required, ["city", "phone"])
            with self.assertRaisesRegex(AssertionError, "required"):
                form.save()
            form.phone = "067 123 45 67"
            form.city = "Суми"

    @users("client_user")
    def test_own_fields_are_there_as_soon_as_the_type_is_chosen(self):
        self.strict.sudo().properties_definition = [
            {"name": "area", "string": "Area", "type": "integer"}
        ]
        spec = {"client_type_id": {}, "client_properties": {}}
        for card in (self.env["res.partner"], self._create_client().with_env(self.env)):
            answer = card.onchange(
                {"client_type_id": self.strict.id}, ["client_type_id"], spec
            )
            (own,) = answer["value"]["client_properties"]
            self.assertEqual(own["string"], "Area")
