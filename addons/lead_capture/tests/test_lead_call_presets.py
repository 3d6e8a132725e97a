import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, tagged

from ..tools.call_presets import PRESETS
from .call_common import CALLER, CallCommon


@tagged("post_install", "-at_install")
class TestLeadCallPresets(CallCommon):
    def test_preset_fills_in_the_fields_and_a_sample(self):
        for code, preset in PRESETS.items():
            with self.subTest(preset=code):
                self.exchange.call_preset = code
                self.exchange.with_user(self.client_manager).action_use_call_preset()
                self.assertEqual(
                    set(self.exchange.call_field_ids.mapped("name")),
                    set(preset.field_map),
                )
                self.assertIn("+380670001", self.exchange.call_sample_result)

    @freeze_time("2026-03-02 11:00:00")
    def test_samples_of_a_service_make_one_answered_call(self):
        for code in PRESETS:
            with self.subTest(preset=code):
                channel = self._create_channel("call", call_preset=code, call_tz="UTC")
                for sample in PRESETS[code].samples:
                    key = channel._read_call(sample).event_key
                    channel._store_request(sample, key)
                self._work()
                call = self.env["lead.call"].search(
                    [("channel_id", "=", channel.id), ("client_number", "=", CALLER)]
                )
                self.assertRecordValues(
                    call,
                    [{"state": "answered", "talk_seconds": 60, "direction": "in"}],
                )

    def test_preset_without_an_exchange_says_so(self):
        with self.assertRaisesRegex(UserError, "exchange"):
            self.exchange.action_use_call_preset()

    def test_line_of_the_map_may_be_changed(self):
        self.exchange.call_preset = "asterisk"
        self.exchange.action_use_call_preset()
        line = self.exchange.call_field_ids.filtered(lambda one: one.name == "from")
        line.paths = "caller, src"
        reading = self.exchange._read_call({"linkedid": "1", "caller": CALLER})
        self.assertEqual(reading.event.from_number, CALLER)

    def test_sample_that_is_no_json_is_told(self):
        self.exchange.call_sample = "{"
        self.assertIn("JSON", self.exchange.call_sample_result)

    def test_recordings_are_at_https_only(self):
        with self.assertRaises(ValidationError):
            self.exchange.recording_prefix = "http://pbx.example.com/"


@tagged("post_install", "-at_install")
class TestLeadCallDoor(CallCommon, HttpCase):
    def _post(self, payload, channel=None, **headers):
        token = (channel or self.exchange).token
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        sent = {
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.url_open(f"/lead_capture/{token}/call", data=body, headers=sent)

    def _count(self):
        return self.env["lead.request"].search_count(
            [("channel_id", "=", self.exchange.id)]
        )

    def test_event_is_kept_once(self):
        event = {"call_id": "c9", "event": "start", "from": CALLER}
        first, again = self._post(event), self._post(event)
        self.assertEqual(first.status_code, 200)
        self.assertEqual(first.json(), again.json())
        self.assertEqual(self._count(), 1)
        stored = self.exchange.request_ids
        self.assertEqual((stored.kind, stored.event_key), ("call", "c9:start"))

    def test_fields_of_a_form_are_taken_too(self):
        self.exchange.call_preset = "binotel"
        body = urlencode(
            {
                "requestType": "apiCallCompleted",
                "callDetails[generalCallID]": "77",
                "callDetails[externalNumber]": "0670001122",
                "callDetails[callType]": "0",
                "callDetails[billsec]": "5",
                "callDetails[disposition]": "ANSWER",
            }
        ).encode()
        answer = self._post(body, Content_Type="application/x-www-form-urlencoded")
        self.assertEqual(answer.status_code, 200)
        self._work()
        self.assertEqual(self._get_call("77").client_number, CALLER)

    def test_hostile_payload_is_refused_and_not_kept(self):
        start = {"call_id": "c", "event": "start"}
        for payload, status in (
            (b" ", 400),
            (b"[]", 400),
            (b"{", 400),
            (b'{"call_id": "a\\u0000b", "event": "start"}', 400),
            ({"event": "start"}, 400),
            ({"call_id": "c"}, 400),
            ({**start, "event": "explode"}, 400),
            ({**start, "call_id": {"$gt": ""}}, 400),
            ({**start, "call_id": "x" * 5000}, 400),
            ({**start, "from": "1" * 300_000}, 413),
        ):
            with self.subTest(payload=str(payload)[:60]):
                self.assertEqual(self._post(payload).status_code, status)
        self.assertFalse(self._count())

    def test_strange_values_do_no_harm(self):
        self._post(
            {
                "call_id": "<script>",
                "event": "start",
                "from": "'; DROP TABLE lead_call; --",
                "extension": "{{ 7 * 7 }}",
                "url": "javascript:alert(1)",
                "at": "9999-99-99",
                "user_id": 1,
                "partner_id": 1,
                "lead_id": 1,
                "company_id": 1,
            }
        )
        self._work()
        self.assertRecordValues(
            self._get_call("<script>"),
            [
                {
                    "recording_url": "",
                    "extension": "",
                    "client_number": "",
                    "user_id": False,
                    "contact_id": False,
                    "lead_id": False,
                }
            ],
        )

    def test_channel_of_another_kind_takes_no_calls(self):
        answer = self._post({"call_id": "c", "event": "start"}, self.channel)
        self.assertEqual(answer.status_code, 404)

    def test_signed_exchange_refuses_what_is_not_signed(self):
        self.exchange.is_signed = True
        answer = self._post({"call_id": "c", "event": "start"})
        self.assertEqual(answer.status_code, 401)
        self.assertFalse(self._count())

    def test_signature_of_zadarma(self):
        self.exchange.write(
            {"call_preset": "zadarma", "is_signed": True, "secret": "s3cret"}
        )
        sample = PRESETS["zadarma"].samples[0]
        body = urlencode(sample).encode()
        text = "".join(
            sample[name] for name in ("caller_id", "called_did", "call_start")
        )
        digest = hmac.new(b"s3cret", text.encode(), hashlib.sha1).hexdigest()
        form = "application/x-www-form-urlencoded"
        for header, status in (
            (base64.b64encode(digest.encode()).decode(), 200),
            (base64.b64encode(b"0" * 40).decode(), 401),
            ("é", 401),
            ("", 401),
        ):
            with self.subTest(header=header):
                answer = self._post(
                    body, Content_Type=form, Signature=header.encode("latin-1")
                )
                self.assertEqual(answer.status_code, status)

    def test_address_is_proved_to_zadarma_alone(self):
        address = f"/lead_capture/{self.exchange.token}/call?zd_echo="
        self.assertEqual(self.url_open(address + "abc123").status_code, 404)
        self.exchange.call_preset = "zadarma"
        answer = self.url_open(address + "abc123")
        self.assertEqual((answer.status_code, answer.text), (200, "abc123"))
        self.assertIn("text/plain", answer.headers["Content-Type"])
        for hostile in ("<script>", "", "a" * 65, "%0d%0aSet-Cookie:1"):
            with self.subTest(echo=hostile):
                self.assertEqual(self.url_open(address + hostile).status_code, 404)
