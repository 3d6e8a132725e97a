from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged, users
from odoo.tools import mute_logger

from .common import USER, ClientCommon

NOW = datetime(2026, 3, 20, 12, 0)


class InteractionCommon(ClientCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(
            is_company=True, email="office@verba.example.com"
        )
        cls.person = cls._create_client(
            "Олена Дубова", parent_id=cls.client.id, email="olena@verba.example.com"
        )
        cls.colleague = new_test_user(cls.env, "colleague", USER)
        cls.startClassPatcher(freeze_time(NOW))

    @classmethod
    def _write(cls, author=None, days=1, on=None, **values):
        """:return: the ``mail.message`` that ``author`` wrote so many days ago"""
        on = on or cls.client
        return cls.env["mail.message"].create(
            {
                "model": on._name,
                "res_id": on.id,
                "message_type": "comment",
                "subtype_id": cls.env.ref("mail.mt_comment").id,
                "author_id": author and author.id,
                "date": NOW - timedelta(days=days),
                "subject": "Price list",
                **values,
            }
        )

    @classmethod
    def _do(cls, xmlid, on=None, user=None, days=1, **values):
        """:return: a ``mail.activity`` done so many days ago"""
        user = user or cls.client_user
        with freeze_time(NOW - timedelta(days=days)):
            activity = (on or cls.client).activity_schedule(
                xmlid, user_id=user.id, **values
            )
            activity.with_user(user).action_done()
            cls.env.flush_all()
        return activity

    def _meet(self, *guests, **values):
        return self.env["calendar.event"].create(
            {
                "name": "Show the samples",
                "start": NOW - timedelta(days=2),
                "stop": NOW - timedelta(days=2, hours=-1),
                "user_id": self.colleague.id,
                "partner_ids": [Command.set([guest.id for guest in guests])],
                **values,
            }
        )

    def _get_history(self, user=None, client=None):
        """:return: the ``client.interaction`` of a client that a user sees"""
        client = client or self.client
        rows = self.env["client.interaction"].with_user(user or self.client_user)
        return rows.search([("partner_id", "=", client.id)])


@tagged("post_install", "-at_install")
class TestInteractionSources(InteractionCommon):
    """What is found where, who did it, and what is no touch at all."""

    def test_client_and_colleague_write(self):
        mine = self._write(self.colleague.partner_id, days=3)
        theirs = self._write(self.person, days=1)
        self.assertRecordValues(
            self._get_history(),
            [
                {
                    "date": theirs.date,
                    "kind": "message",
                    "channel": "email",
                    "direction": "in",
                    "contact_id": self.person.id,
                    "user_id": False,
                    "name": "Price list",
                    "res_model": "res.partner",
                    "res_id": self.client.id,
                },
                {
                    "date": mine.date,
                    "kind": "message",
                    "channel": "email",
                    "direction": "out",
                    "contact_id": False,
                    "user_id": self.colleague.id,
                    "name": "Price list",
                    "res_model": "res.partner",
                    "res_id": self.client.id,
                },
            ],
        )

    def test_messages_on_the_contact_are_of_its_client(self):
        self._write(self.colleague.partner_id, on=self.person)
        self.assertRecordValues(
            self._get_history(),
            [{"partner_id": self.client.id, "contact_id": self.person.id}],
        )

    def test_unknown_author_is_known_by_his_address(self):
        self._write(email_from='"Olena" <Olena@verba.example.com>')
        self._write(email_from="stranger@example.com")
        self.assertEqual(self._get_history().mapped("direction"), ["in"])

    def test_notes_and_what_the_system_says_are_no_touch(self):
        author = self.colleague.partner_id
        self._write(author, subtype_id=self.env.ref("mail.mt_note").id)
        self._write(author, is_internal=True)
        for type_ in ("notification", "user_notification", "auto_comment"):
            self._write(author, message_type=type_)
        self._write(self.internal_user.partner_id, model=False, res_id=False)
        self.assertFalse(self._get_history())

    def test_done_activities_count_once(self):
        self._do("mail.mail_activity_data_call", days=1, summary="Ask about May")
        self._do("mail.mail_activity_data_meeting", days=2)
        self._do("mail.mail_activity_data_todo", days=3, user=self.colleague)
        self.client.activity_schedule("mail.mail_activity_data_call")
        self.assertRecordValues(
            self._get_history(),
            [
                {
                    "kind": "call",
                    "channel": "phone",
                    "name": "Ask about May",
                    "user_id": self.client_user.id,
                },
                {
                    "kind": "meeting",
                    "channel": "meeting",
                    "name": "Meeting",
                    "user_id": self.client_user.id,
                },
                {
                    "kind": "activity",
                    "channel": "other",
                    "name": "To-Do",
                    "user_id": self.colleague.id,
                },
            ],
        )

    def test_meeting_of_two_people_of_a_client_is_one(self):
        event = self._meet(self.client, self.person, self.colleague.partner_id)
        self._meet(self.person, active=False)
        self.assertRecordValues(
            self._get_history(),
            [
                {
                    "kind": "meeting",
                    "date": event.start,
                    "user_id": self.colleague.id,
                    "contact_id": self.person.id,
                    "res_id": event.id,
                }
            ],
        )

    def test_meeting_the_client_declined_did_not_happen(self):
        event = self._meet(self.person)
        event.attendee_ids.state = "declined"
        self.assertFalse(self._get_history())

    def test_meeting_for_all_day_is_on_its_day(self):
        self._meet(self.person, allday=True, start="2026-03-18", stop="2026-03-18")
        self.assertEqual(self._get_history().date, datetime(2026, 3, 18, 12))

    def test_activity_that_became_a_meeting_counts_once(self):
        event = self._meet(self.person)
        self._do("mail.mail_activity_data_meeting", calendar_event_id=event.id)
        self.assertEqual(self._get_history().res_model, "calendar.event")

    def test_mailing_that_left_and_its_answer(self):
        values = {"model": "res.partner", "res_id": self.person.id}
        sent, reply = NOW - timedelta(days=5), NOW - timedelta(days=4)
        self.env["mailing.trace"].create(
            [
                {
                    **values,
                    "trace_status": "reply",
                    "sent_datetime": sent,
                    "reply_datetime": reply,
                },
                {**values, "trace_status": "bounce", "sent_datetime": sent},
                {**values, "trace_status": "cancel"},
                {**values, "trace_status": "outgoing"},
            ]
        )
        self.assertRecordValues(
            self._get_history(),
            [
                {"date": reply, "direction": "in", "is_touch": True},
                {"date": sent, "direction": "out", "is_touch": False},
            ],
        )

    def test_copy_of_a_mailing_in_the_chatter_counts_once(self):
        self._write(
            self.colleague.partner_id,
            message_type="email_outgoing",
            message_id="<copy@example.com>",
        )
        self.env["mailing.trace"].create(
            {
                "model": "res.partner",
                "res_id": self.client.id,
                "trace_status": "sent",
                "message_id": "<copy@example.com>",
            }
        )
        self.assertEqual(self._get_history().kind, "mailing")

    def test_offer_and_what_was_said_about_it(self):
        offer = self.env["client.offer"].create(
            {"partner_id": self.client.id, "name": "Samples", "date": "2026-03-01"}
        )
        self._write(self.person, on=offer)
        rows = self._get_history()
        self.assertEqual(rows.mapped("kind"), ["message", "offer"])
        self.assertEqual(rows[1].date, datetime(2026, 3, 1, 12))
        self.assertEqual(rows.mapped("res_id"), [offer.id, offer.id])

    def test_colleagues_and_our_own_company_have_no_history(self):
        for partner in (self.colleague.partner_id, self.env.company.partner_id):
            self._write(self.client_user.partner_id, on=partner)
            self.assertFalse(self._get_history(client=partner))

    def test_documents_of_installed_addons_belong_to_the_client(self):
        names = self.env["client.interaction"]._get_document_models()
        self.assertEqual("crm.lead" in names, "crm.lead" in self.env)
        self.assertIn("client.offer", names)
        if "crm.lead" in self.env:
            lead = self.env["crm.lead"].create(
                {"name": "Chairs", "partner_id": self.person.id}
            )
            self._write(self.person, on=lead)
            self.assertRecordValues(
                self._get_history(self.env.user),
                [{"res_model": "crm.lead", "res_id": lead.id, "direction": "in"}],
            )

    def test_row_is_read_again_by_its_id(self):
        self._write(self.person)
        self._do("mail.mail_activity_data_call")
        rows = self._get_history()
        self.env.invalidate_all()
        for row in rows:
            self.assertEqual(
                row.browse(row.id).read(["source_id"])[0]["source_id"],
                row.source_id,
            )

    def test_open_shows_the_document(self):
        offer = self.env["client.offer"].create(
            {"partner_id": self.client.id, "name": "Samples"}
        )
        action = self._get_history().action_open_source()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (offer._name, offer.id)
        )

    def test_open_shows_the_client_when_the_document_is_closed(self):
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "News",
                "mailing_model_id": self.env.ref("base.model_res_partner").id,
            }
        )
        self.env["mailing.trace"].create(
            {
                "model": "res.partner",
                "res_id": self.client.id,
                "mass_mailing_id": mailing.id,
                "trace_status": "sent",
            }
        )
        row = self._get_history()
        self.assertEqual(row.name, "News")
        action = row.action_open_source()
        self.assertEqual(action["res_model"], "res.partner")

    @users("client_user")
    def test_rows_group_by_client_group_and_manager(self):
        group = self.env["client.group"].sudo().create({"name": "Wholesale"})
        self.client.client_group_ids = group
        self.client.user_id = self.colleague
        self._write(self.person)
        rows = self.env["client.interaction"]
        domain = [("partner_id", "=", self.client.id)]
        for field, value in (
            ("client_group_ids", group),
            ("manager_id", self.colleague),
            ("partner_id", self.client),
        ):
            with self.subTest(field=field):
                found = rows._read_group(domain, [field], ["__count"])
                self.assertEqual([(v.id, n) for v, n in found], [(value.id, 1)])


@tagged("post_install", "-at_install")
class TestInteractionAccess(InteractionCommon):
    """A user sees what he could read where it stands, and nothing else."""

    def test_private_meeting_is_seen_by_who_takes_part(self):
        self._meet(self.person, self.colleague.partner_id, privacy="private")
        self.assertFalse(self._get_history())
        self.assertTrue(self._get_history(self.colleague))
        client = self.client.with_user(self.client_user)
        self.assertEqual(client.last_touch_date, NOW - timedelta(days=2))

    def test_calendar_that_is_private_by_default_is_private(self):
        colleague = self.colleague.with_user(self.colleague)
        colleague.calendar_default_privacy = "private"
        self._meet(self.person, self.colleague.partner_id)
        self.assertFalse(self._get_history())
        self.assertTrue(self._get_history(self.colleague))

    def test_rules_of_the_cards_are_kept(self):
        self.env["ir.rule"].create(
            {
                "name": "Own clients only",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": """[
                    '|', ('user_id', '=', user.id), ('partner_share', '=', False)
                ]""",
                "groups": [Command.link(self.env.ref("base.group_user").id)],
            }
        )
        self._write(self.person)
        self.assertFalse(self._get_history())
        (self.client + self.person).user_id = self.client_user
        self.assertTrue(self._get_history())

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_other_company_sees_nothing_of_ours(self):
        other = self._create_company(name="Other Company")
        stranger = new_test_user(
            self.env,
            "stranger",
            USER,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.env["client.offer"].create(
            {"partner_id": self.client.id, "name": "Samples"}
        )
        self.assertTrue(self._get_history())
        row = self._get_history()
        self.assertFalse(self._get_history(stranger))
        with self.assertRaises(AccessError):
            row.with_user(stranger).read(["subject"])
        self.assertFalse(self.client.with_user(stranger).last_touch_date)
        self.assertTrue(self.client.with_user(self.client_user).last_touch_date)

    @users("portal_user", "internal_user")
    @mute_logger("odoo.addons.base.models.ir_model")
    def test_outsiders_see_nothing(self):
        with self.assertRaises(AccessError):
            self.env["client.interaction"].search([])
        with self.assertRaises(AccessError):
            self.env["res.partner"].search([("last_touch_date", "!=", False)])

    @users("client_manager")
    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_history(self):
        self._write(self.person)
        row = self._get_history(self.client_manager)
        for method, arguments in (
            ("create", [{"subject": "x"}]),
            ("write", {"subject": "x"}),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(row, method)(arguments)
        with self.assertRaises(AccessError):
            row.unlink()
