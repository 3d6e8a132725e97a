from odoo.tests import tagged, users

from .mail_common import LetterCommon


@tagged("post_install", "-at_install")
class TestLeadAnswer(LetterCommon):
    """Only what a person writes to the client is an answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.env["res.partner"].create(
            {"name": "Ann", "email": "ann@client.example"}
        )
        cls.client_user.email = "colleague@letters.example"
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Pumps",
                "type": "opportunity",
                "partner_id": cls.client.id,
                "team_id": cls.team.id,
                "user_id": cls.client_user.id,
            }
        )
        cls.note = "mail.mt_note"
        cls.comment = "mail.mt_comment"

    def _post(self, user=None, to=None, subtype=None, **values):
        lead = self.lead.with_user(user or self.client_user)
        recipients = self.client if to is None else to
        return lead.message_post(
            body="We have them.",
            partner_ids=recipients.ids,
            message_type=values.pop("message_type", "comment"),
            subtype_xmlid=subtype or self.comment,
            **values,
        )

    def assertAnswered(self, expected=True):
        self.assertEqual(bool(self.lead.first_response_at), expected)
        self.assertEqual(bool(self.lead.waiting_since), not expected)

    @users("client_user")
    def test_letter_to_the_client_is_an_answer(self):
        message = self._post(user=self.env.user)
        self.assertAnswered()
        self.assertEqual(self.lead.first_response_at, message.date)
        self.assertEqual(self.lead.response_ids.user_id, self.client_user)

    def test_letter_to_a_client_who_follows_is_an_answer(self):
        self.lead.message_subscribe(self.client.ids)
        self._post(to=self.client.browse())
        self.assertAnswered()

    def test_letter_to_another_person_of_the_client_is_an_answer(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.client.parent_id = firm
        boss = self.env["res.partner"].create(
            {"name": "Boss", "parent_id": firm.id, "email": "boss@client.example"}
        )
        self._post(to=boss)
        self.assertAnswered()

    def test_letter_to_an_address_without_a_card_is_an_answer(self):
        self.lead.write({"partner_id": False, "email_from": "ann@client.example"})
        self._post(
            to=self.client.browse(), outgoing_email_to="Ann <ann@client.example>"
        )
        self.assertAnswered()

    def test_template_sent_by_a_person_is_an_answer(self):
        template = self.env.ref("lead_capture.mail_template_first_answer")
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.client_user)
            .with_context(
                default_model="crm.lead",
                default_res_ids=self.lead.ids,
                default_composition_mode="comment",
                default_template_id=template.id,
            )
            .create({})
        )
        self.assertIn(self.client, composer.partner_ids)
        composer.action_send_mail()
        self.assertAnswered()
        self.assertIn("Hello, Ann!", self.lead.message_ids[0].body)

    def test_letter_from_the_mail_program_of_a_colleague_is_an_answer(self):
        ours = self._post(to=self.internal_user.partner_id)
        self.lead.message_subscribe(self.client.ids)
        self._receive(
            self._make_letter(
                From="colleague@letters.example", References=ours.message_id
            )
        )
        self.assertAnswered()

    def test_note_is_no_answer(self):
        self._post(subtype=self.note)
        self.assertAnswered(False)

    def test_letter_to_colleagues_alone_is_no_answer(self):
        self._post(to=self.internal_user.partner_id)
        self.assertAnswered(False)

    def test_letter_to_a_stranger_is_no_answer(self):
        supplier = self.env["res.partner"].create(
            {"name": "Supplier", "email": "sales@supplier.example"}
        )
        self._post(to=supplier)
        self.assertAnswered(False)

    def test_letter_to_a_client_without_an_address_is_no_answer(self):
        self.client.email = False
        self.lead.email_from = False
        self._post()
        self.assertAnswered(False)

    def test_what_programs_write_is_no_answer(self):
        for kind in ("auto_comment", "notification", "out_of_office"):
            with self.subTest(kind):
                self._post(message_type=kind)
                self.assertAnswered(False)

    def test_letter_of_odoobot_is_no_answer(self):
        self._post(user=self.env.ref("base.user_root"))
        self.assertAnswered(False)

    def test_letter_of_the_client_is_no_answer(self):
        ours = self._post(subtype=self.note)
        self._receive(References=ours.message_id)
        self.assertAnswered(False)

    def test_absence_note_of_a_colleague_is_no_answer(self):
        ours = self._post(to=self.internal_user.partner_id)
        self.lead.message_subscribe(self.client.ids)
        self._receive(
            self._make_letter(
                From="colleague@letters.example",
                References=ours.message_id,
                Auto_Submitted="auto-replied",
            )
        )
        self.assertAnswered(False)
