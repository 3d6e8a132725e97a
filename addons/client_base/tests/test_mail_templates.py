from odoo import Command
from odoo.tests import tagged, users
from odoo.tools import html2plaintext

from .common import ClientCommon

EMPTY_WORDS = ("False", "None", "{{", "t-out", "object.")


@tagged("post_install", "-at_install")
class TestMailTemplates(ClientCommon):
    """The letters that are shipped read well for whatever stands on a card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("uk_UA", "ru_RU"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.templates = cls.env["mail.template"].browse(
            cls.env["ir.model.data"]
            .search([("module", "=", "client_base"), ("model", "=", "mail.template")])
            .mapped("res_id")
        )
        cls.bare = cls._create_client("Вербиченко", is_company=True)
        cls.full = cls._create_client(
            "Буд-Маркет",
            is_company=True,
            lang="en_US",
            vat="32855961",
            phone="0671234567",
            email="office@example.com",
            street="вул. Садова, 5",
            city="Львів",
            country_id=cls.env.ref("base.ua").id,
            contract_end_date="2027-03-08",
            user_id=cls.client_manager.id,
            child_ids=[
                Command.create({"name": "Ірина Бондар"}),
                Command.create({"name": "Олег Сич", "is_decision_maker": True}),
            ],
        )

    def _render(self, template, partner, lang=None):
        """:return: subject and body of a letter, as a reader sees them"""
        template = template.with_env(self.env)
        how = {"res_ids_lang": {partner.id: lang}} if lang else {"compute_lang": True}
        parts = (
            template._render_field(name, partner.ids, **how)[partner.id]
            for name in ("subject", "body_html")
        )
        return "\n".join(map(html2plaintext, parts))

    def test_every_occasion_has_its_letter(self):
        self.assertGreaterEqual(len(self.templates), 8)
        self.assertEqual(set(self.templates.mapped("model")), {"res.partner"})
        self.assertEqual(set(self.templates.mapped("lang")), {"{{ object.lang }}"})

    @users("client_user")
    def test_letters_have_no_holes_in_any_language(self):
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        for template in self.templates:
            for partner in (self.bare, self.full):
                for lang in languages:
                    with self.subTest(template.name, lang=lang, partner=partner.name):
                        text = self._render(template, partner, lang)
                        self.assertGreater(len(text), 100)
                        for word in EMPTY_WORDS:
                            self.assertNotIn(word, text)

    @users("client_user")
    def test_letter_greets_the_one_who_decides(self):
        offer = self.env.ref("client_base.mail_template_offer")
        self.assertIn("Hello, Олег Сич!", self._render(offer, self.full))
        self.assertIn("Hello!", self._render(offer, self.bare))

    def test_address_has_no_holes(self):
        self.assertEqual(self.full.letter_address, "вул. Садова, 5, Львів, Ukraine")
        self.assertFalse(self.bare.letter_address)

    def test_only_contact_person_is_greeted(self):
        self.bare.child_ids = [
            Command.create({"name": "Марія"}),
            Command.create({"name": "Склад", "type": "delivery"}),
        ]
        self.assertEqual(self.bare.letter_greeting, "Hello, Марія!")
        self.bare.child_ids = [Command.create({"name": "Ганна"})]
        self.assertEqual(self.bare.letter_greeting, "Hello!")

    def test_person_is_greeted_by_name(self):
        self.assertEqual(self._create_client("Олена").letter_greeting, "Hello, Олена!")

    @users("client_user")
    def test_client_checks_what_stands_on_his_card(self):
        check = self.env.ref("client_base.mail_template_check_card")
        text = self._render(check, self.full)
        for value in (
            "Буд-Маркет",
            "0671234567",
            "office@example.com",
            "Садова",
            "Львів",
        ):
            self.assertIn(value, text)
        self.assertIn("not known", self._render(check, self.bare))

    @users("client_user")
    def test_end_of_the_contract_is_written_out(self):
        ends = self.env.ref("client_base.mail_template_contract_ends")
        self.assertIn("March 8, 2027", self._render(ends, self.full))
        self.assertIn("we will name it", self._render(ends, self.bare))

    @users("client_user")
    def test_sender_signs(self):
        offer = self.env.ref("client_base.mail_template_offer")
        text = self._render(offer, self.full)
        self.assertIn(f"{self.env.user.name}, {self.env.company.name}", text)

    def test_mailing_that_nobody_sends_is_signed_by_the_manager(self):
        root = self.full.with_user(self.env.ref("base.user_root"))
        self.assertTrue(root.letter_signature.startswith(self.client_manager.name))

    @users("internal_user")
    def test_colleague_without_our_rights_writes_letters_too(self):
        offer = self.env.ref("client_base.mail_template_offer")
        self.assertIn("Hello, Олег Сич!", self._render(offer, self.full))

    @users("client_user")
    def test_letters_do_without_the_right_to_write_templates(self):
        """Everybody may adapt them where an administrator restricted templates."""
        self.env["ir.config_parameter"].sudo().set_param(
            "mail.restrict.template.rendering", "True"
        )
        self.assertFalse(self.env.user.has_group("mail.group_mail_template_editor"))
        for template in self.templates.with_env(self.env):
            composer = self.env["mail.compose.message"].create(
                {
                    "composition_mode": "mass_mail",
                    "model": "res.partner",
                    "res_ids": str(self.full.ids),
                    "subject": template.subject,
                    "body": template.body_html,
                }
            )
            text = composer._render_field("body", self.full.ids)[self.full.id]
            with self.subTest(template.name):
                self.assertNotIn("t-out", text)
                self.assertIn("Олег Сич", text)
