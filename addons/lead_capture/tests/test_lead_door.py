import json
import time

from odoo.tests import HttpCase, tagged

from ..tools import signature
from .common import LeadCommon


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
        return self.url_open(f"/lead_capture/{token}{path}", data=body, headers=sent)

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
