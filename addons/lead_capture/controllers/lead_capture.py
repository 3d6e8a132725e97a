import io
import json

import werkzeug
from markupsafe import Markup
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import MultiPartParser

from odoo import http
from odoo.http import request

from ..tools.form_snippet import MARK
from ..tools.payload import MAX_VALUES
from ..tools.refusal import Refusal

# Nobody has reason to send more; a channel may take less.
MAX_BODY = 2 * 1024 * 1024
PREFLIGHT_SECONDS = 600
INTAKE = "lead_capture.user_intake"
# A page of ours runs what stands in it, loads nothing and talks to nobody else.
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
BARE_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


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

    @http.route(
        "/lead_capture/<string:token>/preview",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def preview(self, token):
        """Show the form as a site will, to those who set it up."""
        channels = request.env["lead.channel"]
        is_head = request.env.user.has_group("client_base.group_client_manager")
        channel = channels.search([("token", "=", token)]) if is_head else channels
        if not channel:
            return request.not_found()
        return self._make_page(
            channel,
            note=request.env._("This form works: what you send here is a request."),
            form=channel._render_form(channel._get_door_path()),
            policy=PAGE_POLICY,
        )

    # === ONE DELIVERY ===

    def _serve(self, token, take):
        """Answer one delivery.

        :param take: function of the channel and the event; gives the answer, an object
        :return: response; short JSON, or a page for a browser without script
        """
        channel = None
        try:
            channel = self._get_channel(token)
            channel._check_origin(self._get_origin(), self._get_own_origin())
            if request.httprequest.method == "OPTIONS":
                return self._allow(channel, self._make_answer({}, 204))
            event = self._read_event(channel)
            response = self._answer(channel, event, take(channel, event))
        except Refusal as refusal:
            response = self._refuse(refusal, channel)
        return self._allow(channel, response) if channel else response

    def _read_event(self, channel):
        sent = request.httprequest
        body = sent.get_data()
        if len(body) > channel.max_body_kb * 1024:
            raise Refusal("too_large")
        channel._authenticate(sent.headers, body)
        form = self._read_parts(body)
        return channel._get_event(sent.headers, body, form, sent.remote_addr)

    def _get_channel(self, token):
        intake = request.env["ir.model.data"]._xmlid_to_res_id(INTAKE)
        # the token alone names the channel; its secret is for managers to read
        channels_sudo = request.env(user=intake, su=True)["lead.channel"]
        return channels_sudo._find_by_token(token)

    def _keep_body(self):
        """Read the body once, before anything is made of it."""
        try:
            request.httprequest.get_data()
        except RequestEntityTooLarge:
            werkzeug.exceptions.abort(self._refuse(Refusal("too_large"), None))

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

    def _get_origin(self):
        return request.httprequest.headers.get("Origin", "").lower()

    def _get_own_origin(self):
        return request.httprequest.host_url.rstrip("/").lower()

    # === ANSWERS ===

    def _answer(self, channel, event, answer):
        """Say that it is stored: a number to programs, words to a visitor."""
        if not self._is_visitor() and MARK not in event.payload:
            return self._make_answer(answer)
        page = channel._get_thanks_page(self._get_origin())
        if self._is_visitor():
            if page:
                response = self._make_answer({}, 303)
                response.headers["Location"] = page
                return response
            return self._make_page(channel, said=channel._get_thanks())
        words = {"message": channel._get_thanks(), "redirect": page}
        return self._make_answer({**answer, **words})

    def _refuse(self, refusal, channel):
        channel = channel or request.env["lead.channel"]
        message = channel._in_own_language()._describe_refusal(refusal.code)
        if channel and self._is_visitor():
            response = self._make_page(channel, said=message, status=refusal.status)
        else:
            answer = {"error": refusal.code, "message": message}
            response = self._make_answer(answer, refusal.status)
        if refusal.retry_after:
            response.headers["Retry-After"] = str(refusal.retry_after)
        return response

    def _is_visitor(self):
        """Whether a browser has sent a form by itself, and shows what we answer."""
        sent = request.httprequest
        return sent.mimetype in (
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ) and "text/html" in sent.headers.get("Accept", "")

    def _allow(self, channel, response):
        """Let scripts of the channel's own sites read the answer, and no others."""
        origin = self._get_origin()
        response.headers["Vary"] = "Origin"
        if origin and origin in channel._get_allowed_origins():
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Methods"] = "POST"
            response.headers["Access-Control-Allow-Headers"] = (
                "Content-Type, X-Event-Id"
            )
            response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        return response

    def _make_answer(self, answer, status=200):
        return request.make_response(
            json.dumps(answer) if status != 204 else "",
            headers=[
                ("Content-Type", "application/json; charset=utf-8"),
                ("Cache-Control", "no-store"),
            ],
            status=status,
        )

    def _make_page(
        self, channel, *, said="", note="", form="", status=200, policy=BARE_PAGE_POLICY
    ):
        lang = (channel.lang or request.env.lang or "en").replace("_", "-")
        values = {"title": channel.name, "lang": lang}
        values.update(said=said, note=note, form=form)
        page = request.env["ir.qweb"].sudo()._render("lead_capture.door_page", values)
        return request.make_response(
            Markup("<!DOCTYPE html>\n") + page,
            headers=[
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Security-Policy", policy),
                ("Referrer-Policy", "same-origin"),
                ("Cache-Control", "no-store"),
            ],
            status=status,
        )
