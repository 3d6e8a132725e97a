from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Datetime
from odoo.tests import tagged

from .test_client_interaction import NOW, InteractionCommon


@tagged("post_install", "-at_install")
class TestLastTouch(InteractionCommon):
    def _search(self, *domain):
        clients = self.env["res.partner"].with_user(self.client_user)
        return clients.search([("id", "in", (self.client + self.person).ids), *domain])

    def test_last_of_what_was_and_not_of_what_will_be(self):
        self._write(self.person, days=9)
        self._do("mail.mail_activity_data_call", days=4)
        self._meet(
            self.person,
            start=NOW + timedelta(days=3),
            stop=NOW + timedelta(days=3, hours=1),
        )
        self.env["mailing.trace"].create(
            {"model": "res.partner", "res_id": self.client.id, "trace_status": "sent"}
        )
        client = self.client.with_user(self.client_user)
        self.assertEqual(client.last_touch_date.date(), datetime(2026, 3, 16).date())
        self.assertEqual(client.last_touch_channel, "phone")
        self.assertEqual(client.client_interaction_count, 4)

    def test_person_has_the_last_touch_of_its_client(self):
        message = self._write(self.person, days=9)
        person = self.person.with_user(self.client_user)
        self.assertEqual(person.last_touch_date, message.date)

    def test_found_by_days(self):
        self._write(self.person, days=40)
        both = self.client + self.person
        for domain, found in (
            (("last_touch_date", "<", "today -30d"), both),
            (("last_touch_date", "<", "today -90d"), both.browse()),
            (("last_touch_date", ">=", "today -90d"), both),
            (("last_touch_date", "=", False), both.browse()),
            (("last_touch_date", "!=", False), both),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self._search(domain), found)

    def test_never_touched_is_not_long_ago(self):
        both = self.client + self.person
        self.assertEqual(self._search(("last_touch_date", "=", False)), both)
        self.assertFalse(self._search(("last_touch_date", "<", "today")))

    def test_message_before_midnight_of_greenwich_is_of_tomorrow_in_kyiv(self):
        self.client_user.tz = "Europe/Kyiv"
        # the clocks go forward in the night of the 29th
        late = datetime(2026, 3, 28, 23, 30)
        self._write(self.person, date=late)
        with freeze_time("2026-03-30 12:00:00"):
            rows = self.env["client.interaction"].with_user(self.client_user)
            rows = rows.with_context(tz="Europe/Kyiv")
            found = rows.formatted_read_group(
                [("partner_id", "=", self.client.id)], ["date:day"], ["__count"]
            )
            self.assertEqual(
                Datetime.to_datetime(found[0]["date:day"][0]),
                datetime(2026, 3, 28, 22),
            )
            clients = self.env["res.partner"].with_user(self.client_user)
            clients = clients.with_context(tz="Europe/Kyiv")
            domain = [("id", "=", self.client.id)]
            self.assertTrue(
                clients.search([*domain, ("last_touch_date", ">=", "today -1d")])
            )
            self.assertFalse(
                clients.search([*domain, ("last_touch_date", ">=", "today")])
            )

    def test_list_of_clients_costs_one_statement(self):
        clients = self.env["res.partner"].create(
            [{"name": f"Client {number}"} for number in range(40)]
        )
        for client in clients:
            self._write(client, on=client)
        self.env.flush_all()
        clients = clients.with_user(self.client_user)
        clients[:1].mapped("last_touch_date")  # rules, groups
        clients.invalidate_recordset()
        clients.mapped("commercial_partner_id")
        with self.assertQueryCount(2):  # the other companies, the touches
            dates = clients.mapped("last_touch_date")
        self.assertEqual(len(list(filter(None, dates))), 40)


@tagged("post_install", "-at_install")
class TestEffectiveChannel(InteractionCommon):
    def _send(self, count, channel, answered=0, start=300):
        """Turn to the client once in ten days, the first times with an answer."""
        for number in range(count):
            days = start - 10 * number
            if channel == "phone":
                self._do("mail.mail_activity_data_call", days=days)
            else:
                self._write(self.colleague.partner_id, days=days)
            if number < answered:
                self._write(self.person, days=days - 2)

    def _get_channel(self):
        return self.client.with_user(self.client_user).effective_channel

    def test_nine_of_ten_beat_one_of_one(self):
        self._send(10, "email", answered=9, start=300)
        self._send(1, "phone", answered=1, start=100)
        self.assertEqual(self._get_channel(), "email")

    def test_better_share_wins(self):
        self._send(8, "email", answered=1, start=300)
        self._send(6, "phone", answered=5, start=150)
        self.assertEqual(self._get_channel(), "phone")

    def test_late_answer_is_none(self):
        self._write(self.colleague.partner_id, days=20)
        self._write(self.person, days=12)
        self.assertFalse(self._get_channel())
        self._write(self.person, days=13)
        self.client.invalidate_recordset()
        self.assertEqual(self._get_channel(), "email")

    def test_what_was_before_a_year_is_forgotten(self):
        self._send(3, "email", answered=3, start=500)
        self.assertFalse(self._get_channel())

    def test_answer_of_another_client_is_none(self):
        stranger = self._create_client("Stranger")
        self._write(self.colleague.partner_id, days=20)
        self._write(stranger, on=stranger, days=19)
        self.assertFalse(self._get_channel())
