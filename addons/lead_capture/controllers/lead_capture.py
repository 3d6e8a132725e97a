import io
import json

import werkzeug
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import MultiPartParser

from odoo import http
from odoo.http import request

from ..tools.payload import MAX_VALUES
from ..tools.refusal import Refusal

# Nobody has reason to send more; a channel may take less.
MAX_BODY = 2 * 1024 * 1024


def door(*routes, **routing):
    """Declare a public door: its own answers, no session, no CSRF, a small body."""
    return http.route(
        list(routes),
        type="http",
        # nobody is looked up: the token names the channel, which runs as the intake
        auth="none",
        methods=["POST", "OPTIONS"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=MAX_BODY,
        is_lead_door=True,
        **routing,
    )


class LeadCaptureController(http.Controller):
    """Answers 2xx only for what is committed: Odoo commits before it sends."""

    @door("/lead_capture/<string:token>")
    def receive(self, token):
        """Take a request, JSON or the fields of a form."""
        return self._serve(token, lambda channel, event: channel._take_event(event))

    def _serve(self, token, take):
        """Answer one delivery.

        :param take: function of the channel and the event; gives the answer, an object
        :return: response, short JSON, whatever was sent
        """
        try:
            channel = self._get_channel(token)
            answer = self._receive(channel, take)
        except Refusal as refusal:
            return self._refuse(refusal)
        return self._answer(200, answer)

    def _receive(self, channel, take):
        sent = request.httprequest
        body = sent.get_data()
        channel._check_origin(sent.headers.get("Origin", ""), self._get_own_origin())
        if len(body) > channel.max_body_kb * 1024:
            raise Refusal("too_large")
        channel._authenticate(sent.headers, body)
        form = self._read_parts(body)
        event = channel._get_event(sent.headers, body, form, sent.remote_addr)
        return take(channel, event)

    def _get_channel(self, token):
        intake = request.env.ref("lead_capture.user_intake").id
        # the token alone names the channel; its secret is for managers to read
        channels_sudo = request.env(user=intake, su=True)["lead.channel"]
        return channels_sudo._find_by_token(token)

    def _keep_body(self):
        """Read the body once, before anything is made of it."""
        try:
            request.httprequest.get_data()
        except RequestEntityTooLarge:
            werkzeug.exceptions.abort(self._refuse(Refusal("too_large")))

    def _read_parts(self, body):
        """:return: fields of a form in several parts, without its files; else None"""
        sent = request.httprequest
        if sent.mimetype != "multipart/form-data":
            return None
        boundary = sent.mimetype_params.get("boundary", "").encode()
        parser = MultiPartParser(max_form_parts=MAX_VALUES)
        try:
            form, _files = parser.parse(io.BytesIO(body), boundary, len(body))
        except RequestEntityTooLarge:
            raise Refusal("too_many_fields") from None
        except ValueError:
            raise Refusal("malformed") from None
        return list(form.items(multi=True))

    def _get_own_origin(self):
        return request.httprequest.host_url.rstrip("/")

    def _refuse(self, refusal):
        response = self._answer(refusal.status, {"error": refusal.code})
        if refusal.retry_after:
            response.headers["Retry-After"] = str(refusal.retry_after)
        return response

    def _answer(self, status, answer):
        return request.make_response(
            json.dumps(answer),
            headers=[
                ("Content-Type", "application/json; charset=utf-8"),
                ("Cache-Control", "no-store"),
            ],
            status=status,
        )
