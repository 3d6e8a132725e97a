import base64
import io

from docx import Document
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged, users
from odoo.tests.common import warmup
from odoo.tools import mute_logger

from .common import MANAGER, ClientCommon

CONTRACT = (
    "Contract with {{ client.legal_form }} {{ client.name }}, {{ client.tax_id }}",
    "Until {{ client.contract_end }}, on {{ document.date }}",
    "{{ company.name }} by {{ manager.name }} {{ manager.email }}",
    "{%p for person in contacts %}",
    "{{ person.name }}: {{ person.phone }} {{ person.decides }}",
    "{%p endfor %}",
    "Shoes {{ own.shoe_size }} {{ own.kinds }} {{ own.open }}",
)


class DocumentCommon(ClientCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.document.template"].search([]).active = False
        cls.shop = cls.env["client.type"].create(
            {
                "name": "Shop",
                "properties_definition": [
                    {"name": "a1", "string": "Shoe size", "type": "integer"},
                    {
                        "name": "a2",
                        "string": "Kinds",
                        "type": "tags",
                        "tags": [["x", "Boots", 1], ["y", "Socks", 2]],
                    },
                    {"name": "a3", "string": "Open", "type": "boolean"},
                    {"name": "a4", "string": "Notes", "type": "separator"},
                ],
            }
        )
        cls.client = cls._create_client(
            "Буд-Маркет <&>",
            is_company=True,
            legal_form="ТОВ",
            vat="32855961",
            contract_end_date="2027-03-08",
            client_type_id=cls.shop.id,
            user_id=cls.client_manager.id,
            child_ids=[
                Command.create(
                    {"name": "Олег Сич", "phone": "067", "is_decision_maker": True}
                ),
                Command.create({"name": "Склад", "type": "delivery"}),
            ],
        )
        cls.client.client_properties = {"a1": 42, "a2": ["x", "y"], "a3": True}
        cls.template = cls._make_template(*CONTRACT, name="Contract")

    @classmethod
    def _make_template(cls, *lines, **values):
        return cls.env["client.document.template"].create(
            {
                "name": "Letter",
                "data": cls._make_docx(*lines),
                "lang": "en_US",
                **values,
            }
        )

    def _make(self, partners, template=None):
        """:return: what the button answers"""
        wizard = self.env["client.document"].create(
            {
                "partner_ids": partners.ids,
                "template_id": (template or self.template).id,
            }
        )
        return wizard.action_make()

    def _get_documents(self, partner):
        """:return: the documents in the history of a client, the newest first"""
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [("res_model", "=", "res.partner"), ("res_id", "=", partner.id)],
                order="id desc",
            )
        )

    def _read(self, attachment):
        paper = Document(io.BytesIO(attachment.raw))
        return [paragraph.text for paragraph in paper.paragraphs if paragraph.text]


