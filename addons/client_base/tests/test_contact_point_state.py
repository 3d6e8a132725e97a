from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged, users

from .common import ClientCommon

KYIVSTAR = "+380671234567"
VODAFONE = "+380509876543"
EMAIL = "verba@example.com"
NOON = "2026-03-02 12:00:00"
UNKNOWN = {"state": "unknown", "state_event": False, "state_date": False}


@tagged("post_install", "-at_install")
class TestPointState(ClientCommon):
    """What is known of a phone or an e-mail, and from which event."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(phone=KYIVSTAR, email=f"V <{EMAIL.upper()}>")
        cls.phone = cls._get_points(cls.client, "phone")
        cls.email = cls._get_points(cls.client, "email")

    def assertState(self, point, state, event=False):
        self.assertEqual((point.state, point.state_event), (state, event))
        self.assertEqual(bool(point.state_date), state != "unknown")

    def test_new_point_is_unknown(self):
        self.assertRecordValues(self.phone + self.email, [UNKNOWN, UNKNOWN])

    @freeze_time(NOON)
    @users("client_user")
    def test_state_by_hand_says_so(self):
        phone = self.phone.with_env(self.env)
        phone.action_fail()
        self.assertState(phone, "failed", "hand")
        phone.action_confirm()
        self.assertState(phone, "confirmed", "hand")
        self.assertEqual(phone.state_date, fields.Datetime.to_datetime(NOON))

    @users("client_user")
    def test_state_written_in_a_list_is_by_hand(self):
        self.phone.with_env(self.env).state = "confirmed"
        self.assertState(self.phone, "confirmed", "hand")

    @users("client_user")
    def test_state_given_at_creation_is_by_hand(self):
        client = self.env["res.partner"].create(
            {
                "name": "Друга",
                "contact_point_ids": [
                    Command.create(
                        {"kind": "phone", "value": VODAFONE, "state": "confirmed"}
                    )
                ],
            }
        )
        self.assertState(self._get_points(client), "confirmed", "hand")

    @users("client_user")
    def test_state_taken_back_by_hand_leaves_no_event(self):
        phone = self.phone.with_env(self.env)
        phone.action_fail()
        phone.state = "unknown"
        self.assertState(phone, "unknown")

    @users("internal_user")
    def test_bounced_message_fails_the_address(self):
        self.client.with_env(self.env)._message_receive_bounce(EMAIL, self.client)
        self.assertState(self.email, "failed", "bounce")
        self.assertState(self.phone, "unknown")

    def test_bounce_fails_the_address_on_every_card(self):
        other = self._create_client("Друга", email=EMAIL)
        self.client._message_receive_bounce(EMAIL, self.client)
        self.assertState(self._get_points(other, "email"), "failed", "bounce")

    def test_bounce_for_another_address_fails_nothing(self):
        self.client._message_receive_bounce("other@example.com", self.client)
        self.assertState(self.email, "unknown")

    def test_bounced_mailing_fails_the_address(self):
        trace = self.env["mailing.trace"].create(
            {
                "trace_type": "mail",
                "model": "res.partner",
                "res_id": self.client.id,
                "email": EMAIL,
            }
        )
        trace.set_bounced(bounce_message="no such user")
        self.assertState(self.email, "failed", "bounce")

    def test_bounced_mailing_is_known_by_its_address_as_people_write_it(self):
        trace = self.env["mailing.trace"].create(
            {
                "trace_type": "mail",
                "model": "res.partner",
                "res_id": self.client.id,
                "email": EMAIL.upper(),
            }
        )
        trace.set_bounced()
        self.assertState(self.email, "failed", "bounce")

    def test_blacklisted_address_fails_and_recovers(self):
        self.env["mail.blacklist"]._add(EMAIL)
        self.assertState(self.email, "failed", "blacklist")
        self.env["mail.blacklist"]._remove(EMAIL)
        self.assertState(self.email, "unknown")

    def test_blacklisted_phone_fails_and_recovers(self):
        self.env["phone.blacklist"].add(KYIVSTAR)
        self.assertState(self.phone, "failed", "blacklist")
        self.env["phone.blacklist"].remove(KYIVSTAR)
        self.assertState(self.phone, "unknown")

    def test_deleted_blacklist_entry_lets_the_address_off(self):
        entry = self.env["mail.blacklist"]._add(EMAIL)
        entry.unlink()
        self.assertState(self.email, "unknown")

    @users("client_user")
    def test_leaving_the_blacklist_keeps_what_a_person_said(self):
        self.env["mail.blacklist"].sudo()._add(EMAIL)
        self.email.with_env(self.env).action_confirm()
        self.env["mail.blacklist"].sudo()._remove(EMAIL)
        self.assertState(self.email, "confirmed", "hand")

    @users("client_user")
    def test_new_point_with_a_blacklisted_address_fails_at_once(self):
        self.env["mail.blacklist"].sudo()._add("spam@example.com")
        self.env["phone.blacklist"].sudo().add(VODAFONE)
        client = self._create_client("Друга", phone=VODAFONE, email="spam@example.com")
        self.assertState(self._get_points(client), "failed", "blacklist")
        self.assertState(self._get_points(client, "email"), "failed", "blacklist")

    @users("client_user")
    def test_point_changed_to_a_blacklisted_address_fails_at_once(self):
        self.env["mail.blacklist"].sudo()._add("spam@example.com")
        self.email.with_env(self.env).value = "spam@example.com"
        self.assertState(self.email, "failed", "blacklist")

    @users("client_user")
    def test_state_is_forgotten_with_another_value(self):
        phone = self.phone.with_env(self.env)
        phone.action_confirm()
        phone.value = VODAFONE
        self.assertState(phone, "unknown")

    @users("client_user")
    def test_state_stays_when_only_the_spelling_changes(self):
        phone = self.phone.with_env(self.env)
        phone.action_confirm()
        phone.value = "067 123-45-67"
        self.assertState(phone, "confirmed", "hand")

    @users("client_user")
    def test_state_stays_with_the_number_when_another_comes_first(self):
        self.phone.with_env(self.env).action_confirm()
        self.client.with_env(self.env).phone = VODAFONE
        first, second = self._get_points(self.client)
        self.assertState(first, "unknown")
        self.assertState(second, "confirmed", "hand")


@tagged("post_install", "-at_install")
class TestContactQuality(ClientCommon):
    """The best that is known of the contacts of a client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(is_company=True)
        cls.person = cls._create_client("Олена", parent_id=cls.client.id)

    def test_client_without_contacts_has_none(self):
        self.assertEqual(self.client.contact_quality, "none")

    @users("client_user")
    def test_quality_follows_the_best_point(self):
        client = self.client.with_env(self.env)
        client.phone = f"{KYIVSTAR}, {VODAFONE}"
        self.assertEqual(client.contact_quality, "unknown")
        first, second = client.contact_point_ids
        first.action_fail()
        self.assertEqual(client.contact_quality, "unknown")
        second.action_fail()
        self.assertEqual(client.contact_quality, "failed")
        first.action_confirm()
        self.assertEqual(client.contact_quality, "confirmed")

    @users("client_user")
    def test_company_is_reached_through_its_people(self):
        person = self.person.with_env(self.env)
        person.phone = KYIVSTAR
        self.assertEqual(self.client.contact_quality, "unknown")
        person.contact_point_ids.action_confirm()
        self.assertEqual(self.client.contact_quality, "confirmed")

    @users("client_user")
    def test_person_is_not_reached_through_the_company(self):
        self.client.with_env(self.env).phone = KYIVSTAR
        self.assertEqual(self.person.contact_quality, "none")

    @users("client_user")
    def test_person_who_leaves_takes_the_contacts_along(self):
        person = self.person.with_env(self.env)
        person.phone = KYIVSTAR
        person.parent_id = False
        self.assertEqual(self.client.contact_quality, "none")
        self.assertEqual(person.contact_quality, "unknown")

    @users("client_user")
    def test_deleted_point_counts_no_more(self):
        client = self.client.with_env(self.env)
        client.phone = KYIVSTAR
        client.contact_point_ids.unlink()
        self.assertEqual(client.contact_quality, "none")

    @users("client_user")
    def test_quality_is_searched_and_grouped(self):
        self.client.with_env(self.env).phone = KYIVSTAR
        found = self.env["res.partner"]._read_group(
            [("id", "in", (self.client + self.person).ids)],
            ["contact_quality"],
            ["__count"],
        )
        self.assertEqual(found, [("none", 1), ("unknown", 1)])
