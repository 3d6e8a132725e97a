import datetime as dt

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged, users

from .test_client_profile import TODAY
from .test_client_risk_task import TaskCommon


@tagged("post_install", "-at_install")
class TestToldDate(TaskCommon):
    """A client says when he will buy, and does or does not."""

    def _tell(self, date, comment="", user=None):
        profile = self._get_profile().with_user(user or self.client_user)
        wizard = self.env["client.told.date"].with_user(profile.env.user)
        action = profile.action_tell_date()
        told = wizard.with_context(**action["context"]).create(
            {"date": date, "comment": comment}
        )
        return told.action_apply()

    def _get_promises(self):
        return self._get_profile().promise_ids.sorted("id")

    def test_told_date_ends_the_tasks_and_is_written_on_the_card(self):
        self._be_late()
        self._run_cron()
        self._tell("2026-03-10", "<b>after the fair</b>")
        self.assertEqual(self._get_profile().sector, "growth")
        self.assertRecordValues(
            self._get_tasks(), [{"state": "done", "reason_code": "told"}]
        )
        self.assertFalse(self._get_activities())
        note = self.client.message_ids[0].body
        self.assertIn("03/10/2026", note)
        self.assertIn("&lt;b&gt;after the fair", note)
        self.assertRecordValues(
            self._get_promises(),
            [
                {
                    "state": "open",
                    "date": dt.date(2026, 3, 10),
                    "told_on": TODAY,
                    "user_id": self.client_user.id,
                    "comment": "<b>after the fair</b>",
                }
            ],
        )

    def test_told_date_without_a_task_is_noted_on_the_card(self):
        self._buy(10, 30, 50)
        self._tell("2026-03-10")
        self.assertIn("03/10/2026", self.client.message_ids[0].body)

    def test_purchase_in_time_keeps_the_promise_and_the_forecast_counts_again(self):
        self._buy(10, 30, 50)
        self._tell("2026-03-04")
        with freeze_time("2026-03-07 08:00"):
            self._buy(-5)
            profile = self._get_profile()
            self.assertRecordValues(
                self._get_promises(),
                [{"state": "kept", "bought_on": dt.date(2026, 3, 7)}],
            )
            self.assertFalse(profile.told_date)
            self.assertFalse(profile.is_told)
            self.assertEqual(profile.promise_kept_count, 1)

    def test_purchase_of_the_day_it_was_told_keeps_nothing(self):
        self._buy(10, 30, 50)
        self._tell("2026-03-20")
        self._buy(0)
        self.assertEqual(self._get_promises().state, "open")

    def test_date_without_a_purchase_is_missed_after_the_days_of_patience(self):
        self._buy(10, 30, 50)
        self._tell("2026-03-04")
        with freeze_time("2026-03-07 08:00"):
            self._judge_all()
        self.assertEqual(self._get_promises().state, "open")
        with freeze_time("2026-03-08 08:00"):
            self._judge_all()
            self.assertEqual(self._get_promises().state, "missed")
            self.assertEqual(self._get_profile().promise_missed_count, 1)
            self._buy(-4)  # the document of a purchase in time comes in late
        self.assertEqual(self._get_promises().state, "kept")
        self.assertEqual(self._get_profile().promise_missed_count, 0)

    def test_purchase_taken_back_makes_the_date_expected_again(self):
        self._buy(10, 30, 50)
        self._tell("2026-03-04")
        with freeze_time("2026-03-03 08:00"):
            self._buy(-1)
            self.assertEqual(self._get_promises().state, "kept")
            self._get_stored("C-1--1").is_cancelled = True
            self._get_profile().recompute()
            self.assertEqual(self._get_promises().state, "open")
            self.assertEqual(self._get_profile().told_date, dt.date(2026, 3, 4))

    def test_date_put_off_in_time_is_neither_kept_nor_missed(self):
        self._buy(10, 30, 50)
        self._tell("2026-03-04")
        self._tell("2026-03-10")
        with freeze_time("2026-03-14 08:00"):
            self._tell("2026-03-20")
        self.assertEqual(
            self._get_promises().mapped("state"), ["withdrawn", "missed", "open"]
        )
        self.assertIn("Keeps 0 of 1 dates.", self._get_profile().reason)

    def test_day_that_is_over_is_refused(self):
        self._buy(10, 30, 50)
        with self.assertRaisesRegex(ValidationError, "over"):
            self._tell("2026-03-01")

    def test_date_written_into_a_list_is_a_promise_too(self):
        self._be_late()
        self._get_profile().with_user(self.client_user).told_date = "2026-03-10"
        self.assertEqual(self._get_promises().state, "open")
        self.assertEqual(self._get_tasks().state, "done")

    def test_date_of_the_past_ends_no_task(self):
        self._be_late()
        self._get_profile().told_date = "2026-03-01"
        self.assertFalse(self._get_promises())
        self.assertEqual(self._get_tasks().state, "waiting")

    def test_nothing_is_told_of_a_foreign_profile(self):
        self._buy(10)
        other = self._create_company(name="Other")
        self.client_user.write({"company_ids": other.ids, "company_id": other.id})
        wizard = self.env["client.told.date"].with_user(self.client_user)
        told = wizard.create(
            {"profile_id": self._get_profile().id, "date": "2026-03-20"}
        )
        for name in ("partner_id", "reason"):
            with self.assertRaises(AccessError):
                told.read([name])
        with self.assertRaises(AccessError):
            told.action_apply()

    @users("client_user")
    def test_comment_is_not_taken_from_a_foreign_context(self):
        self._buy(10, 30, 50)
        profile = self._get_profile().with_env(self.env)
        profile.with_context(client_told_comment="x").told_date = "2026-03-10"
        self.assertFalse(self._get_promises().comment)

    @users("client_user")
    def test_date_is_told_on_the_card_of_a_contact_person(self):
        self._buy(10)
        person = self._create_client("Person", parent_id=self.client.id)
        action = person.with_env(self.env).action_tell_client_date()
        self.assertEqual(
            action["context"], {"default_profile_id": self._get_profile().id}
        )

    def test_merged_cards_keep_both_promises_and_expect_the_later(self):
        self._buy(10, 30, 50)
        self._buy(12, 32, key="C-2")
        self._tell("2026-03-20")
        self._get_profile(self.other_client).told_date = "2026-03-10"
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.other_client).ids, self.other_client)
        promises = self._get_profile(self.other_client).promise_ids
        self.assertEqual(sorted(promises.mapped("state")), ["open", "withdrawn"])
