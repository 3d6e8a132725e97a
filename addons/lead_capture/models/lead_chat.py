from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

MESSENGERS = [
    ("telegram", "Telegram"),
    ("viber", "Viber"),
    ("whatsapp", "WhatsApp"),
    ("instagram", "Instagram"),
    ("other", "Messenger"),
]


class LeadChat(models.Model):
    """One conversation in a messenger, with one person.

    Whoever wrote is known for sure by the key of the conversation: the messenger says
    who it is. What was said is on the lead as well, where it is answered.
    """

    _name = "lead.chat"
    _description = "Chat"
    _inherit = ["lead.chat.view", "lead.chat.talk"]
    # who waits for an answer, the longest first; then what was said last
    _order = "unanswered_since, last_message_at desc, id desc"

    channel_id = fields.Many2one(
        comodel_name="lead.channel",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    messenger = fields.Selection(selection=MESSENGERS, required=True, readonly=True)
    chat_key = fields.Char(
        required=True,
        readonly=True,
        help="What the messenger calls this conversation.",
    )
    name = fields.Char(string="Person", readonly=True)
    username = fields.Char(readonly=True)
    phone = fields.Char(
        readonly=True, help="Shared by the person in the messenger itself."
    )
    lang = fields.Char(string="Language", readonly=True)
    start_payload = fields.Char(
        string="Came by the Link",
        readonly=True,
        help="What the link to the bot said: the page or the advertisement it was on.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    client_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Firm",
        store=True,
        index="btree_not_null",
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The open lead this conversation is about; after it is won or lost, the "
        "next message opens a new one.",
    )
    user_id = fields.Many2one(related="lead_id.user_id", string="Salesperson")
    message_ids = fields.One2many(
        comodel_name="lead.chat.message",
        inverse_name="chat_id",
        string="Messages",
        readonly=True,
    )
    last_message_at = fields.Datetime(readonly=True)
    last_text = fields.Char(string="Last Words", readonly=True)
    unanswered_since = fields.Datetime(
        string="Waits Since",
        readonly=True,
        help="The first message of the person that no colleague has answered yet.",
    )
    greeted_at = fields.Datetime(
        readonly=True, help="When the bot said something by itself for the first time."
    )
    phone_asked_at = fields.Datetime(readonly=True)
    state = fields.Selection(
        selection=[("open", "Open"), ("blocked", "Stopped by the Person")],
        required=True,
        default="open",
        readonly=True,
    )

    _key_uniq = models.Constraint(
        "UNIQUE (channel_id, chat_key)", "This conversation is known already."
    )
    _waiting_idx = models.Index("(unanswered_since, last_message_at DESC, id DESC)")
    _person_idx = models.Index("(messenger, chat_key)")

    @api.depends("name", "username", "messenger")
    def _compute_display_name(self):
        labels = dict(self._fields["messenger"]._description_selection(self.env))
        for chat in self:
            who = chat.name or chat.username or chat.phone or chat.chat_key
            chat.display_name = f"{who} ({labels.get(chat.messenger)})"

    # === ACTION METHODS ===

    def action_answer(self):
        """Open the dialog in which a colleague answers."""
        self.ensure_one()
        self.check_access("read")
        if not self.lead_id:
            raise UserError(
                self.env._("This conversation has no open lead: write to the client.")
            )
        return self.lead_id._open_chat_answer(self)

    def action_open_lead(self):
        """Open the lead, where the conversation goes on."""
        self.ensure_one()
        self.check_access("read")
        if not self.lead_id:
            return self.action_open_client()
        return self._open_record(self.lead_id)

    def action_open_client(self):
        """Open the card of the client."""
        self.ensure_one()
        self.check_access("read")
        if not self.partner_id:
            raise UserError(self.env._("Nobody knows yet whose conversation this is."))
        return self._open_record(self.partner_id)

    @api.model
    def _open_record(self, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS ===

    @api.model
    def _take(self, channel, event):
        """Find or make the conversation of an event, and hold it until the end.

        One statement decides who makes it, whoever else is at it.

        :param event: ``messenger.ChatEvent``
        """
        now = self.env.cr.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO lead_chat (
                                channel_id, company_id, messenger, chat_key, state,
                                create_uid, write_uid, create_date, write_date
                            )
                     VALUES (%(channel)s, %(company)s, %(messenger)s, %(key)s, 'open',
                             %(uid)s, %(uid)s, %(now)s, %(now)s)
                ON CONFLICT (channel_id, chat_key) DO UPDATE
                        SET write_date = EXCLUDED.write_date
                  RETURNING id
                """,
                channel=channel.id,
                company=channel.company_id.id,
                messenger=event.messenger,
                key=event.chat_key,
                uid=self.env.uid,
                now=now,
            )
        )
        chat = self.browse(self.env.cr.fetchone())
        chat._note_person(event)
        return chat

    def _note_person(self, event):
        """Keep what the person calls himself now, and the phone he shared."""
        told = {
            "name": event.person.name,
            "username": event.person.username,
            "phone": event.phone,
            "lang": event.person.lang,
            "start_payload": event.payload,
        }
        values = {
            name: value for name, value in told.items() if value and self[name] != value
        }
        if event.event == "blocked" and self.state != "blocked":
            values["state"] = "blocked"
        elif event.event in ("message", "unblocked") and self.state != "open":
            values["state"] = "open"
        if values:
            self.write(values)

    def _find_client(self):
        """Say who is certain to be here: this conversation, or one of the same person.

        A messenger names a person the same in every channel of a company.

        :return: ``res.partner``, archived and merged ones are nobody
        """
        if self.partner_id.active:
            return self.partner_id
        if self.messenger == "telegram":
            same = self.search(
                [
                    ("messenger", "=", "telegram"),
                    ("chat_key", "=", self.chat_key),
                    ("company_id", "=", self.company_id.id),
                    ("partner_id.active", "=", True),
                ],
                limit=1,
            )
            return same.partner_id or self._find_by_username()
        return self.env["res.partner"]

    def _find_by_username(self):
        """Find the one client whose card names this account of Telegram."""
        if not self.username:
            return self.env["res.partner"]
        # sudo: who it is does not depend on what the account of requests may read
        points_sudo = self.env["client.contact.point"].sudo()
        points = points_sudo.search(
            [
                ("kind", "=", "telegram"),
                ("normalized", "=", self.username.lower()),
                ("partner_id.active", "=", True),
                ("company_id", "in", [False, self.company_id.id]),
            ]
        )
        found = points.partner_id[:1] if len(points.client_id) == 1 else None
        return self.env["res.partner"].browse(found.id if found else None)

    def _get_open_lead(self):
        """:return: the lead of this conversation that is neither won nor lost"""
        lead = self.lead_id
        is_open = lead.active and lead.won_status == "pending"
        return lead if is_open else self.env["crm.lead"]

    def _note_incoming(self, moment, text):
        self.write(
            {
                "last_message_at": max(self.last_message_at or moment, moment),
                "last_text": text[:120],
                "unanswered_since": self.unanswered_since or moment,
            }
        )

    def _note_outgoing(self, moment, text, *, is_auto):
        """An answer of a person ends the waiting; an automatic one does not."""
        values = {"last_message_at": moment, "last_text": text[:120]}
        if not is_auto:
            values["unanswered_since"] = False
        self.write(values)

    def _get_waiting(self):
        """:return: how long the person has waited, as text; "" when nobody waits"""
        if not self.unanswered_since:
            return ""
        minutes = int(
            (fields.Datetime.now() - self.unanswered_since).total_seconds() // 60
        )
        if minutes < 60:
            return self.env._("%(count)s min", count=max(minutes, 0))
        if minutes < 48 * 60:
            return self.env._("%(count)s h", count=minutes // 60)
        return self.env._("%(count)s days", count=minutes // (24 * 60))
