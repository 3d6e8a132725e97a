import json
import os
import subprocess
import sys
import time

from odoo.tests import HttpCase, tagged

from ..tools import signature
from ..tools.door_event import DoorEvent
from ..tools.refusal import Refusal
from .common import LeadCommon

# Stands for "openssl dgst -sha256 -hmac KEY", which not every machine has.
SHELL_OPENSSL = """\
openssl() {
  "$PYTHON" -c 'import hmac, sys
body = sys.stdin.buffer.read()
print("(stdin)=", hmac.new(sys.argv[1].encode(), body, "sha256").hexdigest())' "$4"
}
"""


class DoorCase(LeadCommon, HttpCase):
    """Sends to a channel from outside, as the site of a stranger would."""

    def _send(self, data=None, channel=None, path="", **headers):
        """:param data: ``dict`` for JSON, ``bytes`` or ``str`` as they are"""
        body = json.dumps(data).encode() if isinstance(data, dict) else data
        sent = {
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        token = (channel or self.channel).token
        url = f"/lead_capture/{token}{path}"
        return self.url_open(url, data=body, headers=sent, method="POST")

    def _get_request(self, answer):
        number = answer.json()["request"]
        return self.env["lead.request"].search([("number", "=", number)])

    def _assert_refused(self, answer, status, code):
        self.assertEqual((answer.status_code, answer.json()["error"]), (status, code))
        self.assertFalse(self.channel.request_ids)


@tagged("post_install", "-at_install")
class TestLeadDoor(DoorCase):
    def test_json_is_kept_as_it_came(self):
        answer = self._send({"name": "Олена", "phones": ["1", "2"]})
        self.assertEqual(answer.status_code, 200)
        stored = self._get_request(answer)
        self.assertRecordValues(
            stored,
            [{"channel_id": self.channel.id, "state": "new", "kind": "request"}],
        )
        self.assertEqual(stored.payload, {"name": "Олена", "phones": ["1", "2"]})

    def test_fields_of_a_form_are_kept_whatever_their_names(self):
        answer = self._send(
            "self=1&token=2&name=%D0%9E&phones[]=1&phones[]=2&call[from]=3",
            Content_Type="application/x-www-form-urlencoded",
        )
        self.assertEqual(
            self._get_request(answer).payload,
            {
                "self": "1",
                "token": "2",
                "name": "О",
                "phones": ["1", "2"],
                "call": {"from": "3"},
            },
        )

    def test_form_in_several_parts_is_kept_without_its_files(self):
        answer = self.url_open(
            f"/lead_capture/{self.channel.token}",
            files={"name": (None, "Олена"), "photo": ("a.png", b"\x89PNG")},
        )
        self.assertEqual(self._get_request(answer).payload, {"name": "Олена"})

    def test_same_key_is_one_request_and_one_answer(self):
        first = self._send({"name": "A"}, X_Event_Id="e-1")
        again = self._send({"name": "B"}, X_Event_Id="e-1")
        self.assertEqual(first.json(), again.json())
        self.assertEqual(self._get_request(first).payload, {"name": "A"})

    def test_signature_that_is_right_opens_a_signed_channel(self):
        self.channel.is_signed = True
        body = b'{"name": "A"}'
        header = signature.sign(self.channel.secret, body, int(time.time()))
        self.assertEqual(self._send(body, X_Signature=header).status_code, 200)

    def test_signed_channel_refuses_what_is_not_signed(self):
        self.channel.is_signed = True
        self._assert_refused(self._send({"name": "A"}), 401, "no_signature")

    def test_token_that_never_was_and_archived_channel_answer_alike(self):
        token = self.channel.token
        self.channel.active = False
        for address in (token, "x" * 43):
            answer = self.url_open(f"/lead_capture/{address}", data=b'{"name": "A"}')
            self._assert_refused(answer, 404, "unknown")


@tagged("post_install", "-at_install")
class TestLeadDoorRefusals(DoorCase):
    def _sign(self, body, late=0, secret=None):
        moment = int(time.time()) - late
        return signature.sign(secret or self.channel.secret, body, moment)

    def test_forged_signature_is_refused_even_where_none_is_asked_for(self):
        body = b'{"name": "A"}'
        forged = self._sign(body, secret="another")
        self._assert_refused(self._send(body, X_Signature=forged), 401, "bad_signature")

    def test_signature_of_another_body_is_refused(self):
        header = self._sign(b'{"name": "A"}')
        answer = self._send(b'{"name": "B"}', X_Signature=header)
        self._assert_refused(answer, 401, "bad_signature")

    def test_stale_signature_is_refused(self):
        body = b'{"name": "A"}'
        answer = self._send(body, X_Signature=self._sign(body, late=301))
        self._assert_refused(answer, 401, "stale_signature")

    def test_replayed_signature_gets_the_answer_of_the_first(self):
        self.channel.is_signed = True
        body = b'{"name": "A"}'
        header = self._sign(body)
        answers = [self._send(body, X_Signature=header).json() for _ in range(2)]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(len(self.channel.request_ids), 1)

    def test_malformed_bodies_are_refused_with_their_reason(self):
        for body, code in (
            (b"{", "malformed"),
            (b"[]", "not_an_object"),
            (b"", "empty"),
            (b'{"a": "\\u0000"}', "bad_text"),
            (b'{"a": "\\ud83d"}', "bad_text"),
            (b'{"a": "\xff\xfe"}', "bad_encoding"),
            (b'{"a": ' + b"[" * 50 + b"]" * 50 + b"}", "too_deep"),
            (b'{"a": [' + b"1," * 3000 + b"1]}", "too_many_fields"),
        ):
            with self.subTest(code=code):
                self._assert_refused(self._send(body), 400, code)

    def test_form_in_several_parts_that_is_broken_is_refused(self):
        for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
            answer = self._send(b"--y\r\nbroken", Content_Type=kind)
            self.assertEqual(answer.status_code, 400)

    def test_other_kinds_of_content_are_refused(self):
        answer = self._send(b"<a/>", Content_Type="application/xml")
        self._assert_refused(answer, 400, "bad_content_type")

    def test_body_larger_than_the_channel_takes_is_refused(self):
        self.channel.max_body_kb = 1
        self._assert_refused(self._send({"a": "x" * 2000}), 413, "too_large")

    def test_body_larger_than_any_is_refused(self):
        self.channel.max_body_kb = 10_000
        answer = self._send({"a": "x" * (2 * 1024 * 1024)})
        self._assert_refused(answer, 413, "too_large")

    def test_other_methods_are_refused(self):
        answer = self.url_open(f"/lead_capture/{self.channel.token}", method="GET")
        self.assertEqual(answer.status_code, 405)

    def test_page_of_another_site_is_refused(self):
        self.channel.allowed_origins = "https://shop.example.com/\nhttp://b.example"
        for origin in ("https://evil.example", "null", "http://shop.example.com"):
            answer = self._send({"name": "A"}, Origin=origin)
            self._assert_refused(answer, 403, "bad_origin")
            self.assertNotIn("Access-Control-Allow-Origin", answer.headers)

    def test_script_of_a_listed_site_may_read_the_answer(self):
        site = "https://shop.example.com"
        self.channel.allowed_origins = site
        answer = self._send({"name": "A"}, Origin=site)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], site)
        asked = self.url_open(
            f"/lead_capture/{self.channel.token}",
            method="OPTIONS",
            headers={"Origin": site, "Access-Control-Request-Method": "POST"},
        )
        self.assertEqual(asked.status_code, 204)
        self.assertIn("X-Event-Id", asked.headers["Access-Control-Allow-Headers"])

    def test_too_many_from_one_address_wait_and_repetitions_do_not(self):
        self.channel.address_limit = 2
        first = self._send({"name": "0"})
        self._send({"name": "1"})
        answer = self._send({"name": "2"})
        self.assertEqual(answer.status_code, 429)
        self.assertEqual(answer.headers["Retry-After"], "60")
        self.assertEqual(self._send({"name": "0"}).json(), first.json())
        self.assertEqual(len(self.channel.request_ids), 2)

    def test_owner_of_a_network_is_one_sender(self):
        self.channel.address_limit = 2
        for number, address in enumerate(("2001:db8::1", "2001:db8::2")):
            self.channel._take_event(DoorEvent({"name": str(number)}, "", address))
        with self.assertRaisesRegex(Refusal, "too_often"):
            self.channel._take_event(DoorEvent({"name": "3"}, "", "2001:db8::3"))
        self.channel._take_event(DoorEvent({"name": "4"}, "", "2001:db8:0:1::1"))
        self.assertEqual(self.channel.request_ids[:1].remote_addr, "2001:db8:0:1::1")

    def test_channel_has_a_limit_of_its_own(self):
        self.channel.write({"address_limit": 0, "channel_limit": 1})
        self._send({"name": "0"})
        self.assertEqual(self._send({"name": "1"}).status_code, 429)

    def test_event_key_that_is_no_text_is_refused(self):
        answer = self._send({"event_key": {"a": 1}, "name": "A"})
        self.assertEqual(answer.status_code, 200)  # it names nothing
        answer = self._send({"name": "A"}, X_Event_Id="a\tb")
        self.assertEqual(answer.json()["error"], "bad_event_key")

    def test_no_answer_opens_a_session(self):
        self.opener.cookies.clear()
        self.assertNotIn("session_id", self._send({"name": "A"}).cookies)


