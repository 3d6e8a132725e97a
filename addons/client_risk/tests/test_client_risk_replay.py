import datetime as dt
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from odoo.addons.client_base.models.concurrency import MAX_FAILURES

from ..models.client_risk_replay_worker import ClientRiskReplayWorker
from .replay_common import REGULARS, STOPPED, ReplayCommon
from .test_client_profile import TODAY

WORKER = "odoo.addons.client_risk.models.client_risk_replay_worker"


@tagged("post_install", "-at_install")
class TestClientRiskReplay(ReplayCommon):
    def test_manager_learns_how_right_the_statuses_were(self):
        self._make_history()
        one = self._play()
        self.assertRecordValues(
            one,
            [
                {
                    "state": "done",
                    "progress": 100,
                    "user_id": self.client_manager.id,
                    "date": TODAY,
                    "date_to": dt.date(2025, 11, 30),
                    "date_from": dt.date(2025, 2, 28),
                    "played_count": 10,
                    "client_count": REGULARS,
                    "regular_count": REGULARS,
                    "manager_count": 1,
                    "problem_code": False,
                }
            ],
        )
        self.assertGreater(one.precision, 0.9)
        self.assertGreater(one.recall, 0.2)
        self.assertGreaterEqual(one.right_count, STOPPED - 1)
        self.assertGreater(one.waiting_share, 0)
        self.assertGreater(one.alerts_per_week, 0)

    def test_every_client_is_counted_at_every_month_end(self):
        self._make_history()
        one = self._play()
        counted = sum(one.line_ids.mapped("named_count"))
        self.assertEqual(counted, REGULARS * one.played_count)
        late = one.line_ids.filtered(lambda line: line.status == "missed_date")
        self.assertEqual((late.sector, late.named_count), ("risk", one.named_count))
        self.assertEqual(late.precision, late.right_count / late.named_count)

    def test_what_was_bought_later_is_not_known_earlier(self):
        self._make_history()
        before = self._play(month_count=3).read(["named_count", "date_to"])
        self._buy(*range(1, 40), key="R-20")  # within the last ninety days
        after = self._play(month_count=3).read(["named_count", "date_to"])
        self.assertEqual(before[0]["named_count"], after[0]["named_count"])

    def test_thresholds_are_kept_with_the_result(self):
        self.env["client.risk.policy"].search([]).active = False
        policy = self.env["client.risk.policy"].create(
            {"name": "Careful", "late_survival": 0.35}
        )
        self._make_history()
        one = self._play()
        policy.late_survival = 0.1
        self.assertEqual(len(one.thresholds), 1)
        self.assertEqual(one.thresholds[0]["values"]["late_survival"], 0.35)
        self.assertIn("Careful", one.thresholds_text)
        self.assertIn("Rarity of a Late Silence: 35 %", one.thresholds_text)

    def test_policy_of_a_group_judges_its_clients_only(self):
        self.env["client.risk.policy"].search([]).active = False
        group = self.env["client.group"].create({"name": "Key accounts"})
        self.env["client.risk.policy"].create(
            {
                "name": "Never late",
                "group_id": group.id,
                "grace_days": 365,
                "short_grace_days": 365,
            }
        )
        self._make_history()
        usual = self._play()
        self.regulars[: STOPPED // 2].client_group_ids = group
        spared = self._play()
        self.assertLess(spared.named_count, usual.named_count)
        self.assertGreater(spared.named_count, 0)
        self.assertEqual([one["name"] for one in usual.thresholds], [False])
        self.assertEqual(
            [one["name"] for one in spared.thresholds], [False, "Never late"]
        )

    def test_archived_client_still_counts(self):
        self._make_history()
        before = self._play().read(["named_count", "right_count", "client_count"])
        self.regulars[:STOPPED].active = False
        after = self._play().read(["named_count", "right_count", "client_count"])
        self.assertEqual({**before[0], "id": 0}, {**after[0], "id": 0})

    def test_result_is_told_in_words(self):
        self._make_history()
        one = self._play()
        self.assertIn("had been called at risk", one.summary)
        self.assertIn("New alerts for each manager and week", one.summary)
        stable = one.line_ids.filtered(lambda line: line.status == "stable")
        share = round(100 * stable.precision)
        self.assertEqual(
            stable.words,
            f"Of 100 clients we called “Stable”, {share} bought nothing in the next "
            "90 days.",
        )

    def test_few_verdicts_are_counted_not_shared(self):
        said = self.env["client.risk.replay"]._say_precision("new", 3, 1, 90)
        self.assertEqual(
            said, "“New”, 3 in all; bought nothing in the next 90 days: 1."
        )

    def test_right_alarm_is_told_as_such(self):
        say = self.env["client.risk.replay"]._say_precision
        self.assertIn("50 indeed bought nothing", say("missed_date", 40, 20, 90))
        self.assertIn("50 bought nothing", say("stable", 40, 20, 90))

    def test_client_who_had_not_bought_yet_has_no_line(self):
        self._make_history()
        self._buy(1, 20, 40)
        one = self._play()
        self.assertEqual(one.client_count, REGULARS + 1)
        self.assertNotIn("untouched", one.line_ids.mapped("status"))

    # === WHAT CANNOT BE PLAYED ===

    def test_company_without_purchases_is_told_what_to_do(self):
        one = self._play()
        self.assertEqual((one.state, one.problem_code), ("failed", "empty"))
        self.assertIn("Nobody has bought anything yet", one.problem)

    def test_short_history_is_told_what_is_missing(self):
        self._make_history(first=TODAY - dt.timedelta(200))
        one = self._play()
        self.assertEqual((one.state, one.problem_code), ("failed", "short"))
        self.assertIn("half a year before it and 90 days after", one.problem)
        self.assertFalse(one.line_ids)

    def test_few_clients_prove_nothing(self):
        self._make_history(clients=19)
        one = self._play()
        self.assertEqual((one.state, one.problem_code), ("failed", "few"))
        self.assertIn("19; at least 20", one.problem)

    def test_failed_one_starts_again_when_there_is_a_history(self):
        one = self._play()
        self._make_history()
        one.action_run()
        self.assertEqual((one.state, one.problem), ("done", ""))

    # === IN THE BACKGROUND ===

    def _trigger(self):
        self.env["client.risk.replay"].flush_model()
        with self.enter_registry_test_mode():
            self.env.ref(
                "client_risk.ir_cron_client_risk_replay"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def _start_large(self, **values):
        """:return: a replay that waits for the background"""
        with patch(f"{WORKER}.SMALL", REGULARS - 1):
            return self._play(**values)

    def test_large_company_is_played_in_the_background(self):
        self._make_history()
        one = self._start_large()
        self.assertEqual((one.state, one.progress), ("running", 0))
        self._trigger()
        self.assertEqual((one.state, one.progress), ("done", 100))
        self.assertEqual(one.user_id, self.client_manager)
        here = self._play()
        names = ("precision", "recall", "alerts_per_week", "waiting_share")
        self.assertEqual([one[name] for name in names], [here[name] for name in names])

    def test_progress_is_told_after_every_month_end(self):
        self._make_history()
        one = self._start_large(month_count=4).sudo()
        told = []
        one._play_in_background(lambda *_args: told.append(one.progress))
        self.assertEqual(told, [0, 25, 50, 75, 100])

    def test_killed_one_begins_anew_and_ends_as_the_same(self):
        self._make_history()
        one = self._start_large().sudo()
        one.write({"attempt_count": 1, "progress": 50})  # what a killed one leaves
        self._trigger()
        self.assertEqual(one.state, "done")
        self.assertEqual(sum(one.line_ids.mapped("named_count")), one.played_count * 24)

    def test_second_run_changes_nothing(self):
        self._make_history()
        one = self._start_large()
        self._trigger()
        lines = one.line_ids
        self._trigger()
        self.assertEqual(one.line_ids, lines)

    def test_one_that_is_ended_each_time_is_given_up(self):
        self._make_history()
        one = self._start_large().sudo()
        one.attempt_count = MAX_FAILURES
        self._trigger()
        self.assertEqual((one.state, one.problem_code), ("failed", "stopped"))
        self.assertIn("fewer month ends", one.problem)

    def test_poisoned_one_does_not_stop_the_next(self):
        self._make_history()
        bad, good = self._start_large(), self._start_large()
        play = ClientRiskReplayWorker._play

        def play_or_fail(self, tell=None):
            if self.id == bad.id:
                raise ValueError("poison")
            return play(self, tell)

        with (
            patch.object(ClientRiskReplayWorker, "_play", play_or_fail),
            mute_logger(WORKER),
        ):
            self._trigger()
        self.assertEqual((bad.state, bad.problem_code), ("failed", "error"))
        self.assertEqual(good.state, "done")

    def test_each_month_every_company_with_a_history_is_played_once(self):
        self._make_history()
        self._trigger()
        self._trigger()
        found = self.env["client.risk.replay"].search(
            [("company_id", "=", self.env.company.id)]
        )
        self.assertRecordValues(
            found, [{"state": "done", "month": TODAY.replace(day=1)}]
        )

    def test_company_without_history_is_not_played_by_itself(self):
        self._trigger()
        self.assertFalse(
            self.env["client.risk.replay"].search(
                [("company_id", "=", self.env.company.id)]
            )
        )

    # === WHO MAY ===

    def test_results_are_nobody_s_to_write(self):
        one = self._make_replay()
        with self.assertRaises(AccessError):
            one.precision = 1
        with self.assertRaises(AccessError):
            self._make_replay(state="done")
        one.month_count = 6
        self.assertEqual(one.month_count, 6)

    def test_played_one_is_not_played_or_changed_again(self):
        self._make_history()
        one = self._play()
        with self.assertRaisesRegex(UserError, "duplicate"):
            one.action_run()
        with self.assertRaisesRegex(UserError, "duplicate"):
            one.month_count = 6
        again = one.copy()
        self.assertEqual((again.state, again.precision), ("draft", 0))

    def test_running_one_is_not_deleted(self):
        self._make_history()
        one = self._start_large()
        with self.assertRaisesRegex(UserError, "Wait"):
            one.unlink()

    def test_senseless_wishes_are_refused(self):
        for values in ({"month_count": 0}, {"month_count": 61}, {"horizon_days": 29}):
            with self.assertRaises(ValidationError):
                self._make_replay(**values)

    @users("client_user")
    def test_salesperson_does_not_see_the_accuracy(self):
        with self.assertRaises(AccessError):
            self.env["client.risk.replay"].search([])
        one = self._make_replay()
        with self.assertRaises(AccessError):
            one.with_env(self.env).action_run()

    def test_manager_of_another_company_does_not_see_it(self):
        one = self._make_replay()
        other = self.env["res.company"].create({"name": "Other"})
        self.client_manager.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        found = self.env(user=self.client_manager)["client.risk.replay"].search([])
        self.assertNotIn(one, found)
