import datetime as dt

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users

from .common import RiskCommon

TODAY = dt.date(2026, 3, 2)


class ProfileCommon(RiskCommon):
    """A Monday, and a client who bought every 20 days for a year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-02 08:00"))

    def _buy(self, *days_ago, key="C-1", **values):
        rows = [
            self._make_row(
                f"{key}-{number}",
                partner_key=key,
                date=(TODAY - dt.timedelta(days=number)).isoformat(),
                **values,
            )
            for number in days_ago
        ]
        self._ask(*rows)

    def _get_profile(self, client=None):
        client = client or self.client
        profiles = self.env["client.profile"].sudo().with_context(active_test=False)
        return profiles.search(
            [("partner_id", "=", client.id), ("company_id", "=", self.env.company.id)]
        )

    def _judge_all(self):
        self.env["client.profile"].sudo()._judge_company(self.env.company)


@tagged("post_install", "-at_install")
class TestClientProfile(ProfileCommon):
    def test_board_shows_clients_at_risk_first(self):
        groups = (
            self.env["client.profile"]
            .with_context(read_group_expand=True)
            .web_read_group([], ["sector"], ["__count"])["groups"]
        )
        self.assertEqual(
            [group["sector"] for group in groups], ["risk", "growth", "watch"]
        )

    def test_salesperson_begins_with_his_own_clients_and_a_head_with_all(self):
        for model in (
            "client.profile",
            "client.suggestion",
            "client.promise",
            "client.reactivation",
        ):
            for user, name in (
                (self.client_user, "own"),
                (self.client_manager, "mine"),
            ):
                view = self.env[model].with_user(user).get_view(view_type="search")
                names = etree.fromstring(view["arch"]).xpath("//filter/@name")
                with self.subTest(model=model, user=user.login):
                    self.assertEqual({"own", "mine"} & set(names), {name})
        for name in (
            "client_profile_action_drop",
            "client_profile_action_missed",
            "client_profile_action_silent",
            "client_promise_action",
            "client_reactivation_action",
            "client_suggestion_action",
        ):
            action = self.env.ref(f"client_risk.{name}")
            self.assertIn("search_default_own", action.context)

    def test_client_who_bought_is_judged_at_once(self):
        self._buy(*range(10, 300, 20))
        self.assertRecordValues(
            self._get_profile(),
            [
                {
                    "purchase_count": 15,
                    "last_date": TODAY - dt.timedelta(days=10),
                    "first_date": TODAY - dt.timedelta(days=290),
                    "sector": "growth",
                    "status": "stable",
                    "overdue_days": 0,
                }
            ],
        )

    def test_late_client_is_at_risk_with_his_numbers(self):
        self._buy(*range(45, 400, 20))
        profile = self._get_profile()
        self.assertEqual((profile.sector, profile.status), ("risk", "missed_date"))
        self.assertGreater(profile.money_at_stake, 0)
        self.assertIn("18 purchases", profile.reason)
        self.assertIn(f"{profile.overdue_days} days late", profile.reason)

    def test_before_the_first_night_a_date_is_foretold_by_the_rhythm(self):
        self._buy(*range(45, 400, 20))
        profile = self._get_profile()
        self.assertFalse(
            self.env["client.risk.month"].search(
                [("company_id", "=", self.env.company.id)]
            )
        )
        days = (profile.expected_date - profile.last_date).days
        self.assertAlmostEqual(days, 20, delta=3)
        self.assertLess((profile.expected_from - profile.last_date).days, 20)

    def test_every_client_has_one_profile_after_the_night(self):
        self._buy(*range(10, 300, 20))
        self._judge_all()
        clients = self.env["res.partner"].search_count(
            [
                ("is_client", "=", True),
                ("company_id", "in", [False, self.env.company.id]),
            ]
        )
        profiles = self.env["client.profile"].search(
            [("company_id", "=", self.env.company.id)]
        )
        self.assertEqual(len(profiles), clients)
        self.assertTrue(all(profiles.mapped("status")))

    def test_night_says_the_same_as_the_purchase(self):
        self._judge_all()
        self._buy(*range(30, 300, 20))
        profile = self._get_profile()
        names = ("status", "period_days", "alive_probability", "expected_date")
        before = profile.read(names)
        self._judge_all()
        self.assertEqual(profile.read(names), before)

    def test_evaluation_again_changes_and_tells_nothing(self):
        self._buy(*range(45, 400, 20))
        self._judge_all()
        moves = self.env["client.profile.move"].search_count([])
        self._judge_all()
        self.assertEqual(self.env["client.profile.move"].search_count([]), moves)

    def test_purchase_brings_a_late_client_back(self):
        self._buy(*range(45, 400, 20))
        self._buy(0)
        profile = self._get_profile()
        self.assertEqual(profile.sector, "growth")
        self.assertEqual(profile.move_ids[0].from_status, "missed_date")

    def test_return_of_the_last_purchase_takes_it_back(self):
        self._buy(10, 30, 50, 70)
        self._ask(
            self._make_row("R", kind="return", amount=1000, date=TODAY.isoformat())
        )
        self.assertEqual(self._get_profile().purchase_count, 3)

    def test_amounts_are_in_company_currency(self):
        foreign = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.env.company.currency_id.id)], limit=1)
        )
        foreign.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": foreign.id,
                "company_id": self.env.company.id,
                "name": "2020-01-01",
                "rate": 0.5,
            }
        )
        self._buy(10, currency=foreign.name, amount=100)
        self.assertAlmostEqual(self._get_profile().turnover, 200)

    @users("client_user")
    def test_told_date_outranks_the_forecast(self):
        self._buy(*range(45, 400, 20))
        profile = self._get_profile().with_env(self.env)
        profile.told_date = TODAY + dt.timedelta(days=5)
        self.assertEqual(profile.expected_date, TODAY + dt.timedelta(days=5))
        self.assertEqual((profile.is_told, profile.status), (True, "stable"))

    @users("client_user")
    def test_nobody_writes_what_is_measured(self):
        self._buy(10)
        profile = self._get_profile().with_env(self.env)
        with self.assertRaises(AccessError):
            profile.status = "growing"

    @users("client_user")
    def test_user_recomputes_some_but_not_all(self):
        self._buy(10)
        self.assertTrue(self._get_profile().with_env(self.env).recompute())
        with self.assertRaises(AccessError):
            self.env["client.profile"].recompute()

    def test_project_buyer_is_watched(self):
        self._buy(*range(45, 400, 20))
        self._get_profile().is_irregular = True
        self.assertEqual(self._get_profile().status, "irregular")

    def test_archived_client_has_an_archived_profile(self):
        self._buy(10)
        self.client.active = False
        self.assertFalse(self._get_profile().active)
        self._judge_all()
        self.assertFalse(self._get_profile().active)
        self.client.active = True
        self.assertTrue(self._get_profile().active)

    def test_other_company_does_not_see_the_profile(self):
        self._buy(10)
        other = self._create_company(name="Other")
        self.client_user.write({"company_ids": other.ids, "company_id": other.id})
        seen = self.env["client.profile"].with_user(self.client_user)
        self.assertFalse(seen.search([("partner_id", "=", self.client.id)]))
        self.assertFalse(self.client.with_user(self.client_user).client_status)

    @users("client_user")
    def test_clients_are_found_and_grouped_by_status(self):
        self._buy(*range(45, 400, 20))
        self._buy(10, key="C-2")
        Partner = self.env["res.partner"]
        both = [("id", "in", (self.client | self.other_client).ids)]
        late = Partner.search([*both, ("client_status", "=", "missed_date")])
        self.assertEqual(late.ids, self.client.ids)
        self.assertEqual(
            Partner._read_group(both, ["client_sector"], ["__count"]),
            [("risk", 1), ("watch", 1)],
        )

    def test_merged_cards_have_one_profile_of_all_purchases(self):
        self._buy(10, 50)
        self._buy(30, 70, key="C-2")
        self._get_profile(self.other_client).told_date = "2026-03-20"
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.other_client).ids, self.client)
        profile = self._get_profile()
        self.assertEqual(profile.purchase_count, 4)
        self.assertEqual(profile.told_date, dt.date(2026, 3, 20))
        self.assertGreaterEqual(len(profile.move_ids), 2)

    def test_confirmed_order_counts_at_once(self):
        self.env.company.client_purchase_event = "order"
        product = self.env["product.product"].create({"name": "Paint"})
        order = self.env["sale.order"].create(
            {
                "partner_id": self.client.id,
                "order_line": [
                    Command.create({"product_id": product.id, "price_unit": 50.0})
                ],
            }
        )
        order.action_confirm()
        self.assertEqual(self._get_profile().purchase_count, 1)
        order._action_cancel()
        self.assertEqual(self._get_profile().purchase_count, 0)


@tagged("post_install", "-at_install")
class TestRiskPolicy(ProfileCommon):
    def test_policy_of_a_group_counts_for_its_members_alone(self):
        group = self.env["client.group"].create({"name": "Patient"})
        self.env["client.risk.policy"].create(
            {"name": "Patient", "group_id": group.id, "grace_days": 60}
        )
        self.client.client_group_ids = group
        self._buy(*range(45, 400, 20))
        self._buy(*range(45, 400, 20), key="C-2")
        self.assertEqual(self._get_profile().status, "stable")
        self.assertEqual(self._get_profile(self.other_client).status, "missed_date")

    def test_threshold_out_of_bounds_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "between"):
            self.env["client.risk.policy"].create({"name": "x", "lost_chance": 2})

    def test_month_is_measured_once(self):
        self._buy(*range(45, 400, 20))
        self._judge_all()
        months = self.env["client.risk.month"].search(
            [("company_id", "=", self.env.company.id)]
        )
        self.assertEqual(months.mapped("day"), [dt.date(2026, 3, 1)])
        self._judge_all()
        self.assertEqual(len(months.search([("id", "in", months.ids)])), 1)


@tagged("post_install", "-at_install")
class TestProfileCron(ProfileCommon):
    def test_night_judges_each_company_once_a_day(self):
        cron = self.env.ref("client_risk.ir_cron_client_profile")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(self.env.company.client_judged_on, TODAY)
        self.assertEqual(self._get_profile().status, "untouched")
        self._get_profile().unlink()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertFalse(self._get_profile())
