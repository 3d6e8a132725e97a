import datetime as dt

from odoo.tests import tagged

from ..tools.judge import REASONS
from ..tools.status import Status
from .common import RiskCommon

LAST = dt.date(2026, 4, 11)
EXPECTED = dt.date(2026, 5, 5)


@tagged("post_install", "-at_install")
class TestClientProfileReason(RiskCommon):
    """One sentence for each reason, as a salesperson reads it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._lang_get("en_US").date_format = "%d.%m.%Y"

    def _say(self, code, **values):
        """:return: the reason of a client who buys every 24 days, and is 21 late"""
        status = code if code in {one.code for one in Status} else code.split("_")[0]
        known = {
            "partner_id": self.client.id,
            "company_id": self.env.company.id,
            "status": {"missed": "missed_date"}.get(status, status),
            "reason_code": code,
            "purchase_count": 14,
            "period_days": 24.2,
            "last_date": LAST,
            "expected_date": EXPECTED,
            "overdue_days": 21,
            "forecast_last": LAST,
            "forecast_date": EXPECTED,
            "forecast_from": LAST + dt.timedelta(17),
            "forecast_to": LAST + dt.timedelta(34),
            "silent_share": 0.08,
            "buy_chance": 0.12,
            "usual_basket": 1250,
            "trend_z": -2.0,
            "trend_change": -0.254,
            "frequency_change": -0.2,
            "basket_change": -0.0631,
        }
        profile = self.env["client.profile"].new({**known, **values})
        return profile._get_reason()

    def test_every_reason_has_a_sentence(self):
        for code in REASONS:
            with self.subTest(code=code):
                said = self._say(code)
                self.assertTrue(said.endswith("."), said)
                self.assertNotIn("  ", said)
                self.assertNotIn("%(", said)

    def test_unknown_reason_says_nothing(self):
        self.assertEqual(self._say("stable", reason_code="of_tomorrow"), "")
        self.assertEqual(self._say("stable", reason_code=False), "")

    # === MISSED ===

    def test_missed_date_tells_rhythm_delay_and_how_rare_it_is(self):
        self.assertEqual(
            self._say("missed_date"),
            "Buys every 24 days (14 purchases, usually 17–34). Expected 05.05.2026, "
            "21 days late. Of 100 pauses between such purchases 8 are this long.",
        )

    def test_one_day_is_no_days(self):
        said = self._say("missed_date", overdue_days=1)
        self.assertIn("Expected 05.05.2026, 1 day late.", said)
        self.assertNotIn("1 days", said)

    def test_daily_rhythm_is_every_day(self):
        for period in (0.6, 1.3):
            said = self._say("missed_date", period_days=period)
            self.assertIn("Buys every day (14 purchases", said)

    def test_window_of_one_length_is_one_number(self):
        same = LAST + dt.timedelta(24)
        said = self._say("stable", forecast_from=same, forecast_to=same)
        self.assertIn("usually 24)", said)

    def test_rare_silence_is_told_in_the_singular(self):
        self.assertIn("1 is this long", self._say("missed_date", silent_share=0.012))
        self.assertIn("hardly one is", self._say("missed_date", silent_share=0.003))

    def test_broken_word_tells_when_it_was(self):
        self.assertIn(
            "The client said: 05.05.2026; that was 21 days ago. Buys every 24 days",
            self._say("missed_told_date"),
        )
        said = self._say("missed_told_date", overdue_days=1)
        self.assertIn("that was yesterday.", said)

    # === LOST, STABLE, TREND ===

    def test_lost_client_has_a_chance_only_with_a_rhythm(self):
        self.assertEqual(
            self._say("lost"),
            "Buys every 24 days (14 purchases, usually 17–34). Last bought on "
            "11.04.2026. The chance to buy in the next 90 days is 12 %.",
        )
        self.assertIn("next to none.", self._say("lost", buy_chance=0.004))
        self.assertEqual(
            self._say("lost", purchase_count=2), "Bought twice, last on 11.04.2026."
        )

    def test_stable_client_is_expected(self):
        self.assertEqual(
            self._say("stable", overdue_days=0),
            "Buys every 24 days (14 purchases, usually 17–34). Expected 05.05.2026.",
        )
        self.assertIn(
            "Expected 05.05.2026, as the client said.",
            self._say("stable", overdue_days=0, is_told=True),
        )

    def test_shrinking_tells_how_often_and_for_how_much(self):
        for code in ("shrinking_frequency", "shrinking_basket"):
            self.assertEqual(
                self._say(code),
                "Buys for 25 % less than before (how often: −20 %, for how much: "
                "−6 %). That is more than chance explains.",
            )

    def test_growing_tells_how_often_and_for_how_much(self):
        numbers = {"trend_z": 2, "trend_change": 0.4, "basket_change": 0.004}
        for code in ("growing_frequency", "growing_basket"):
            self.assertEqual(
                self._say(code, frequency_change=0.38, **numbers),
                "Buys for 40 % more than before (how often: +38 %, for how much: as "
                "before). That is more than chance explains.",
            )

    def test_weak_trend_is_not_called_more_than_chance(self):
        self.assertNotIn("chance", self._say("shrinking_basket", trend_z=-0.9))

    def test_trend_that_is_over_does_not_claim_the_opposite(self):
        self.assertEqual(
            self._say("shrinking_basket", trend_change=0.1),
            "Bought less until lately, and no longer does.",
        )
        self.assertEqual(
            self._say("growing_basket", trend_change=0),
            "Bought more until lately, and no longer does.",
        )

    # === FEW PURCHASES ===

    def test_one_or_two_purchases_are_no_rhythm(self):
        values = {"purchase_count": 1, "overdue_days": 0}
        for code in ("new", "one_time"):
            said = self._say(code, **values)
            self.assertIn("Bought once, on 11.04.2026; usual basket ", said)
            self.assertIn("1,250", said)
            self.assertTrue(said.endswith("Expected 05.05.2026."))
            self.assertNotIn("every", said)
        for code in ("developing", "unproven"):
            said = self._say(code, purchase_count=2)
            self.assertIn("Bought twice, last on 11.04.2026; usual basket ", said)
            self.assertNotIn("every", said)

    def test_what_people_did_is_said_plainly(self):
        self.assertEqual(self._say("removed"), "Removed from active sales.")
        self.assertIn("nothing is planned", self._say("untouched"))
        self.assertIn("no rhythm", self._say("irregular"))