@tagged("post_install", "-at_install")
class TestClientDocument(DocumentCommon):
    """Documents are filled from the card by whoever may read it."""

    @users("client_user")
    @freeze_time("2026-11-22 10:00:00")
    def test_document_says_what_stands_on_the_card(self):
        self._make(self.client)
        self.assertEqual(
            self._read(self._get_documents(self.client)),
            [
                "Contract with ТОВ Буд-Маркет <&>, 32855961",
                "Until 03/08/2027, on 11/22/2026",
                (
                    f"{self.env.company.name} by {self.client_manager.name} "
                    f"{self.client_manager.email}"
                ),
                "Олег Сич: 067 yes",
                "Shoes 42 Boots, Socks yes",
            ],
        )

    @users("client_user")
    def test_document_stands_in_the_history_and_is_downloaded(self):
        action = self._make(self.client)
        document = self._get_documents(self.client)
        self.assertEqual(document.name, "Contract Буд-Маркет &.docx")
        self.assertIn(f"/web/content/{document.id}", action["params"]["url"])
        message = self.client.message_ids[0]
        self.assertEqual(message.attachment_ids, document)
        self.assertEqual(message.author_id, self.env.user.partner_id)
        self.assertTrue(message.is_internal or message.subtype_id.internal)

    @users("client_user")
    def test_each_client_of_a_selection_gets_its_own(self):
        other = self._create_client("Other", client_type_id=self.shop.id)
        person = self.client.child_ids[0]
        self._make(self.client + other + person)
        for client in (self.client, other):
            (document,) = self._get_documents(client)
            self.assertIn(client.name, self._read(document)[0])

    @users("client_user")
    def test_language_is_the_one_of_the_client_unless_the_template_has_one(self):
        self.env["res.lang"].sudo()._activate_lang("uk_UA")
        self.client.lang = "uk_UA"
        template = self._make_template("{{ client.contract_end|date('long') }}")
        self._make(self.client, template)
        self.assertEqual(
            self._read(self._get_documents(self.client)[0]), ["March 8, 2027"]
        )
        template.sudo().lang = False
        self._make(self.client, template)
        text = self._read(self._get_documents(self.client)[0])[0]
        self.assertIn("березня", text)

    @users("client_user")
    def test_what_is_missing_is_told_before(self):
        bare = self._create_client("Bare", client_type_id=self.shop.id)
        form = Form(
            self.env["client.document"].with_context(
                active_model="res.partner", active_ids=bare.ids
            )
        )
        self.assertEqual(form.template_id, self.template)
        self.assertIn("Tax ID", form.missing)
        self.assertIn("Contract Ends", form.missing)
        self.assertNotIn("Shoe size (", form.missing)
        form.partner_ids.add(self.client)
        self.assertIn("Tax ID (1 of 2)", form.missing)
        form.template_id = self.env["client.document.template"]
        self.assertFalse(form.missing, "nothing is missing before a template is chosen")

    @users("client_user")
    def test_templates_of_other_types_are_not_offered(self):
        self.template.sudo().type_ids = self.shop
        stranger = self._create_client("Stranger")
        wizard = self.env["client.document"].create({"partner_ids": stranger.ids})
        self.assertFalse(wizard.available_template_ids)
        wizard.template_id = self.template
        with self.assertRaisesRegex(UserError, "fits"):
            wizard.action_make()
        self.assertFalse(self._get_documents(stranger))

    @users("client_user")
    def test_too_many_clients_are_refused_before_the_first(self):
        clients = self.env["res.partner"].create([{"name": "x"}] * 101)
        with self.assertRaisesRegex(UserError, "100"):
            self._make(clients)
        self.assertFalse(self._get_documents(clients[0]))

    @users("client_user")
    def test_field_that_went_away_leaves_an_empty_place(self):
        self.shop.sudo().properties_definition = []
        self._make(self.client)
        self.assertIn("Shoes", self._read(self._get_documents(self.client))[-1])

    @users("client_user")
    @warmup
    def test_documents_of_many_clients_are_read_in_one_go(self):
        clients = self.env["res.partner"].create(
            [{"name": f"Client {number}", "vat": "1"} for number in range(40)]
        )
        values = self.env["client.document.values"]
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(30):
            values._collect(clients, self.template.with_env(self.env))

    def test_manager_of_nobody_and_own_company_without_bank_are_empty(self):
        client = self._create_client("Bare")
        values = self.env["client.document.values"]._collect(client, self.template)
        found = values[client.id]
        self.assertEqual(set(found["manager"].values()), {""})
        self.assertEqual(found["contacts"], [])
        self.assertEqual(found["company"]["bank_account"], "")

    def test_failed_phones_are_left_out(self):
        self.client.contact_point_ids = [
            Command.create({"kind": "phone", "value": "067 111 22 33"}),
            Command.create(
                {"kind": "phone", "value": "067 444 55 66", "state": "failed"}
            ),
        ]
        values = self.env["client.document.values"]._collect(self.client, self.template)
        phones = values[self.client.id]["client"]["phones"]
        self.assertIn("111", phones)
        self.assertNotIn("444", phones)

    def test_what_the_user_may_not_read_does_not_leak(self):
        """A colleague without our rights calls the collecting code himself."""
        source = self.env["client.document.values"].with_user(self.internal_user)
        client = self.client.with_user(self.internal_user)
        self.assertEqual(
            source._read_fields(client, {"form": "legal_form", "name": "name"}),
            {"form": "", "name": self.client.name},
        )


