import datetime as dt

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged, users
from odoo.tools import SQL

from .stage_common import StageCommon

MONDAY = dt.datetime(2026, 3, 2, 8)


@tagged("post_install", "-at_install")
class TestLeadStageLog(StageCommon):
    """Each stay is noted by ourselves, whatever the caller says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.need.required_field_ids = False

    @users("client_user")
    def test_way_of_a_lead_that_is_won(self):
        lead = self.lead.with_env(self.env)
        lead.stage_id = self.need
        lead.stage_id = self.call
        lead.stage_id = self.need
        lead.action_set_won()
        self.assertEqual(
            self._get_way(lead),
            [
                ("Call", "created", "next"),
                ("Need", "by_hand", "back"),
                ("Call", "by_hand", "next"),
                ("Need", "by_hand", "won"),
                ("Quotation", "skipped", "next"),
                ("Won", "by_hand", None),
            ],
        )

    def _get_way(self, lead):
        return [(*stay[:2], stay[2] or None) for stay in super()._get_way(lead)]

    @users("client_user")
    def test_lost_and_opened_again(self):
        lead = self.lead.with_env(self.env)
        lead.action_set_lost()
        lead.action_restore()
        self.assertEqual(
            self._get_way(lead),
            [("Call", "created", "lost"), ("Call", "reopened", None)],
        )

    @users("client_user")
    def test_archived_is_not_lost(self):
        lead = self.lead.with_env(self.env)
        lead.probability = 10  # core calls archived ones without a chance lost
        lead.action_archive()
        self.assertEqual(self._get_way(lead), [("Call", "created", "archived")])

    @users("client_user")
    def test_context_that_switches_tracking_off_switches_nothing_off_here(self):
        lead = self.lead.with_env(self.env)
        lead.with_context(tracking_disable=True, mail_notrack=True).stage_id = self.need
        self.assertEqual(self._get_way(lead)[-1], ("Need", "by_hand", None))

    def test_deleted_and_merged_leads_leave_their_way_behind(self):
        other = self._create_lead("Та сама")
        gone = self._create_lead("Помилка")
        gone.unlink()
        (self.lead | other).merge_opportunity()
        tail = other if self.lead.exists() else self.lead
        self.assertEqual(self._get_way(gone), [("Call", "created", "deleted")])
        self.assertEqual(self._get_way(tail), [("Call", "created", "merged")])

    def test_change_of_the_team_is_no_step_of_the_funnel(self):
        other = self.env["crm.team"].create({"name": "Other Sales"})
        lead = self._create_lead("Переведена")
        lead.write({"team_id": other.id, "user_id": False})
        self.assertEqual(self._get_way(lead)[0][2], "moved")

    def test_length_of_a_stay_in_working_time_too(self):
        self.env.company.resource_calendar_id.tz = "UTC"
        with freeze_time(MONDAY):
            lead = self._create_lead("Повільна")
        with freeze_time(MONDAY + dt.timedelta(days=7)):
            lead.stage_id = self.need
        stay = lead.stage_log_ids.filtered("left_at")
        self.assertEqual(stay.wall_seconds, 7 * 86400)
        week = self.env.company.resource_calendar_id.hours_per_week
        self.assertEqual(stay.working_seconds, week * 3600)

    def test_manager_of_a_stay_is_who_had_it_then(self):
        self.lead.write({"user_id": self.client_manager.id, "stage_id": self.need.id})
        first, second = self.lead.stage_log_ids.sorted("id")
        self.assertEqual(first.user_id, self.client_user)
        self.assertEqual(second.user_id, self.client_manager)

    @users("client_manager")
    def test_nobody_writes_the_journal(self):
        stay = self.lead.with_env(self.env).stage_log_ids
        for change in (
            lambda: stay.write({"end_code": "won"}),
            stay.unlink,
            lambda: stay.create({"stage_id": self.call.id}),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_salesperson_sees_the_ways_of_own_leads(self):
        other = self._create_lead("Чужа", user_id=self.client_manager.id)
        journal = self.env["lead.stage.log"].with_user(self.client_user)
        seen = journal.search([]).lead_id
        self.assertIn(self.lead, seen)
        self.assertNotIn(other, seen)

    def test_history_is_taken_from_what_was_tracked(self):
        lead = self._create_lead("Стара")
        lead = lead.with_context(tracking_disable=False, mail_notrack=False)
        self._flush_tracking()
        lead.stage_id = self.need
        self._flush_tracking()
        lead.action_set_lost()
        self._flush_tracking()
        journal = self.env["lead.stage.log"].sudo()
        stays = journal.search([("lead_id", "=", lead.id)])
        self.env.cr.execute(
            SQL("DELETE FROM lead_stage_log WHERE id = ANY(%s)", stays.ids)
        )
        self.env.invalidate_all()
        self.assertEqual(journal._take_history(), 2)
        self.assertEqual(
            self._get_way(lead),
            [("Call", "history", "next"), ("Need", "history", "lost")],
        )
        self.assertEqual(journal._take_history(), 0)

    def _flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def test_what_the_database_was_told_directly_is_noted_afterwards(self):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead SET stage_id = %s WHERE id = %s",
                self.need.id,
                self.lead.id,
            )
        )
        self.env.invalidate_all()
        self.env["lead.stage.log"].sudo()._mend()
        self.assertEqual(
            self._get_way(self.lead),
            [("Call", "created", "next"), ("Need", "by_hand", None)],
        )
