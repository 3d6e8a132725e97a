from odoo import api, fields, models
from odoo.tools import SQL, human_size
from odoo.tools.translate import LazyTranslate

from ..tools import telegram

_lt = LazyTranslate(__name__)

# How a message stands that is not simply there. The numbers come from ``reason_data``.
REASONS = {
    "queued": _lt("on its way"),
    "again": _lt("on its way: tried %(attempts)s times, comes again"),
    "blocked": _lt("The person has stopped the bot and gets no messages from it."),
    "no_chat": _lt("The messenger does not know this conversation any more."),
    "token": _lt("The channel is not connected: its token is not accepted."),
    "server": _lt("The messenger could not be reached: tried %(attempts)s times."),
    "too_many": _lt("The messenger takes no more messages now: tried too often."),
    "conflict": _lt("The messenger could not be reached: tried %(attempts)s times."),
    "too_big": _lt("The file is too large for the messenger: %(size)s."),
    "refused": _lt("The messenger refused it: %(words)s"),
    "unknown": _lt(
        "Nobody knows whether it arrived: sending was cut off. Send it again if the "
        "person does not react."
    ),
    "no_https": _lt("The address for answers must begin with https://."),
    "no_host": _lt("The address for answers cannot be found."),
    "private": _lt("The address for answers is not on the internet."),
    "cancelled": _lt("not sent"),
}


class LeadChatMessage(models.Model):
    """One message of a conversation, with at most one file.

    What came in is received; what goes out is queued, sent after the transaction that
    wrote it, and either sent or failed with the reason.
    """

    _name = "lead.chat.message"
    _description = "Message of a Chat"
    _inherit = ["lead.chat.message.view", "lead.chat.outbox", "lead.chat.files"]
    _order = "id desc"
    _rec_name = "body"

    chat_id = fields.Many2one(
        comodel_name="lead.chat",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="chat_id.company_id", store=True, index=True, readonly=True
    )
    messenger = fields.Selection(related="chat_id.messenger")
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The lead the conversation was about at that time.",
    )
    direction = fields.Selection(
        selection=[("in", "From the client"), ("out", "To the client")],
        required=True,
        readonly=True,
    )
    body = fields.Text(string="Text", readonly=True)
    moment = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now, string="When"
    )
    message_key = fields.Char(
        readonly=True, help="What the messenger calls this message."
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="By",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    is_auto = fields.Boolean(string="Automatic", readonly=True)
    asks_phone = fields.Boolean(readonly=True)
    mail_message_id = fields.Many2one(
        comodel_name="mail.message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    state = fields.Selection(
        selection=[
            ("received", "Received"),
            ("queued", "On Its Way"),
            ("sending", "Being Sent"),
            ("sent", "Sent"),
            ("failed", "Not Delivered"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
    )
    reason_code = fields.Selection(
        selection=[(code, code) for code in REASONS], readonly=True
    )
    reason_data = fields.Json(readonly=True)
    reason = fields.Char(compute="_compute_reason", string="How It Stands")
    attempts = fields.Integer(readonly=True, aggregator=None)
    next_try_at = fields.Datetime(readonly=True)
    claimed_at = fields.Datetime(readonly=True)
    file_ref = fields.Char(
        readonly=True, groups="base.group_system", help="The file at the messenger."
    )
    file_name = fields.Char(string="File", readonly=True)
    file_size = fields.Integer(readonly=True, aggregator=None, help="Bytes.")
    file_state = fields.Selection(
        selection=[
            ("waiting", "Being Fetched"),
            ("fetched", "There"),
            ("failed", "Could Not Be Fetched"),
        ],
        readonly=True,
    )
    attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _key_uniq = models.UniqueIndex(
        "(chat_id, direction, message_key) WHERE message_key IS NOT NULL",
        "This message is known already.",
    )
    _outbox_idx = models.Index("(chat_id, id) WHERE state IN ('queued', 'sending')")
    _files_idx = models.Index("(id) WHERE file_state = 'waiting'")

    # === COMPUTE METHODS ===

    @api.depends("state", "reason_code", "reason_data", "attempts")
    @api.depends_context("lang")
    def _compute_reason(self):
        for message in self:
            code = message.reason_code
            if not code and message.state in ("queued", "sending"):
                code = "again" if message.attempts else "queued"
            elif not code and message.state == "cancelled":
                code = "cancelled"
            message.reason = message._explain(code) if code else ""

    def _explain(self, code):
        """:return: one sentence about a code of ``REASONS``"""
        data = self.reason_data if isinstance(self.reason_data, dict) else {}
        words = self.env._(REASONS[code])
        return words % {
            "attempts": self.attempts,
            "size": human_size(self.file_size or 0),
            "words": data.get("words") or "",
        }

    # === ACTION METHODS ===

    def action_send_again(self):
        """Put messages that did not arrive into the outbox once more."""
        self.check_access("read")
        failed = self.filtered(lambda one: one.state == "failed")
        failed.lead_id._check_chat_answer()
        # sudo: whoever may answer on the lead; nobody writes these rows by hand
        failed.sudo().write(
            {
                "state": "queued",
                "reason_code": False,
                "reason_data": False,
                "attempts": 0,
                "next_try_at": False,
            }
        )
        self._wake_outbox()
        return True

    # === BUSINESS METHODS ===

    @api.model
    def _receive(self, chat, event, moment, body):
        """Keep an incoming message, once.

        :return: the message; nothing when it was known already
        """
        file = event.file
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO lead_chat_message (
                                chat_id, company_id, direction, body, moment,
                                message_key, state, file_ref, file_name, file_size,
                                file_state, create_uid, create_date, write_uid,
                                write_date
                            )
                     VALUES (%(chat)s, %(company)s, 'in', %(body)s, %(moment)s,
                             %(key)s, 'received', %(ref)s, %(name)s, %(size)s,
                             %(file_state)s, %(uid)s, %(now)s, %(uid)s, %(now)s)
                ON CONFLICT (chat_id, direction, message_key)
                      WHERE message_key IS NOT NULL
                         DO NOTHING
                  RETURNING id
                """,
                chat=chat.id,
                company=chat.company_id.id,
                body=body,
                moment=moment,
                key=event.message_key or None,
                ref=file.ref if file else None,
                name=file.name if file else None,
                size=min(file.size, 2**31 - 1) if file else None,
                file_state="waiting" if file else None,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        chat.invalidate_recordset(["message_ids"])
        return self.browse(self.env.cr.fetchone())

    @api.model
    def _get_limits(self, messenger):
        """:return: the longest text of a message and below a file, in UTF-16 units"""
        if messenger == "telegram":
            return telegram.MAX_MESSAGE, telegram.MAX_CAPTION
        return 4000, 1000
