import datetime as dt

from freezegun import freeze_time

from odoo.fields import Date, Datetime
from odoo.tests import tagged, users

from .stage_common import StageCommon

FRIDAY = dt.datetime(2026, 3, 6, 9)


@tagged("post_install", "-at_install")
class TestLeadStageChain(StageCommon):
    """The tasks of a stage come one after another, each once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.need.required_field_ids = False
        kind = cls.env.ref("mail.mail_activity_data_call").id
        cls.first, cls.second = cls.env["lead.stage.step"].create(
            [
                {
                    "stage_id": cls.need.id,
                    "activity_type_id": kind,
                    "summary": summary,
                    "days": days,
                }
                for summary, days in (("Ask what is needed", 0), ("Ask again", 2))
            ]
        )

    @users("client_user")
    def test_next_task_comes_when_the_one_before_is_done(self):
        lead = self.lead.with_env(self.env)
        lead.stage_id = self.need
        self.assertEqual(self._get_tasks(lead).lead_step_id, self.first)
        self._get_tasks(lead).with_env(self.env).action_feedback(feedback="Asked")
        self.assertEqual(self._get_tasks(lead).lead_step_id, self.second)

    @users("client_user")
    def test_lead_that_comes_back_goes_on_where_it_was(self):
        lead = self.lead.with_env(self.env)
        lead.stage_id = self.need
        self._get_tasks(lead).with_env(self.env).action_done()
        lead.stage_id = self.quotation
        self.assertFalse(self._get_tasks(lead))
        lead.stage_id = self.need
        self.assertEqual(self._get_tasks(lead).lead_step_id, self.second)

    @users("client_user")
    def test_no_task_falls_on_a_day_off(self):
        with freeze_time(FRIDAY):
            lead = self.lead.with_env(self.env)
            self.first.sudo().days = 1
            lead.stage_id = self.need
        self.assertEqual(self._get_tasks(lead).date_deadline, dt.date(2026, 3, 9))

    def test_task_waits_for_a_manager_and_follows_him(self):
        lead = self._create_lead("Нічия", user_id=False, stage_id=self.need.id)
        self.assertFalse(self._get_tasks(lead))
        lead.user_id = self.client_user
        self.assertEqual(self._get_tasks(lead).user_id, self.client_user)
        lead.user_id = self.client_manager
        self.assertEqual(self._get_tasks(lead).user_id, self.client_manager)

    def test_head_gets_what_is_the_heads(self):
        self.first.recipient = "head"
        self.lead.stage_id = self.need
        self.assertEqual(self._get_tasks(self.lead).user_id, self.client_manager)

    @users("client_user")
    def test_stay_that_is_too_long_is_told_to_the_manager_then_to_the_head(self):
        self.call.sudo().write({"longest_stay": 3, "head_after": 2})
        with freeze_time(FRIDAY):
            lead = self._create_lead("Довга").with_env(self.env)
        told = []
        for days in (3, 5, 7, 10):
            with freeze_time(FRIDAY + dt.timedelta(days=days)):
                self._run_cron()
                told.append(self._get_tasks(lead).user_id.mapped("login"))
        self.assertEqual(told[0], [])  # Monday: one working day
        self.assertEqual(told[1], ["client_user"])
        self.assertEqual(told[2:], [["client_user", "client_manager"]] * 2)
        self.assertEqual(len(self._get_tasks(lead)), 2)
        lead.stage_id = self.quotation
        self.assertFalse(self._get_tasks(lead))

    def _run_cron(self):
        cron = self.env.ref("lead_capture.ir_cron_lead_stage").sudo()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()

    # === MOVES BY THEMSELVES ===

    def _make_automatic(self, stage, domain):
        stage.sudo().write({"is_automatic": True, "auto_domain": domain})

    @users("client_user")
    def test_lead_moves_by_itself_when_its_condition_holds(self):
        self._make_automatic(self.quotation, "[('expected_revenue', '>', 1000)]")
        lead = self.lead.with_env(self.env)
        lead.expected_revenue = 500
        self.assertEqual(lead.stage_id, self.call)
        lead.expected_revenue = 1500
        self.assertEqual(lead.stage_id, self.quotation)
        self.assertEqual(self._get_way(lead)[-1], ("Quotation", "automatic", False))

    @users("client_user")
    def test_nothing_moves_by_itself_past_what_is_missing(self):
        self.need.sudo().required_field_ids = self._get_field("phone")
        self._make_automatic(self.quotation, "[('expected_revenue', '>', 1000)]")
        lead = self.lead.with_env(self.env)
        lead.expected_revenue = 1500
        self.assertEqual(lead.stage_id, self.call)
        lead.phone = "+380501112233"
        self.assertEqual(lead.stage_id, self.quotation)

    @users("client_user")
    def test_whoever_takes_a_lead_back_is_not_overruled(self):
        self._make_automatic(self.quotation, "[('expected_revenue', '>', 1000)]")
        lead = self.lead.with_env(self.env)
        lead.expected_revenue = 1500
        lead.stage_id = self.need
        lead.expected_revenue = 1600
        self.assertEqual(lead.stage_id, self.need)

    @users("client_user")
    def test_lost_leads_do_not_move(self):
        self._make_automatic(self.quotation, "[('expected_revenue', '>', 1000)]")
        lead = self.lead.with_env(self.env)
        lead.action_set_lost()
        lead.expected_revenue = 1500
        self.assertEqual(lead.stage_id, self.call)

    def test_what_time_alone_makes_true_is_found_by_the_hour(self):
        self._make_automatic(self.need, "[('date_deadline', '<', 'today')]")
        self.lead.date_deadline = Date.today() + dt.timedelta(days=3)
        with freeze_time(Datetime.now() + dt.timedelta(days=5)):
            self._run_cron()
        self.assertEqual(self.lead.stage_id, self.need)