@tagged("post_install", "-at_install")
class TestLeadDoorForms(DoorCase):
    def _post(self, accept="text/html", **fields):
        headers = {"Accept": accept} if accept else {}
        url = f"/lead_capture/{self.channel.token}"
        return self.url_open(url, data=fields, headers=headers, allow_redirects=False)

    def test_visitor_without_script_reads_thanks_as_plain_text(self):
        self.channel.thanks_text = "<script>alert(1)</script> & thanks"
        answer = self._post(name="A")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("&lt;script&gt;alert(1)", answer.text)
        self.assertNotIn("<script>", answer.text)
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])

    def test_visitor_goes_to_the_page_of_thanks(self):
        self.channel.thanks_url = "/thanks"
        answer = self._post(name="A")
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(answer.headers["Location"], "/thanks")

    def test_page_of_thanks_of_another_site_leads_nowhere(self):
        self.env.cr.execute(
            "UPDATE lead_channel SET thanks_url = '//evil.example' WHERE id = %s",
            [self.channel.id],
        )
        self.channel.invalidate_recordset()
        self.assertEqual(self._post(name="A").status_code, 200)

    def test_form_with_script_gets_the_words_as_data(self):
        answer = self._post(accept="application/json", name="A", _form="1")
        self.assertEqual(set(answer.json()), {"request", "message", "redirect"})

    def test_program_that_sends_a_form_gets_the_number_alone(self):
        self.assertEqual(set(self._post(accept="", name="A").json()), {"request"})

    def test_visitor_reads_why_it_was_not_taken(self):
        self.channel.allowed_origins = "https://shop.example.com"
        url = f"/lead_capture/{self.channel.token}"
        headers = {"Accept": "text/html", "Origin": "https://evil.example"}
        answer = self.url_open(url, data={"name": "A"}, headers=headers)
        self.assertEqual(answer.status_code, 403)
        self.assertIn("not taken", answer.text)

    def test_preview_is_for_heads_alone(self):
        url = f"/lead_capture/{self.channel.token}/preview"
        for login, status in (
            ("client_manager", 200),
            ("client_user", 404),
            ("portal_user", 404),
        ):
            with self.subTest(login=login):
                self.authenticate(login, login)
                self.assertEqual(self.url_open(url).status_code, status)

    def test_preview_shows_names_as_text(self):
        self.channel.name = "</title><script>alert(1)</script>"
        self.channel.field_ids[0].label = '"><img src=x onerror=alert(1)>'
        self.authenticate("client_manager", "client_manager")
        page = self.url_open(f"/lead_capture/{self.channel.token}/preview").text
        self.assertNotIn("<script>alert(1)", page)
        self.assertNotIn("<img", page)
        self.assertTrue(page.startswith("<!DOCTYPE html>"))

    def test_overheard_delivery_that_names_its_event_comes_in_once(self):
        self.channel.is_signed = True
        body = b'{"name": "Olena", "event_key": "1"}'
        header = signature.sign(self.channel.secret, body, int(time.time()))
        for key in ("", "1", "forged"):
            answer = self._send(body, X_Signature=header, X_Event_Id=key)
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.channel.request_ids.event_key, "1")

    def test_same_words_in_the_same_second_are_two_requests_of_two_names(self):
        self.channel.is_signed = True
        body, now = b'{"name": "Olena"}', int(time.time())
        for name in ("1", "2"):
            header = signature.sign(self.channel.secret, body, now)
            answer = self._send(body, X_Signature=header, X_Event_Id=name)
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(len(self.channel.request_ids), 2)

    def test_example_of_a_signed_channel_signs_what_its_curl_would_send(self):
        channel = self._create_channel("webhook", is_signed=True)
        script = channel.example.partition("curl ")[0]
        script = SHELL_OPENSSL + script.replace("'...'", "key")
        run = subprocess.run(
            ["sh", "-c", script + 'printf "%s\\n%s\\n%s" $time $sign "$body"'],
            env={**os.environ, "PYTHON": sys.executable},
            capture_output=True,
            check=True,
            text=True,
        )
        moment, digest, body = run.stdout.split("\n", 2)
        signed = signature.sign("key", body.encode(), int(moment))
        self.assertEqual(f"t={moment},v1={digest}", signed)
        self.assertIn("X-Event-Id: order-1001", channel.example)
        event = channel._get_event({}, body.encode(), None, "")
        self.assertEqual(event.key, "order-1001")

    def test_token_that_is_no_text_is_unknown(self):
        answer = self.url_open("/lead_capture/%00", data=b"{}", method="POST")
        self.assertEqual((answer.status_code, answer.json()["error"]), (404, "unknown"))

    def test_parameters_of_the_check_of_an_address_are_no_arguments(self):
        exchange = self._create_channel("call", call_preset="zadarma")
        url = f"/lead_capture/{exchange.token}/call?self=1&token=2&zd_echo=abc"
        answer = self.url_open(url)
        self.assertEqual((answer.status_code, answer.text), (200, "abc"))
