from ast import literal_eval
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged, users
from odoo.tools import mute_logger

from odoo.addons.client_base.tests.common import USER, ClientCommon
from odoo.addons.client_base.tests.test_client_interaction import InteractionCommon
from odoo.addons.sms.tools.sms_api import SmsApi

MARKETING = "mass_mailing.group_mass_mailing_user"


@tagged("post_install", "-at_install")
class TestClientSms(ClientCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(cls.env, "mailing_user", f"{USER},{MARKETING}")
        cls.first = cls._create_client("First", phone="0671234567")
        cls.second = cls._create_client("Second", phone="0671234568")
        cls.clients = cls.first + cls.second
        cls.group = cls.env["client.group"].create({"name": "Regular"})
        cls.group._enter(cls.clients)

    def _open_mailing(self, action):
        """:return: ``mailing.mailing`` that the user saves after the button"""
        form = Form(self.env["mailing.mailing"].with_context(**action["context"]))
        form.sms_subject = "News"
        form.body_plaintext = "We are open on Sunday."
        return form.save()

    def _send(self, clients, answer="success"):
        """Send an SMS mailing; the provider answers each copy with ``answer``.

        :return: ``mailing.trace`` of the mailing
        """
        action = clients.with_user(self.env.ref("base.user_admin")).action_open_sms()
        mailing = self._open_mailing(action)

        def answer_all(api, messages, **_options):
            numbers = [number for message in messages for number in message["numbers"]]
            return [{"uuid": one["uuid"], "state": answer} for one in numbers]

        with patch.object(SmsApi, "_send_sms_batch", answer_all):
            mailing.sms_force_send = True
            mailing.action_send_sms()
        return mailing.mailing_trace_ids

    def _report(self, traces, status):
        """Let the provider report on copies, the way its web hook does."""
        trackers_sudo = traces.sms_tracker_ids.sudo()
        state = self.env["sms.sms"].IAP_TO_SMS_STATE_SUCCESS.get(status)
        if state:
            trackers_sudo._action_update_from_sms_state(state)
        else:
            trackers_sudo._action_update_from_provider_error(status)

    def _get_states(self, partner):
        return self._get_points(partner).mapped("state")

    # === BUTTONS ===

    @users("mailing_user")
    def test_mailing_goes_to_the_selection(self):
        mailing = self._open_mailing(self.clients.with_env(self.env).action_open_sms())
        self.assertRecordValues(
            mailing, [{"mailing_type": "sms", "mailing_model_real": "res.partner"}]
        )
        domain = literal_eval(mailing.mailing_domain)
        self.assertEqual(self.env["res.partner"].search(domain), self.clients)

    @users("mailing_user")
    def test_mailing_goes_to_whoever_is_in_the_group_by_then(self):
        mailing = self._open_mailing(self.group.with_env(self.env).action_open_sms())
        self.assertEqual(set(mailing._get_recipients()), set(self.clients.ids))
        self.group._leave(self.second)
        self.env.flush_all()
        self.assertEqual(mailing._get_recipients(), self.first.ids)

    @users("client_user")
    def test_salesperson_writes_to_a_selection_without_a_mailing(self):
        action = self.clients.with_env(self.env).action_open_sms()
        self.assertEqual(action["res_model"], "sms.composer")
        composer = (
            self.env["sms.composer"]
            .with_context(**action["context"])
            .create({"body": "Hello"})
        )
        self.assertEqual(composer.composition_mode, "mass")
        self.assertEqual(composer._get_records(), self.clients)

    @users("client_user")
    def test_salesperson_writes_from_the_card(self):
        action = self.first.with_env(self.env).action_open_sms_composer()
        form = Form(self.env["sms.composer"].with_context(**action["context"]))
        form.body = "Hello"
        self.assertEqual(form.recipient_single_number_itf, "+380671234567")

    @users("client_user")
    def test_salesperson_makes_no_mailing_to_a_group(self):
        with self.assertRaises(AccessError):
            self.group.with_env(self.env).action_open_sms()

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_outsiders_open_nothing(self):
        for user in (self.portal_user, self.public_user):
            for records, method in (
                (self.first, "action_open_sms"),
                (self.first, "action_open_sms_composer"),
                (self.group, "action_open_sms"),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    getattr(records.with_user(user), method)()

    # === WHO GETS IT ===

    def test_blacklisted_number_gets_nothing(self):
        self.env["phone.blacklist"].add("+380671234568")
        traces = self._send(self.clients).sorted("res_id")
        self.assertRecordValues(
            traces,
            [
                {"res_id": self.first.id, "failure_type": False},
                {"res_id": self.second.id, "failure_type": "sms_blacklist"},
            ],
        )

    # === WHAT NUMBERS ARE WORTH ===

    def test_number_that_does_not_exist_is_marked(self):
        traces = self._send(self.clients)
        self._report(
            traces.filtered(lambda trace: trace.res_id == self.first.id),
            "invalid_destination",
        )
        self.assertRecordValues(
            self._get_points(self.first), [{"state": "failed", "state_event": "bounce"}]
        )
        self.assertEqual(self._get_states(self.second), ["unknown"])

    def test_every_card_with_the_number_learns_of_it(self):
        self.second.contact_point_ids = [
            (0, 0, {"kind": "phone", "value": "067 123 45 67"})
        ]
        self._report(self._send(self.first), "rejected")
        self.assertEqual(sorted(self._get_states(self.second)), ["failed", "unknown"])

    def test_provider_that_refuses_the_format_marks_it_at_once(self):
        self._send(self.first, "wrong_number_format")
        self.assertEqual(self._get_states(self.first), ["failed"])

    def test_what_is_no_number_is_marked(self):
        client = self._create_client("Third", phone="ask Olena")
        traces = self._send(client)
        self.assertEqual(traces.failure_type, "sms_number_format")
        self.assertEqual(self._get_states(client), ["failed"])

    def test_delivery_proves_no_person(self):
        traces = self._send(self.first)
        self._report(traces, "delivered")
        self.assertEqual(traces.trace_status, "sent")
        self.assertEqual(self._get_states(self.first), ["unknown"])

    def test_trouble_of_the_provider_says_nothing_of_the_number(self):
        for answer in ("insufficient_credit", "server_error", "unregistered"):
            self._send(self.first, answer)
        self._report(self._send(self.first), "expired")
        self.assertEqual(self._get_states(self.first), ["unknown"])

    def test_single_message_that_came_back_marks_too(self):
        message = self.first._message_sms("Hello")
        notification = message.notification_ids
        tracker = self.env["sms.tracker"].create(
            {"sms_uuid": "a" * 32, "mail_notification_id": notification.id}
        )
        tracker._action_update_from_provider_error("invalid_destination")
        self.assertEqual(self._get_states(self.first), ["failed"])

    # === HISTORY ===

    def test_copy_of_a_mailing_is_logged_but_written_by_nobody(self):
        self._send(self.first)
        message = self.first.message_ids[0]
        self.assertIn("Sunday", message.body)
        self.assertEqual(message.message_type, "notification")

    def test_mailing_stands_once_in_the_history_and_is_no_touch(self):
        self._send(self.clients)
        self.env.flush_all()
        history = self.env["client.interaction"].with_user(self.client_user)
        for client in self.clients:
            found = history.search([("partner_id", "=", client.id)])
            self.assertRecordValues(
                found,
                [
                    {
                        "kind": "sms",
                        "channel": "sms",
                        "direction": "out",
                        "is_touch": False,
                    }
                ],
            )

    def test_mailings_by_mail_stay_mailings(self):
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "News",
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        self.env["mailing.trace"].create(
            {
                "mass_mailing_id": mailing.id,
                "model": "res.partner",
                "res_id": self.first.id,
                "trace_status": "sent",
            }
        )
        self.env.flush_all()
        found = self.env["client.interaction"].search(
            [("partner_id", "=", self.first.id)]
        )
        self.assertEqual(found.mapped("kind"), ["mailing"])


@tagged("post_install", "-at_install")
class TestSmsInTimeline(InteractionCommon):
    def test_text_message_is_of_its_own_channel(self):
        note = self.env.ref("mail.mt_note").id
        self._write(self.colleague.partner_id, message_type="sms", subtype_id=note)
        self.assertRecordValues(
            self._get_history(), [{"kind": "sms", "channel": "sms"}]
        )
