import datetime as dt

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged, users

from odoo.addons.client_base.tests.common import USER

from .test_client_profile import TODAY, ProfileCommon


class WinbackCommon(ProfileCommon):
    """A client of a steady rhythm who fell silent, and one who has bought since."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.company"].search([]).client_reactivation_on = False
        cls.env.company.write(
            {
                "client_reactivation_on": True,
                "client_reactivation_weekly": 10,
                "client_reactivation_window": 30,
            }
        )
        cls.seller = new_test_user(cls.env, "seller", USER)
        (cls.client | cls.other_client).user_id = cls.seller
        Steps = cls.env["client.reactivation.step"]
        Steps.search([]).active = False
        cls.steps = Steps.create(
            [
                {
                    "name": name,
                    "sequence": number,
                    "delay_days": 7 * number,
                    "activity_type_id": cls.env.ref("mail.mail_activity_data_call").id,
                }
                for number, name in enumerate(("First call", "Last call"))
            ]
        )
        cls.reason = cls.env["client.leaving.reason"].create({"name": "Too dear"})

    def _fall_silent(self, key="C-1"):
        self._buy(*range(160, 400, 20), key=key)

    def _run(self, days=0):
        """Let the night of another day pass."""
        with freeze_time(dt.datetime(2026, 3, 2, 8) + dt.timedelta(days=days)):
            company_sudo = self.env.company.sudo()
            self.env["client.profile"].sudo()._judge_company(company_sudo)
            self.env["client.reactivation"].sudo()._run(company_sudo)

    def _get_case(self, client=None):
        client = client or self.client
        return self.env["client.reactivation"].search([("partner_id", "=", client.id)])

    def _make_attempt(self, days=0):
        with freeze_time(dt.datetime(2026, 3, 2, 9) + dt.timedelta(days=days)):
            self._get_case().activity_id.with_user(self.seller).action_done()

    def _tell(self, user=None, **values):
        wizard = self.env["client.reactivation.close"].with_user(user or self.seller)
        return wizard.create(
            {"case_ids": self._get_case().ids, **values}
        ).action_close()


@tagged("post_install", "-at_install")
class TestReactivation(WinbackCommon):
    def test_reason_is_in_the_language_of_each_reader(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self._fall_silent()
        self._run()
        case = self._get_case()
        english = case.with_context(lang="en_US").reason
        self.assertIn("purchases", english)
        self.assertNotEqual(case.with_context(lang="uk_UA").reason, english)

    def test_case_opens_by_itself_with_one_task(self):
        self._fall_silent()
        self._run()
        case = self._get_case()
        self.assertRecordValues(
            case,
            [
                {
                    "state": "open",
                    "origin": "night",
                    "user_id": self.seller.id,
                    "opened_on": TODAY,
                    "silent_days": 160,
                    "step_id": self.steps[0].id,
                }
            ],
        )
        self.assertEqual(case.activity_id.user_id, self.seller)
        self.assertEqual(case.activity_id.summary, "First call")
        self.assertEqual(self._get_profile().silence_state, "open")

    def test_night_again_gives_nothing_again(self):
        self._fall_silent()
        self._run()
        self._run()
        self._run(1)
        self.assertEqual(len(self._get_case()), 1)
        self.assertEqual(
            self.env["mail.activity"].search_count(
                [("res_model", "=", "res.partner"), ("res_id", "=", self.client.id)]
            ),
            1,
        )

    def test_most_worth_comes_first_and_the_rest_waits(self):
        self.env.company.client_reactivation_weekly = 1
        self._fall_silent()
        self._buy(*range(160, 400, 20), key="C-2", amount=50)
        self._run()
        self.assertTrue(self._get_case())
        self.assertFalse(self._get_case(self.other_client))
        waiting = self._get_profile(self.other_client)
        self.assertEqual(waiting.silence_state, "queue")
        self._run(6)
        self.assertFalse(self._get_case(self.other_client))
        self._run(7)
        self.assertTrue(self._get_case(self.other_client))

    def test_task_goes_to_the_deputy(self):
        self.seller.client_deputy_id = self.client_user
        self.seller.out_of_office_from = dt.datetime(2026, 3, 1)
        self._fall_silent()
        self._run()
        self.assertEqual(self._get_case().user_id, self.seller)
        self.assertEqual(self._get_case().activity_id.user_id, self.client_user)

    def test_next_step_comes_after_its_interval(self):
        self._fall_silent()
        self._run()
        self._make_attempt()
        case = self._get_case()
        self.assertEqual((case.attempt_count, case.activity_id), (1, case.activity_id))
        self.assertFalse(case.activity_id)
        self._run(6)
        self.assertFalse(case.activity_id)
        self._run(7)
        self.assertEqual(case.activity_id.summary, "Last call")

    def test_cancelled_task_is_no_attempt(self):
        self._fall_silent()
        self._run()
        case = self._get_case()
        case.activity_id.unlink()
        self._run(1)
        self.assertEqual((case.attempt_count, case.state), (0, "open"))
        self._run(8)
        self.assertEqual(case.activity_id.summary, "Last call")

    def test_after_the_last_attempt_the_outcome_is_asked_for(self):
        self._fall_silent()
        self._run()
        self._make_attempt()
        self._run(7)
        self._make_attempt(7)
        case = self._get_case()
        self.assertEqual(
            (case.state, case.attempt_count, case.window_until),
            ("waiting", 2, TODAY + dt.timedelta(days=37)),
        )
        self._run(37)
        self.assertFalse(case.activity_id)
        self._run(38)
        self.assertEqual(case.state, "decide")
        asked = case.activity_id
        self._run(39)
        self.assertEqual(case.activity_id, asked)

    def test_purchase_after_an_attempt_wins_at_once(self):
        self._fall_silent()
        self._run()
        self._make_attempt()
        self._buy(0, amount=700)
        case = self._get_case()
        self.assertRecordValues(
            case,
            [
                {
                    "state": "won",
                    "won_on": TODAY,
                    "returned_revenue": 700,
                    "revenue_until": dt.date(2026, 9, 2),
                }
            ],
        )
        self.assertFalse(self._get_profile().silence_state)

    def test_purchase_before_any_attempt_is_nobodys_merit(self):
        self._fall_silent()
        self._run()
        task = self._get_case().activity_id
        self._buy(0)
        self.assertEqual(self._get_case().state, "self")
        self.assertFalse(task.exists())

    def test_purchase_after_the_window_is_nobodys_merit(self):
        self._fall_silent()
        self._run()
        self._make_attempt()
        case = self._get_case()
        case.sudo().write({"state": "decide", "window_until": "2026-03-01"})
        self._buy(0)
        self.assertEqual(case.state, "self")

    def test_returned_revenue_is_kept_current(self):
        self._fall_silent()
        self._run()
        self._make_attempt()
        self._buy(0, amount=700)
        with freeze_time("2026-04-01 08:00"):
            self._buy(-20, amount=300)
        with freeze_time("2026-12-01 08:00"):
            self._buy(-200, amount=5000)
        self._run(30)
        self.assertEqual(self._get_case().returned_revenue, 1000)
        self._ask(
            self._make_row("R", kind="return", amount=100, date=TODAY.isoformat())
        )
        self._run(31)
        self.assertEqual(self._get_case().returned_revenue, 900)

    @users("seller")
    def test_outcome_has_a_reason_or_a_day(self):
        self._fall_silent()
        self._run()
        with self.assertRaisesRegex(UserError, "reason"):
            self._tell(outcome="lost")
        with self.assertRaisesRegex(UserError, "still to come"):
            self._tell(outcome="later", later_on=TODAY)
        self._tell(outcome="lost", reason_id=self.reason.id)
        case = self._get_case()
        self.assertEqual((case.state, case.reason_id), ("lost", self.reason))
        self.assertFalse(case.activity_id)
        with self.assertRaisesRegex(UserError, "closed already"):
            self._tell(outcome="lost", reason_id=self.reason.id)

    def test_lost_client_rests(self):
        self.env.company.client_reactivation_rest = 20
        self._fall_silent()
        self._run()
        self._tell(outcome="lost", reason_id=self.reason.id)
        self.assertEqual(self._get_profile().silence_state, "rest")
        self._run(19)
        self.assertEqual(len(self._get_case()), 1)
        self._run(20)
        self.assertEqual(len(self._get_case()), 2)

    def test_not_now_is_tried_again_from_its_day(self):
        self._fall_silent()
        self._run()
        self._tell(outcome="later", later_on=TODAY + dt.timedelta(days=10))
        self._run(9)
        self.assertEqual(len(self._get_case()), 1)
        self._run(10)
        self.assertEqual(len(self._get_case()), 2)

    def test_who_agreed_is_waited_for(self):
        self._fall_silent()
        self._run()
        self._tell(outcome="agreed")
        case = self._get_case()
        self.assertEqual((case.state, case.attempt_count), ("waiting", 1))
        self._buy(0)
        self.assertEqual(case.state, "won")

    @users("seller")
    def test_case_is_opened_by_hand_once(self):
        self._buy(*range(45, 400, 20))
        profile = self._get_profile().with_env(self.env)
        profile.action_win_back()
        action = profile.action_win_back()
        case = self._get_case()
        self.assertEqual(action["res_id"], case.id)
        self.assertEqual(case.origin, "hand")
        self.assertEqual(case.activity_id.user_id, self.seller)
        self.assertEqual(profile.silence_state, "open")

    @users("seller")
    def test_who_never_bought_is_not_won_back(self):
        self._run()
        with self.assertRaisesRegex(UserError, "never bought"):
            self._get_profile().with_env(self.env).action_win_back()

    @users("client_manager")
    def test_cases_are_written_by_nobody(self):
        self._fall_silent()
        self._run()
        case = self._get_case().with_env(self.env)
        with self.assertRaises(AccessError):
            case.state = "won"
        with self.assertRaises(AccessError):
            case.unlink()

    def test_removal_closes_the_case_with_its_reason(self):
        self._fall_silent()
        self._run()
        self.env["client.decision"].with_user(self.client_manager).create(
            {
                "profile_ids": self._get_profile().ids,
                "reason_id": self.reason.id,
            }
        ).action_decide()
        case = self._get_case()
        self.assertEqual((case.state, case.reason_id), ("lost", self.reason))
        self.assertFalse(self._get_profile().silence_state)

    def test_archived_client_is_dropped(self):
        self._fall_silent()
        self._run()
        self.client.active = False
        self._run(1)
        self.assertEqual(self._get_case().state, "cancelled")

    def test_merged_clients_go_on_with_the_case_of_most_attempts(self):
        self._fall_silent()
        self._fall_silent("C-2")
        self._run()
        self._make_attempt()
        merged = self.client | self.other_client
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(merged.ids, self.other_client)
        cases = self._get_case(self.other_client)
        self.assertEqual(sorted(cases.mapped("state")), ["cancelled", "open"])
        still = cases.filtered(lambda one: one.state == "open")
        self.assertEqual(still.attempt_count, 1)

    def test_case_follows_the_new_manager(self):
        self._fall_silent()
        self._run()
        self.client.user_id = self.client_user
        self._run(1)
        self.assertEqual(self._get_case().user_id, self.client_user)

    def test_step_that_cannot_be_given_stops_no_other(self):
        self._fall_silent()
        self._fall_silent("C-2")
        Cases = type(self.env["client.reactivation"])
        prepare = Cases._prepare_step

        def fail(case):
            if case.partner_id == self.client:
                raise ValueError("poison")
            return prepare(case)

        self.patch(Cases, "_prepare_step", fail)
        with self.assertLogs("odoo.addons.client_risk", "WARNING"):
            self._run()
        self.assertFalse(self._get_case().activity_id)
        self.assertTrue(self._get_case(self.other_client).activity_id)

    def test_switched_off_opens_nothing(self):
        self.env.company.client_reactivation_on = False
        self._fall_silent()
        self._run()
        self.assertFalse(self._get_case())
        self.assertEqual(self._get_profile().silence_state, "queue")

    def test_other_company_sees_no_case(self):
        self._fall_silent()
        self._run()
        other = self._create_company(name="Other")
        self.client_user.write({"company_ids": other.ids, "company_id": other.id})
        cases = self.env["client.reactivation"].with_user(self.client_user)
        self.assertFalse(cases.search([]))

    def test_cron_goes_through_each_company_once_a_day(self):
        self._fall_silent()
        self._judge_all()
        cron = self.env.ref("client_risk.ir_cron_client_reactivation")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertTrue(self._get_case())
        self.assertEqual(self.env.company.client_reactivated_on, TODAY)
        self._get_case().unlink()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertFalse(self._get_case())