@tagged("post_install", "-at_install")
class TestDocumentTemplate(DocumentCommon):
    """Templates are checked when they are saved; only managers keep them."""

    def assertRefused(self, words, *lines, **values):
        with self.assertRaisesRegex(ValidationError, words):
            self._make_template(*lines, **values)

    @users("client_manager")
    def test_unknown_fields_are_named(self):
        self.assertRefused("client.nmae", "{{ client.nmae }}")
        self.assertRefused("own.age", "{{ own.age }}")
        self.assertRefused("client.fax", "x", name_pattern="{{ client.fax }}")

    @users("client_manager")
    def test_own_fields_are_the_ones_of_the_types_chosen(self):
        other = self.env["client.type"].create({"name": "Other"})
        self.assertRefused("own.open", "{{ own.open }}", type_ids=other.ids)
        template = self._make_template("{{ own.open }}", type_ids=self.shop.ids)
        with self.assertRaisesRegex(ValidationError, "own.open"):
            template.with_env(self.env).type_ids = other

    @users("client_manager")
    def test_tags_are_checked(self):
        self.assertRefused("not closed: {{ client.name", "{{ client.name")
        self.assertRefused("cannot be understood", "{{ client..name }}")
        self.assertRefused("something else", "{% for x in range(9) %}{% endfor %}")

    @users("client_manager")
    def test_other_files_are_refused(self):
        for content in (b"%PDF", b"PK\x03\x04", b"x" * 100):
            with self.assertRaises(ValidationError):
                self.env["client.document.template"].create(
                    {"name": "x", "data": base64.b64encode(content)}
                )
        self.template.with_env(self.env).with_context(bin_size=True).name = "y"
        with self.assertRaises(ValidationError):
            self.template.with_env(self.env).with_context(
                bin_size=True
            ).data = base64.b64encode(b"x")

    @users("client_manager")
    def test_every_field_of_the_list_can_be_typed(self):
        known = self.template.with_env(self.env)._get_known_fields()
        lines = [f"{{{{ {path} }}}}" for path in known if "[]" not in path]
        self._make_template(*lines)
        text = self.template.with_env(self.env).field_list
        for word in ("{{ client.name }}", "{{ person.phone }}", "{{ own.shoe_size }}"):
            self.assertIn(word, text)

    @users("client_manager")
    def test_list_of_fields_is_safe_html(self):
        self.shop.properties_definition = [
            {"name": "a1", "string": "<img src=x onerror=alert(1)>", "type": "char"}
        ]
        template = self._make_template("x").with_env(self.env)
        self.assertNotIn("<img", template.field_list)

    @users("client_manager")
    def test_sample_is_a_template_and_fills(self):
        action = self.template.with_env(self.env).action_download_sample()
        self.assertIn("/web/content/client.document/", action["url"])
        holder = self.env["client.document"].search([], limit=1, order="id desc")
        template = self.env["client.document.template"].create(
            {"name": "Sample", "data": holder.sample}
        )
        self._make(self.client, template)
        text = "\n".join(self._read(self._get_documents(self.client)))
        self.assertIn("Буд-Маркет", text)

    @users("client_user")
    @mute_logger("odoo.addons.base.models.ir_model")
    def test_salesperson_keeps_no_templates(self):
        with self.assertRaises(AccessError):
            self._make_template("x").with_env(self.env).name = "y"
        with self.assertRaises(AccessError):
            self.env["client.document.template"].create(
                {"name": "x", "data": self._make_docx("x")}
            )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_template_of_another_company_is_not_used(self):
        other = self._create_company(name="Other Company")
        self.template.company_id = self.env.company
        stranger = new_test_user(
            self.env,
            "stranger",
            MANAGER,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.env = self.env(user=stranger)
        client = self._create_client("Theirs")
        with self.assertRaises(UserError):
            self._make(client)
        self.assertFalse(self._get_documents(client))
