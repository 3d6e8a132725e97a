from odoo.tests import HttpCase, tagged

from .call_common import CALLER, OURS, CallCommon


@tagged("post_install", "-at_install")
class TestLeadCallTour(CallCommon, HttpCase):
    """The salesperson of the client hears of a call that nobody took."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.member_ids = cls.client_user

    def _miss_call(self):
        """Let the exchange tell of a call that nobody took.

        :return: the call, at the lead of the salesperson
        """
        address = f"/lead_capture/{self.exchange.token}/call"
        for event in ("start", "missed"):
            answer = self.url_open(
                address,
                json={"call_id": "t1", "event": event, "from": CALLER, "to": OURS},
            )
            self.assertEqual(answer.status_code, 200)
        with self.enter_registry_test_mode():
            self.env.ref("lead_capture.ir_cron_lead_request").method_direct_trigger()
        self.env.invalidate_all()
        call = self._get_call("t1")
        self.assertEqual(call.lead_id.user_id, self.client_user)
        return call

    def test_missed_call_becomes_a_task_and_is_called_back(self):
        self._create_client(phone=CALLER, user_id=self.client_user.id)
        call = self._miss_call()
        task = self._get_tasks(call.lead_id)
        self.assertEqual(task.user_id, self.client_user)
        self.start_tour(
            "/odoo/lead-calls",
            "lead_capture_call_back",
            login="client_user",
            timeout=120,
        )
        self.assertFalse(task.active)
        self.assertIn("Wants a price", task.feedback)
        self.assertTrue(call.called_back_at)
        self.assertRecordValues(
            call.lead_id,
            [{"waiting_since": False, "deadline_state": "answered"}],
        )

    def test_missed_call_is_from_a_wrong_number(self):
        client = self._create_client(phone=CALLER, user_id=self.client_user.id)
        call = self._miss_call()
        self.start_tour(
            "/odoo/lead-calls", "lead_capture_call", login="client_user", timeout=120
        )
        self.assertRecordValues(
            call, [{"outcome": "wrong_number", "outcome_note": "A bakery"}]
        )
        self.assertEqual(self._get_points(client).state, "failed")
