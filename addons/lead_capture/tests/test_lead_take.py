from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged, users

from .dispatch_common import DispatchCommon


@tagged("post_install", "-at_install")
class TestLeadTake(DispatchCommon):
    """Two managers cannot work one request."""

    @users("anna")
    def test_own_request_is_taken_and_released(self):
        lead = self._create_lead(user_id=self.anna.id).with_user(self.env.user)
        lead.action_take()
        self.assertEqual((lead.taken_by_id, lead.taken_state), (self.anna, "me"))
        lead.action_take()  # twice is once
        lead.action_release()
        self.assertEqual((lead.user_id, lead.taken_state), (self.anna, "free"))

    @users("anna")
    def test_waiting_request_becomes_that_of_whoever_takes_it(self):
        lead = self._create_lead().with_user(self.env.user)
        lead.action_take()
        self.assertEqual((lead.user_id, lead.taken_by_id), (self.anna, self.anna))
        self.assertEqual(lead.sudo().assignment_ids.kind, "take")

    @users("client_manager")
    def test_second_one_hears_who_has_it(self):
        lead = self._create_lead(user_id=self.anna.id)
        lead.with_user(self.anna).action_take()
        with self.assertRaisesRegex(UserError, "Anna works on “Request” since"):
            lead.with_user(self.env.user).action_take()
        self.assertEqual(lead.sudo().taken_by_id, self.anna)

    def test_taking_is_decided_by_the_database(self):
        """What the first one took is not known to the second one's cache."""
        lead = self._create_lead()
        lead.sudo().mapped("taken_by_id")
        self.cr.execute(
            "UPDATE crm_lead SET taken_by_id = %s WHERE id = %s",
            [self.anna.id, lead.id],
        )
        self.assertFalse(lead.sudo()._take(self.boris))
        with self.assertRaisesRegex(UserError, "Anna works on"):
            lead.with_user(self.boris).action_take()

    @users("client_user")
    def test_request_that_waits_is_for_the_team(self):
        lead = self._create_lead().with_user(self.env.user)
        with self.assertRaisesRegex(UserError, "waits for somebody of the team"):
            lead.action_take()

    def test_request_of_a_colleague_is_not_taken(self):
        self.boris.group_ids |= self.env.ref("sales_team.group_sale_salesman_all_leads")
        lead = self._create_lead(user_id=self.anna.id).with_user(self.boris)
        with self.assertRaisesRegex(UserError, "Ask your head"):
            lead.action_take()

    def test_closed_request_is_not_taken(self):
        lead = self._create_lead(user_id=self.anna.id)
        self._close(lead)
        with self.assertRaisesRegex(UserError, "closed"):
            lead.with_user(self.anna).action_take()

    def test_request_is_not_pulled_away_from_whoever_works_on_it(self):
        self.boris.group_ids |= self.env.ref("sales_team.group_sale_salesman_all_leads")
        lead = self._create_lead(user_id=self.anna.id)
        lead.with_user(self.anna).action_take()
        with self.assertRaisesRegex(UserError, "Anna works on"):
            lead.with_user(self.boris).write({"user_id": self.boris.id})
        with self.assertRaisesRegex(UserError, "Anna works on"):
            lead.with_user(self.boris).action_release()

    @users("client_manager")
    def test_head_gives_it_to_somebody_else_and_says_why(self):
        lead = self._create_lead(user_id=self.anna.id).with_user(self.env.user)
        lead.with_user(self.anna).action_take()
        form = Form(
            self.env["lead.give"].with_context(
                active_model="crm.lead", active_ids=lead.ids
            )
        )
        self.assertEqual(form.taken_by_names, "Anna")
        form.user_id = self.boris
        form.reason = "Knows the client"
        form.save().action_give()
        self.assertEqual(lead.user_id, self.boris)
        self.assertFalse(lead.taken_by_id)
        self.assertIn("Knows the client", lead.assignment_reason)

    @users("anna")
    def test_only_the_head_gives_to_somebody_else(self):
        lead = self._create_lead(user_id=self.anna.id).with_user(self.env.user)
        with self.assertRaises(AccessError):
            lead.action_give_to(self.boris.id, "because")

    @users("client_manager")
    def test_giving_needs_a_colleague_and_a_reason(self):
        lead = self._create_lead(user_id=self.anna.id).with_user(self.env.user)
        for user_id, reason in (
            (self.boris.id, " "),
            (self.boris.id, None),
            (self.portal_user.id, "because"),
            (0, "because"),
        ):
            with self.subTest(user=user_id), self.assertRaises(UserError):
                lead.action_give_to(user_id, reason)

    def test_answer_of_its_manager_takes_a_request(self):
        lead = self._create_lead(user_id=self.anna.id)
        lead._note_answer(self.anna, self.env.cr.now())
        self.assertEqual(lead.sudo().taken_by_id, self.anna)

    def test_whoever_answers_what_nobody_has_gets_it(self):
        lead = self._create_lead()
        lead._note_answer(self.boris, self.env.cr.now())
        self.assertEqual(lead.user_id, self.boris)
        self.assertIn("answered the client first", lead.sudo().assignment_reason)

    def test_answer_of_another_takes_nothing(self):
        lead = self._create_lead(user_id=self.anna.id)
        lead._note_answer(self.boris, self.env.cr.now())
        self.assertFalse(lead.sudo().taken_by_id)
        self.assertEqual(lead.user_id, self.anna)
