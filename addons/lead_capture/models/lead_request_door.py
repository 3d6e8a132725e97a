from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import payload as payloads
from ..tools.door_event import DoorEvent
from ..tools.refusal import Refusal
from .lead_channel import KINDS

MAX_ROWS = 1000
REQUEST_KINDS = [
    ("request", "Request"),
    ("call", "Call"),
    ("chat", "Chat"),
    ("mail", "Letter"),
]
# Who may tell requests by script.
TELLERS = (
    "client_base.group_client_user",
    "client_base.group_client_manager",
    "client_base.group_client_sync",
)
TELLERS_OF_ALL = TELLERS[1:]


class LeadRequestDoor(models.AbstractModel):
    """What the door writes of a request, and the door for scripts."""

    _name = "lead.request.door"
    _description = "Request at the Door"

    kind = fields.Selection(
        selection=REQUEST_KINDS, required=True, default="request", readonly=True
    )
    raw = fields.Text(
        string="As Received",
        readonly=True,
        help="What the payload was read from, when that says more.",
        prefetch=False,
    )

    remote_network = fields.Char(
        string="Network of the Sender",
        readonly=True,
        help="What counts as one sender: an address, of IPv6 a whole network.",
    )

    # by these the limits are counted
    _channel_rate_idx = models.Index("(channel_id, received_at)")
    _network_rate_idx = models.Index(
        "(remote_network, received_at) WHERE remote_network IS NOT NULL"
    )

    @api.model
    def submit(self, channel, rows):
        """Tell many requests at once; the same ones again change nothing.

        :param str channel: code of a channel of one of the caller's companies
        :param list rows: at most 1,000 plain dicts, read by the map of the channel;
            ``key``, when there is one, is the event key
        :return: in the order of the rows, ``{"key", "status", "number", "error_code",
            "message"}``; status "created", "unchanged" or "error" (number 0)
        :rtype: list[dict]
        """
        self._check_teller()
        if not isinstance(rows, list) or len(rows) > MAX_ROWS:
            raise UserError(
                self.env._("Send a list of at most %(n)s requests.", n=MAX_ROWS)
            )
        told_channel = self._get_told_channel(channel)
        events = [self._read_row(told_channel, row) for row in rows]
        good = [event for event in events if isinstance(event, DoorEvent)]
        stored = iter(told_channel._store_requests(good))
        return [
            self._answer_row(event, next(stored))
            if isinstance(event, DoorEvent)
            else self._answer_error(row, event, told_channel)
            for row, event in zip(rows, events, strict=True)
        ]

    @api.model
    def _check_teller(self):
        """:raises AccessError: for who may not tell requests"""
        if not any(map(self.env.user.has_group, TELLERS)):
            raise AccessError(self.env._("You may not send requests."))

    @api.model
    def _get_told_channel(self, code):
        """:raises UserError: when there is no such channel for the caller"""
        # sudo: who tells requests need not read channels; only his companies count
        channels_sudo = self.env["lead.channel"].sudo()
        found = channels_sudo.search(
            [
                ("code", "=", code if isinstance(code, str) else False),
                ("company_id", "in", self.env.companies.ids),
                ("kind", "in", self._get_told_kinds()),
            ]
        )
        own = found.filtered(lambda one: one.company_id == self.env.company)
        channel = (own or found)[:1]
        if not channel:
            raise UserError(self.env._("There is no channel with this code."))
        return channel

    @api.model
    def _get_told_kinds(self):
        """:return: kinds of the channels whose events the caller may tell

        What clients said by phone, in chats and letters is told by programs: a
        salesperson would put his words into their mouths.
        """
        kinds = {kind for kind, _name in KINDS}
        if not any(map(self.env.user.has_group, TELLERS_OF_ALL)):
            kinds -= {"call", "telegram", "email"}
        return list(kinds)

    @api.model
    def _read_row(self, channel, row):
        """:return: ``DoorEvent``, or the ``Refusal`` of the row"""
        try:
            payload = payloads.check(row)
            told = payload.get("key") or channel._get_event_key(payload)
            key = payloads.tidy_key(told)
        except Refusal as refusal:
            return refusal
        return DoorEvent(
            {name: value for name, value in payload.items() if name != "key"}, key
        )

    @api.model
    def _answer_row(self, event, stored):
        number, is_new = stored
        return {
            "key": event.key,
            "status": "created" if is_new else "unchanged",
            "number": number,
            "error_code": "",
            "message": "",
        }

    @api.model
    def _answer_error(self, row, refusal, channel):
        key = row.get("key") if isinstance(row, dict) else ""
        return {
            "key": key if isinstance(key, str) else "",
            "status": "error",
            "number": 0,
            "error_code": refusal.code,
            "message": channel._describe_refusal(refusal.code),
        }
