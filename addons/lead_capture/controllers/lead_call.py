from urllib.parse import parse_qsl

from odoo import http
from odoo.http import request

from ..tools.refusal import Refusal
from .lead_capture import LeadCaptureController, door


class LeadCallController(LeadCaptureController):
    """The door for telephone exchanges."""

    @door("/lead_capture/<string:token>/call")
    def receive_call(self, token):
        """Take an event of a call, JSON or the fields of a form."""
        return self._serve(token, lambda channel, event: channel._take_call(event))

    @http.route(
        "/lead_capture/<string:token>/call",
        type="http",
        auth="none",
        methods=["GET"],
        csrf=False,
        save_session=False,
        max_content_length=0,
        is_lead_door=True,
    )
    def check_call_address(self, token):
        """Prove to a service that asks for it that the address is ours."""
        # not as arguments: a stranger would choose their names
        asked = parse_qsl(request.httprequest.query_string.decode("latin-1"))
        try:
            echo = self._get_channel(token)._get_call_echo(dict(asked[:20]))
        except Refusal as refusal:
            return self._make_answer({"error": refusal.code}, refusal.status)
        return request.make_response(
            echo,
            headers=[
                ("Content-Type", "text/plain; charset=utf-8"),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )
