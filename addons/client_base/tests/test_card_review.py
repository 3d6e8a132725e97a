from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common import ClientCommon

NOW = datetime(2026, 3, 20, 12, 0)


class ReviewCommon(ClientCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.client = cls._create_client(is_company=True, reviewed_on="2026-01-01")
        cls.person = cls._create_client("Олена", parent_id=cls.client.id)
        cls.type = cls.env["client.type"].create(
            {"name": "Roofers", "review_interval": 30}
        )
        cls.often, cls.seldom, cls.whenever = cls.env["client.group"].create(
            [
                {"name": "Often", "review_interval": 7},
                {"name": "Seldom", "review_interval": 100},
                {"name": "Whenever"},
            ]
        )

    def assertDays(self, days, client=None):
        """Compare how many days after its review the card is due."""
        client = (client or self.client).sudo()
        client.invalidate_recordset()
        self.assertEqual(client.review_due - client.reviewed_on, timedelta(days=days))


@tagged("post_install", "-at_install")
class TestReviewInterval(ReviewCommon):
    def test_most_demanding_group_goes_before_type_and_company(self):
        self.assertDays(365)
        self.client.client_type_id = self.type
        self.assertDays(30)
        self.client.client_group_ids = self.seldom + self.often + self.whenever
        self.assertDays(7)
        self.client.client_group_ids = self.whenever
        self.assertDays(30)

    def test_type_without_an_interval_leaves_it_to_the_company(self):
        self.client.client_type_id = self.type
        self.type.review_interval = 0
        self.assertDays(365)

    def test_card_of_a_company_follows_it_and_common_ones_the_shortest(self):
        other = self._create_company(name="Other", client_review_interval=50)
        card = self._create_client(company_id=other.id, reviewed_on="2026-01-01")
        self.assertDays(50, card)
        self.assertDays(50)
        other.client_review_interval = 500
        self.assertDays(500, card)
        self.assertDays(365)

    @users("client_manager")
    def test_change_of_an_interval_moves_the_cards(self):
        self.client.write(
            {"client_type_id": self.type.id, "client_group_ids": self.often.ids}
        )
        self.often.with_env(self.env).review_interval = 8
        self.assertDays(8)
        self.often.with_env(self.env).active = False
        self.assertDays(30)
        self.type.with_env(self.env).review_interval = 31
        self.assertDays(31)
        self.often.with_env(self.env).active = True
        self.assertDays(8)
        self.often.with_env(self.env).unlink()
        self.assertDays(31)

    def test_statement_says_the_same_as_the_field(self):
        self.client.write(
            {"client_type_id": self.type.id, "client_group_ids": self.often.ids}
        )
        cards = self.client + self.person
        wanted = cards.mapped("review_due")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET review_due = NULL WHERE id = ANY(%s)", [cards.ids]
        )
        self.env["res.partner"]._renew_review_due([("id", "in", cards.ids)])
        self.assertEqual(cards.mapped("review_due"), wanted)

    def test_interval_of_many_cards_costs_one_statement(self):
        cards = self.env["res.partner"].create(
            [
                {"name": f"Client {number}", "client_type_id": self.type.id}
                for number in range(60)
            ]
        )
        self.env.flush_all()
        self.type.review_interval = 31
        self.env.flush_all()
        with self.assertQueryCount(10):
            self.type.review_interval = 32
            self.env.flush_all()
        cards.reviewed_on = "2026-01-01"
        for card in cards:
            self.assertDays(32, card)


@tagged("post_install", "-at_install")
class TestReviewEvidence(ReviewCommon):
    def _write(self, author=None, **values):
        return self.env["mail.message"].create(
            {
                "model": "res.partner",
                "res_id": self.client.id,
                "message_type": "email",
                "author_id": author and author.id,
                "date": NOW,
                **values,
            }
        )

    def assertReviewed(self, day, client=None):
        client = (client or self.client).sudo()
        client.invalidate_recordset()
        self.assertEqual(client.reviewed_on, day)

    @users("client_user")
    def test_answer_of_the_client_renews_its_card_and_the_person(self):
        self._write(self.person, date=NOW - timedelta(days=7))
        self.assertReviewed(date(2026, 3, 13))
        self.assertReviewed(date(2026, 3, 13), self.person)
        self.assertDays(365)

    def test_review_never_goes_back_nor_ahead(self):
        self._write(self.person, date="2025-12-01 10:00:00")
        self.assertReviewed(date(2026, 1, 1))
        self._write(self.person, date="2027-01-01 10:00:00")
        self.assertReviewed(NOW.date())

    def test_day_is_that_of_the_company(self):
        self.env.company.resource_calendar_id.tz = "Europe/Kyiv"
        self._write(self.person, date="2026-03-10 23:30:00")
        self.assertReviewed(date(2026, 3, 11))

    def test_day_is_right_on_both_sides_of_summer_time(self):
        self.env.company.resource_calendar_id.tz = "Europe/Kyiv"
        with freeze_time("2026-04-10 12:00:00"):
            # 21:30 is 23:30 in winter, and half past midnight in summer
            self._write(self.person, date="2026-03-28 21:30:00")
            self.assertReviewed(date(2026, 3, 28))
            self._write(self.person, date="2026-03-29 21:30:00")
            self.assertReviewed(date(2026, 3, 30))

    def test_what_we_say_ourselves_shows_nothing(self):
        self._write(self.client_user.partner_id, message_type="comment")
        self._write(self.person, message_type="out_of_office")
        self._write(self.person, message_type="notification")
        self.assertReviewed(date(2026, 1, 1))

    def test_second_address_is_known_too(self):
        self.env["client.contact.point"].create(
            {
                "partner_id": self.person.id,
                "kind": "email",
                "value": "olena@second.example.com",
            }
        )
        self._write(email_from="Olena <Olena@second.example.com>")
        self.assertReviewed(NOW.date())

    def test_answer_of_a_portal_user_counts(self):
        card = self.portal_user.partner_id
        messages = self.env["mail.message"].with_user(self.portal_user)
        messages.sudo().create(
            {"message_type": "comment", "author_id": card.id, "date": NOW}
        )
        self.assertReviewed(NOW.date(), card)

    @users("client_user")
    def test_confirmed_phone_renews_the_card(self):
        point = self.env["client.contact.point"].create(
            {"partner_id": self.person.id, "value": "067 123 45 67"}
        )
        self.assertReviewed(date(2026, 1, 1))
        point.action_fail()
        self.assertReviewed(date(2026, 1, 1))
        point.action_confirm()
        self.assertReviewed(NOW.date())

    def test_fact_of_last_week_is_of_last_week(self):
        self.env["client.contact.point"].create(
            {
                "partner_id": self.client.id,
                "value": "067 123 45 67",
                "state": "confirmed",
                "state_event": "hand",
                "state_date": NOW - timedelta(days=7),
            }
        )
        self.assertReviewed(date(2026, 3, 13))

    def test_answer_to_a_mailing_renews_the_card(self):
        trace = self.env["mailing.trace"].create(
            {"model": "res.partner", "res_id": self.person.id, "trace_status": "sent"}
        )
        trace.set_replied()
        self.assertReviewed(NOW.date())

    def test_no_message_is_lost_for_a_card_that_changes_at_this_moment(self):
        def refuse(*args, **kwargs):
            raise SerializationFailure

        environment = type(self.env)
        with (
            patch.object(environment, "execute_query", refuse),
            mute_logger("odoo.addons.client_base.models.card_review"),
        ):
            renewed = self.env["res.partner"]._note_evidence([(self.client.id, NOW)])
        self.assertEqual(renewed, 0)
        self.assertReviewed(date(2026, 1, 1))

    def test_colleague_is_no_client(self):
        self.client_user.partner_id.sudo().reviewed_on = False
        self.env["res.partner"]._note_evidence([(self.client_user.partner_id.id, NOW)])
        self.assertReviewed(False, self.client_user.partner_id)
