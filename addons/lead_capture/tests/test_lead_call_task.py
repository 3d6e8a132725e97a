from odoo.fields import Command
from odoo.tests import tagged

from .call_common import CallCommon


@tagged("post_install", "-at_install")
class TestLeadCallTask(CallCommon):
    """A call that the exchange never saw, done as a task."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.member_ids = [Command.set(cls.client_user.ids)]

    def _plan(self, lead, xmlid):
        return lead.activity_schedule(xmlid, user_id=self.client_user.id)

    def test_task_that_is_done_is_the_answer(self):
        call = self._hear_missed()
        lead = call.lead_id
        self.assertTrue(lead.waiting_since)
        self._get_tasks(lead).with_user(self.client_user).action_feedback()
        self.assertFalse(lead.waiting_since)
        self.assertEqual(lead.response_ids.user_id, self.client_user)
        self.assertTrue(call.called_back_at)

    def test_other_call_is_an_answer_and_the_missed_one_still_waits(self):
        call = self._hear_missed()
        task = self._plan(call.lead_id, "mail.mail_activity_data_call")
        task.with_user(self.client_user).action_feedback()
        self.assertFalse(call.lead_id.waiting_since)
        self.assertFalse(call.called_back_at)

    def test_task_that_is_no_call_is_no_answer(self):
        lead = self._hear_missed().lead_id
        task = self._plan(lead, "mail.mail_activity_data_todo")
        task.with_user(self.client_user).action_feedback()
        self.assertTrue(lead.waiting_since)

    def test_task_that_is_dropped_is_no_answer(self):
        call = self._hear_missed()
        self._get_tasks(call.lead_id).with_user(self.client_user).unlink()
        self.assertTrue(call.lead_id.waiting_since)
        self.assertFalse(call.called_back_at)

    def test_program_that_ends_a_task_has_answered_nobody(self):
        call = self._hear_missed()
        robot = self.env.ref("base.user_root")
        self._get_tasks(call.lead_id).with_user(robot).action_feedback()
        self.assertTrue(call.lead_id.waiting_since)
        self.assertFalse(call.called_back_at)
