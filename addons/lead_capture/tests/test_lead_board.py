from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged, users

from .time_common import TimeCommon

NOW = "2026-11-18 08:30:00"


@tagged("post_install", "-at_install")
class TestLeadBoard(TimeCommon):
    """The board of clients who wait, and the button of who answered elsewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-11-18 08:00:00"):
            cls.lead = cls._create_lead(
                contact_name="Oleh",
                description="<p> </p><p>What does it cost?</p><p>And when?</p>",
            )

    @users("client_user")
    def test_card_says_who_asks_what(self):
        lead = self.lead.with_env(self.env)
        self.assertEqual(
            (lead.client_name, lead.question), ("Oleh", "What does it cost?")
        )

    @users("client_user")
    def test_salesperson_begins_with_his_own(self):
        action = self.env["crm.lead"]._get_board_action()
        self.assertIn("search_default_mine", str(action["context"]))

    @users("client_manager")
    def test_head_begins_with_all(self):
        self.assertFalse(self.env["crm.lead"]._get_board_action()["context"])

    @users("client_user")
    @freeze_time(NOW)
    def test_answered_elsewhere(self):
        lead = self.lead.with_env(self.env)
        action = lead.action_answered()
        dialog = self.env["lead.answer"].with_context(**action["context"])
        dialog.create({"how": "person", "note": "<b>Wants</b> two"}).action_answer()
        self.assertEqual(lead.deadline_state, "answered")
        self.assertEqual(lead.response_ids.user_id, self.client_user)
        note = lead.message_ids[0]
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))
        self.assertIn("In person", note.body)
        self.assertIn("&lt;b&gt;Wants", note.body)

    @users("client_user")
    def test_lead_of_a_colleague_is_not_answered(self):
        self.lead.sudo().user_id = self.client_manager
        lead = self.lead.with_env(self.env)
        with self.assertRaises(AccessError):
            lead.action_answered()
        with self.assertRaises(AccessError):
            self.env["lead.answer"].create({"lead_id": lead.id}).action_answer()

    def test_strangers_answer_nothing(self):
        for user in (self.portal_user, self.internal_user, self.sync_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.lead.with_user(user).action_answered()
