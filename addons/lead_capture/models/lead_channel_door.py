import json
import time
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import network, signature
from ..tools import payload as payloads
from ..tools.door_event import DoorEvent
from ..tools.refusal import Refusal

# What comes without a key is the same event when it says the same within this time.
SAME_MINUTES = 10
RATE_MINUTES = 1
OPEN_TO_ALL = ("form",)
# What one delivery needs of its channel, read with one query.
DOOR_FIELDS = [
    "kind",
    "company_id",
    "lang",
    "is_signed",
    "secret",
    "allowed_origins",
    "max_body_kb",
    "address_limit",
    "channel_limit",
]


class LeadChannelDoor(models.AbstractModel):
    """How a channel receives: who may send, how much, and that it is kept.

    The last of the concerns of a channel: a kind that knows its senders in another way,
    or reads them otherwise, overrides ``_authenticate``, ``_get_event`` or
    ``_take_event`` in a mixin of its own and calls super for the other kinds.
    """

    _name = "lead.channel.door"
    _description = "Channel that Receives"

    allowed_origins = fields.Text(
        string="Sites",
        help="The sites that the form stands on, one a line, for example "
        "https://www.example.com. A form on another site is refused. Empty: any site.",
    )
    max_body_kb = fields.Integer(
        string="Largest Request (kB)", default=256, help="A larger one is refused."
    )
    address_limit = fields.Integer(
        string="Per Address and Minute",
        compute="_compute_limits",
        store=True,
        readonly=False,
        help="So many requests a minute are taken from one address; 0: any number. Of "
        "IPv6 a whole network (/64) counts as one.",
    )
    channel_limit = fields.Integer(
        string="Altogether per Minute",
        compute="_compute_limits",
        store=True,
        readonly=False,
        help="So many requests a minute are taken by the channel; 0: any number.",
    )

    @api.depends("kind")
    def _compute_limits(self):
        """Limit what anybody can send; elsewhere the address itself is a secret."""
        for channel in self:
            is_open = channel.kind in OPEN_TO_ALL
            channel.address_limit = 30 if is_open else 0
            channel.channel_limit = 600 if is_open else 0

    # === WHO SENDS ===

    @api.model
    def _find_by_token(self, token):
        """:raises Refusal: the same for a token that never was and an archived one"""
        domain = [("token", "=", token)]
        is_token = token and token.isascii() and token.isprintable()
        channel = self.search_fetch(domain, DOOR_FIELDS, limit=1) if is_token else self
        if not channel:
            raise Refusal("unknown")
        return channel

    def _check_origin(self, origin, own_origin):
        """Refuse a browser that sends from a page of a site that is not listed.

        :param origin: the header, ``""`` for programs that are no browsers
        :param own_origin: of this Odoo, which shows the form as a preview
        """
        origins = self._get_allowed_origins()
        if origin and origins and origin not in (*origins, own_origin):
            raise Refusal("bad_origin")

    def _get_allowed_origins(self):
        """:return: list of ``scheme://host[:port]``, in lower case"""
        lines = (self.allowed_origins or "").split()
        return [
            f"{parts.scheme}://{parts.netloc}".lower()
            for parts in map(urlsplit, lines)
            if parts.netloc
        ]

    def _authenticate(self, headers, body):
        """Refuse a sender who does not prove what this channel asks to be proved.

        A signature that is there has to be right, asked for or not.

        :param headers: mapping of HTTP headers
        :param bytes body: as it was sent
        :raises Refusal: status 401
        """
        header = headers.get("X-Signature", "")
        if self.is_signed or header:
            signature.check(self.secret or "", body, header, int(time.time()))

    def _check_rate(self, event):
        """Refuse more than the limits, told by what is stored: no row is waited for.

        :raises Refusal: status 429
        """
        sender = network.name_network(event.remote_addr)
        limits = [
            (self.address_limit, SQL("AND remote_network = %s", sender)),
            (self.channel_limit, SQL()),
        ]
        since = fields.Datetime.now() - timedelta(minutes=RATE_MINUTES)
        for limit, condition in limits:
            if limit > 0 and self._is_rate_reached(limit, condition, since):
                raise Refusal("too_often", retry_after=60 * RATE_MINUTES)

    def _is_rate_reached(self, limit, condition, since):
        ((count,),) = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*)
                  FROM (
                      SELECT 1
                        FROM lead_request
                       WHERE channel_id = %(channel)s
                         AND received_at > %(since)s
                         %(condition)s
                       LIMIT %(limit)s
                       ) AS recent
                """,
                channel=self.id,
                since=since,
                condition=condition,
                limit=limit,
            )
        )
        return count >= limit

    # === WHAT IS TOLD ===

    def _get_event(self, headers, body, form, remote_addr):
        """Read what was sent.

        :param headers: mapping of HTTP headers
        :param bytes body: as it was sent
        :param form: list of (name, value) of a form in several parts, else ``None``
        :rtype: DoorEvent
        :raises Refusal: status 400
        """
        payload = self._get_payload(headers, body, form)
        key = headers.get("X-Event-Id", "")
        if self.is_signed or not key:
            # who overheard a signed delivery can change what is beside the body
            key = self._get_event_key(payload) or key
        return DoorEvent(payload, payloads.tidy_key(key), remote_addr)

    @api.model
    def _get_payload(self, headers, body, form):
        """:raises Refusal: for what is neither a form nor JSON"""
        mimetype = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if form is not None:
            return payloads.make_object(form)
        if mimetype == "application/x-www-form-urlencoded":
            return payloads.read_form(body)
        if mimetype in ("", "text/plain") or mimetype.endswith(("/json", "+json")):
            return payloads.read_json(body)
        raise Refusal("bad_content_type")

    def _get_event_key(self, payload):
        """:return: what the payload calls the event, ``""`` for nothing"""
        return payload.get("event_key", "")

    def _take_event(self, event):
        """Keep an event, once.

        :return: the JSON object that the sender gets as his answer
        """
        try:
            self._check_rate(event)
        except Refusal:
            # an answer that was given already costs nothing to give again
            known = self._find_request(event.payload, event.key)
            if not known:
                raise
            return {"request": known}
        number = self._store_request(
            event.payload, event.key, remote_addr=event.remote_addr, raw=event.raw
        )
        return {"request": number}

    # === KEEPING ===

    def _store_request(
        self, payload, event_key=None, *, remote_addr=None, raw=None, kind="request"
    ):
        """Keep one request and have it worked on soon.

        The same key is the same request, for ever. Without a key the same payload is
        the same request for some minutes. A request of another transaction that was
        not committed yet ends in a serialization failure: try again.

        :param dict payload: as it came; no NUL, no lone surrogates
        :param str raw: what the payload was read from, when that says more
        :param kind: what it came as: "request", "call", "chat", "mail"
        :return: number of the request
        """
        events = [DoorEvent(payload, event_key or "", remote_addr or "", raw)]
        ((number, _is_new),) = self._store_requests(events, kind=kind)
        return number

    def _store_requests(self, events, kind="request"):
        """Keep many requests with one statement, see ``_store_request``.

        :param events: list of ``DoorEvent``
        :return: list of (number, whether it is new), in the order of the events
        """
        self.ensure_one()
        if not events:
            return []
        keys = self._get_keys(events)
        rows = self.env.execute_query(self._sql_store(events, keys, kind))
        numbers = {key: number for key, number, _is_new in rows}
        fresh = {key for key, _number, is_new in rows if is_new}
        if fresh:
            self.env["lead.request"]._wake()
        answers = []
        for key, _earlier in keys:
            answers.append((numbers[key], key in fresh))
            fresh.discard(key)  # twice in one batch is one request
        return answers

    def _find_request(self, payload, event_key=None):
        """:return: number of the request that this is a repetition of, else 0"""
        ((key, earlier),) = self._get_keys([DoorEvent(payload, event_key or "")])
        rows = self.env.execute_query(
            SQL(
                "SELECT number FROM lead_request AS request WHERE %s",
                self._sql_is_known(SQL("%s", key), SQL("%s", earlier)),
            )
        )
        return rows[0][0] if rows else 0

    @api.model
    def _get_keys(self, events):
        """Name each event; one without a name is called after what it says.

        :return: list of (key, key it would have had some minutes earlier)
        """
        slot = int(time.time()) // (60 * SAME_MINUTES)
        keys = []
        for event in events:
            if event.key:
                keys.append((event.key, event.key))
                continue
            digest = payloads.make_digest(event.payload)
            keys.append((f"body:{digest}:{slot}", f"body:{digest}:{slot - 1}"))
        return keys

    def _sql_is_known(self, key, earlier):
        """Say that ``request`` is the one of a key; an old digest is no key."""
        since = fields.Datetime.now() - timedelta(minutes=SAME_MINUTES)
        return SQL(
            """
            request.channel_id = %(channel)s
            AND request.event_key IN (%(key)s, %(earlier)s)
            AND (request.event_key = %(key)s OR request.received_at > %(since)s)
            """,
            channel=self.id,
            key=key,
            earlier=earlier,
            since=since,
        )

    def _sql_store(self, events, keys, kind):
        """:return: statement that gives key, number and whether it is new"""
        columns = self._prepare_request_columns(events, kind)
        return SQL(
            """
            WITH incoming AS (
                SELECT DISTINCT ON (told.event_key) told.*
                  FROM unnest(%(keys)s::varchar[], %(earlier)s::varchar[],
                              %(payloads)s::jsonb[], %(raws)s::text[],
                              %(addresses)s::varchar[], %(networks)s::varchar[])
                       WITH ORDINALITY
                       AS told(event_key, earlier, payload, raw, remote_addr,
                               remote_network, place)
              ORDER BY told.event_key, told.place
            ), known AS (
                SELECT incoming.event_key, request.number
                  FROM incoming
                  JOIN lead_request AS request
                    ON %(is_known)s
            ), stored AS (
                INSERT INTO lead_request (number, event_key, payload, raw, remote_addr,
                                          remote_network, %(names)s)
                SELECT nextval('lead_request_number_seq'), fresh.event_key,
                       fresh.payload, fresh.raw, fresh.remote_addr,
                       fresh.remote_network, %(values)s
                  FROM (
                      SELECT *
                        FROM incoming
                       WHERE event_key NOT IN (SELECT event_key FROM known)
                    ORDER BY place
                       ) AS fresh
                ON CONFLICT (channel_id, event_key) DO NOTHING
             RETURNING event_key, number
            )
            SELECT event_key, number, TRUE FROM stored
         UNION ALL
            SELECT event_key, number, FALSE FROM known
            """,
            keys=[key for key, _earlier in keys],
            earlier=[earlier for _key, earlier in keys],
            payloads=[json.dumps(event.payload) for event in events],
            raws=[event.raw for event in events],
            addresses=[event.remote_addr or None for event in events],
            networks=[
                network.name_network(event.remote_addr) or None for event in events
            ],
            is_known=self._sql_is_known(
                SQL("incoming.event_key"), SQL("incoming.earlier")
            ),
            names=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(SQL("%s", value) for value in columns.values()),
        )

    def _prepare_request_columns(self, events, kind):
        """:return: column -> value, what all requests of a batch have in common"""
        now = fields.Datetime.now()
        return {
            "channel_id": self.id,
            "company_id": self.company_id.id,
            "kind": kind,
            "state": "new",
            "received_at": now,
            "create_date": now,
            "write_date": now,
            "create_uid": self.env.uid,
            "write_uid": self.env.uid,
        }
