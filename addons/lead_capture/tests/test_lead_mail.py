from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .mail_common import LetterCommon

BOUNCE = b"""From: MAILER-DAEMON@mx.example
To: requests@letters.example
Message-ID: <bounce@mx.example>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: text/plain

It failed.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; gone@client.example
Action: failed
Status: 5.1.1
--x
Content-Type: message/rfc822

Message-ID: %s
To: gone@client.example

Hello
--x--
"""


@tagged("post_install", "-at_install")
class TestLeadMail(LetterCommon):
    """What is written to the address of a channel is a request."""

    def test_letter_becomes_a_lead(self):
        request = self._work()
        self.assertRecordValues(
            request,
            [
                {
                    "kind": "mail",
                    "state": "processed",
                    "event_key": "<1@client.example>".replace("1", str(self.count)),
                    "channel_id": self.mailbox.id,
                }
            ],
        )
        self.assertRecordValues(
            request.lead_id,
            [
                {
                    "name": "Pumps",
                    "email_from": "ann@client.example",
                    "contact_name": "Ann Example",
                    "team_id": self.team.id,
                }
            ],
        )
        self.assertIn("20 pumps, please.", request.lead_id.description)

    def test_letter_is_kept_as_it_came(self):
        message = self._make_letter()
        request = self._find(self._receive(message))
        self.assertEqual(request._get_sources()[request].raw, message.as_bytes())
        self.assertEqual(request.state, "new")

    def test_letter_goes_with_the_content_of_its_request(self):
        request = self._work()
        self.env.company.lead_keep_days = 30
        later = fields.Datetime.now() + timedelta(days=31)
        with freeze_time(later):
            self.env["lead.request"]._gc_payloads()
        self.assertTrue(request.is_emptied)
        self.assertFalse(request._get_sources())

    def test_letter_is_kept_when_working_on_it_fails(self):
        number = self._receive()
        request = self._find(number)
        worker = type(self.env["lead.request"])
        with (
            patch.object(worker, "_find_clients", side_effect=ValueError),
            mute_logger("odoo.addons.lead_capture.models.lead_request_worker"),
        ):
            request._process()
        self.assertEqual(request.state, "failed")
        self.assertTrue(request._get_sources())

    def test_letter_is_kept_when_core_fails_after_it(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "bills",
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        message = self._make_letter(Cc="bills@letters.example")
        threads = type(self.env["mail.thread"])
        known = self.env["lead.request"].search([])
        with (
            patch.object(threads, "message_parse", side_effect=ValueError),
            suppress(ValueError),
        ):
            self._receive(message)
        request = self.env["lead.request"].search([]) - known
        self.assertEqual(request.payload["subject"], "Pumps")

    def test_letter_to_others_too_goes_to_them_as_well(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "partners",
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        leads = self.env["crm.lead"].search_count([])
        number = self._receive(Cc="partners@letters.example", Subject="To Both")
        self.assertTrue(self._find(number))
        self.assertTrue(self.env["res.partner"].search([("name", "=", "To Both")]))
        self.assertEqual(self.env["crm.lead"].search_count([]), leads)

    def test_same_letter_twice_is_one_request(self):
        message = self._make_letter()
        first = self._receive(message)
        self.assertEqual(self._receive(message), first)
        self.assertEqual(len(self._find(first)._get_sources()), 1)

    def test_letter_without_id_twice_is_one_request(self):
        message = self._make_letter(Message_ID=None)
        self.assertEqual(self._receive(message), self._receive(message))

    def test_many_letters_of_one_sender_are_as_many_requests(self):
        numbers = {self._receive(Subject=f"Order {order}") for order in range(25)}
        self.assertEqual(len(numbers), 25)
        requests = self.env["lead.request"].search([("number", "in", list(numbers))])
        requests._process()
        self.assertEqual(len(requests.lead_id), 1)
        self.assertEqual(
            sorted(requests.mapped("state")), ["joined"] * 24 + ["processed"]
        )

    def test_broken_letters_are_requests(self):
        head = b"From: ann@client.example\r\nTo: requests@letters.example\r\n"
        letters = {
            "no From": b"To: requests@letters.example\r\n\r\nHello",
            "bad charset": head
            + b'Content-Type: text/plain; charset="x-no"\r\n\r\n\xcd\xe0\xf1\xee\xf1',
            "NUL": head + b"Subject: a\x00b\r\n\r\na\x00b",
            "bad header": head + b"Date: never\r\nContent-Type: ///\r\n\r\nHello",
            "no body": head,
            "cut off": head
            + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nConte',
            "winmail.dat": head
            + b'Content-Type: application/ms-tnef; name="winmail.dat"\r\n'
            + b"Content-Transfer-Encoding: base64\r\n\r\nAAAA",
        }
        for name, source in letters.items():
            with self.subTest(name):
                request = self._find(self._receive(source))
                self.assertEqual(request._get_sources()[request].raw, source)
                request._process()
                self.assertIn(request.state, ("processed", "joined", "rejected"))

    def test_files_are_on_the_lead(self):
        message = self._make_letter()
        message.add_attachment(
            b"%PDF-1.4", maintype="application", subtype="pdf", filename="list.pdf"
        )
        lead = self._work(message).lead_id
        letter = lead.message_ids.filtered(lambda one: one.message_type == "email")
        self.assertEqual(letter.attachment_ids.mapped("name"), ["list.pdf"])
        self.assertEqual(letter.attachment_ids.raw, b"%PDF-1.4")

    def test_large_file_stays_in_the_letter(self):
        message = self._make_letter()
        message.add_attachment(
            b"0" * 2000, maintype="application", subtype="pdf", filename="large.pdf"
        )
        module = "odoo.addons.lead_capture.models.lead_request_letter"
        with patch(f"{module}.MAX_FILE_BYTES", 1000):
            request = self._work(message)
        letter = request.lead_id.message_ids.filtered("subject")
        self.assertFalse(letter.attachment_ids)
        self.assertIn(str(request.number), letter.body)

    def test_html_in_a_letter_is_text_on_the_lead(self):
        request = self._work(self._make_letter("<script>alert(1)</script>"))
        bodies = "".join(request.lead_id.message_ids.mapped("body"))
        self.assertNotIn("<script>", bodies + (request.lead_id.description or ""))
        self.assertIn("alert(1)", bodies)

    # ------------------------------------------------------------ answers

    def test_answer_of_the_client_goes_to_his_lead(self):
        lead = self._work().lead_id
        ours = lead.message_post(body="How many?", subtype_xmlid="mail.mt_comment")
        requests = self.env["lead.request"].search_count([])
        answered = self._receive(self._make_letter("20", References=ours.message_id))
        self.assertEqual(answered, lead.id)
        self.assertEqual(self.env["lead.request"].search_count([]), requests)
        self.assertIn("20", lead.message_ids[0].body)

    def test_answer_of_the_client_makes_him_wait_again(self):
        lead = self._work().lead_id
        lead._note_answer(self.client_user, fields.Datetime.now())
        self.assertFalse(lead.waiting_since)
        ours = lead.message_post(body="How many?", subtype_xmlid="mail.mt_comment")
        self._receive(References=ours.message_id, Subject="Out of office: Pumps")
        self.assertFalse(lead.waiting_since)
        self._receive(References=ours.message_id)
        self.assertTrue(lead.waiting_since)

    def test_answer_to_his_own_letter_finds_the_lead(self):
        request = self._work()
        answered = self._receive(References=request.payload["message_id"])
        self.assertEqual(answered, request.lead_id.id)

    # ------------------------------------------------------------ robots

    def test_automatic_answer_is_kept_and_rejected(self):
        request = self._work(Auto_Submitted="auto-replied")
        self.assertRecordValues(
            request, [{"state": "rejected", "reason_code": "letter_answer"}]
        )
        self.assertFalse(request.lead_id)

    def test_form_of_a_site_that_writes_by_mail_becomes_a_lead(self):
        request = self._work(
            From="Site <noreply@site.example>",
            Reply_To="ann@client.example",
            Auto_Submitted="auto-generated",
        )
        self.assertEqual(request.state, "processed")
        self.assertEqual(request.lead_id.email_from, "ann@client.example")

    def test_notice_that_answers_a_letter_of_ours_is_rejected(self):
        partner = self.env["res.partner"].create({"name": "Firm"})
        ours = partner.message_post(body="Hello")
        request = self._work(
            References=ours.message_id, Auto_Submitted="auto-generated"
        )
        self.assertEqual(request.reason_code, "letter_answer")

    def test_newsletter_is_rejected_where_that_is_wanted(self):
        self.assertEqual(self._work(List_Id="<news.x>").state, "processed")
        self.mailbox.is_bulk_rejected = True
        request = self._work(List_Id="<news.x>", From="news@other.example")
        self.assertEqual(request.reason_code, "letter_list")

    def test_bounce_is_no_lead_and_marks_the_address(self):
        client = self.env["res.partner"].create(
            {"name": "Gone", "email": "gone@client.example"}
        )
        ours = client.message_post(body="Hello")
        request = self._work(BOUNCE % ours.message_id.encode())
        self.assertEqual(request.reason_code, "letter_bounce")
        self.assertEqual(client.contact_point_ids.state, "failed")
        self.assertEqual(client.message_bounce, 1)

    def test_letter_that_takes_longer_marks_nothing(self):
        client = self.env["res.partner"].create(
            {"name": "There", "email": "gone@client.example"}
        )
        ours = client.message_post(body="Hello")
        source = BOUNCE % ours.message_id.encode()
        source = source.replace(b"failed\nStatus: 5", b"delayed\nStatus: 4")
        request = self._work(source)
        self.assertEqual(request.reason_code, "letter_delay")
        self.assertEqual(client.contact_point_ids.state, "unknown")

    # ------------------------------------------------------------ sent on

    def test_letter_sent_on_by_a_colleague_is_of_who_wrote_it(self):
        self.client_user.email = "colleague@letters.example"
        text = (
            "From: Bob <bob@other.example>\nDate: today\nTo: colleague\n"
            "Subject: Pumps\n\nI need pumps"
        )
        message = self._make_letter(
            text, From="colleague@letters.example", Subject="Fwd: Pumps"
        )
        request = self._work(message)
        self.assertEqual(request.lead_id.email_from, "bob@other.example")
        self.assertEqual(request.lead_id.contact_name, "Bob")

    def test_letter_sent_on_by_a_stranger_is_his(self):
        text = "From: Bob <bob@other.example>\nDate: today\nTo: x\n\nI need pumps"
        request = self._work(self._make_letter(text, Subject="Fwd: Pumps"))
        self.assertEqual(request.lead_id.email_from, "ann@client.example")

    def test_letter_sent_on_without_its_sender_says_so(self):
        self.client_user.email = "colleague@letters.example"
        message = self._make_letter(
            From="colleague@letters.example", Subject="Fwd: Pumps"
        )
        request = self._work(message)
        self.assertFalse(request.lead_id.email_from)
        self.assertIn("colleague@letters.example", request.lead_id.description)

    # ------------------------------------------------------------ address

    def test_head_gives_a_channel_its_address(self):
        channel = self.mailbox.with_user(self.client_manager)
        channel.alias_name = "Wishes"
        self.assertEqual(channel.alias_email, "wishes@letters.example")
        number = self._receive(To="wishes@letters.example")
        self.assertEqual(self._find(number).channel_id, self.mailbox)

    def test_letter_to_an_archived_channel_is_kept(self):
        self.mailbox.active = False
        self.assertEqual(self._find(self._receive()).channel_id, self.mailbox)

    def test_letter_to_two_channels_is_one_request(self):
        self._create_channel("email", alias_name="other")
        both = "other@letters.example, requests@letters.example"
        known = self.env["lead.request"].search([])
        self._receive(self._make_letter(To=both))
        request = self.env["lead.request"].search([]) - known
        self.assertEqual(request.channel_id, self.mailbox)

    def test_letter_to_nobody_is_refused_as_before(self):
        with (
            self.assertRaises(ValueError),
            mute_logger("odoo.addons.mail.models.mail_thread"),
        ):
            self._receive(To="nobody@letters.example")
