from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ..tools import messenger
from .lead_chat import MESSENGERS

MAX_ANSWER = 20_000  # characters: five messages of Telegram


class LeadChatted(models.AbstractModel):
    """Is answered in the messenger the client wrote in."""

    _name = "lead.chatted"
    _description = "Lead with a Chat"

    chat_ids = fields.One2many(
        comodel_name="lead.chat",
        inverse_name="lead_id",
        string="Chats",
        readonly=True,
        groups="client_base.group_client_user",
    )
    chat_count = fields.Integer(
        string="Messages in Chats",
        compute="_compute_chat_count",
        groups="client_base.group_client_user",
    )
    chat_messenger = fields.Selection(
        selection=MESSENGERS,
        string="Messenger",
        compute="_compute_chat_messenger",
        groups="client_base.group_client_user",
    )

    @api.depends("chat_ids")
    def _compute_chat_count(self):
        counts = dict(
            self.env["lead.chat.message"]._read_group(
                [("lead_id", "in", self.ids)], ["lead_id"], ["__count"]
            )
        )
        for lead in self:
            lead.chat_count = counts.get(lead._origin, 0)

    @api.depends("chat_ids.messenger", "chat_ids.state")
    def _compute_chat_messenger(self):
        for lead in self:
            lead.chat_messenger = lead._get_chat_to_answer().messenger

    # === ACTION METHODS ===

    def action_answer_chat(self):
        """Open the dialog that answers in the messenger."""
        self.ensure_one()
        self._check_chat_answer()
        chat = self._get_chat_to_answer()
        if not chat:
            raise UserError(
                self.env._(
                    "The client cannot be answered in a messenger: nobody wrote there, "
                    "or the person has stopped the bot."
                )
            )
        return self._open_chat_answer(chat)

    def action_open_chats(self):
        """Open the conversations about this lead."""
        self.ensure_one()
        self.env["lead.chat"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_chat_action"
        )
        chats = (
            self.chat_ids
            | self.env["lead.chat.message"].search([("lead_id", "=", self.id)]).chat_id
        )
        if len(chats) == 1:
            return chats._open_record(chats)
        return {**action, "domain": [("id", "in", chats.ids)], "context": {}}

    def _open_chat_answer(self, chat):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "Answer in %(messenger)s", messenger=chat._get_messenger_name()
            ),
            "res_model": "lead.chat.answer",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_lead_id": self.id, "default_chat_id": chat.id},
        }

    # === ANSWERING ===

    def _get_chat_to_answer(self):
        """:return: the conversation where something was said last"""
        chats = self.chat_ids.filtered(lambda chat: chat.state == "open")
        return chats.sorted("last_message_at", reverse=True)[:1]

    def _check_chat_answer(self):
        """Who may write on a lead may answer its client."""
        self.check_access("write")
        self.env["lead.chat"].check_access("read")

    def _answer_chat(self, chat, text, files):
        """Answer the client: queued for the messenger, shown on the lead at once.

        :param files: ``ir.attachment`` records that the user may read
        """
        self.ensure_one()
        self._check_chat_answer()
        text = (text or "").strip()[:MAX_ANSWER]
        if not text and not files:
            raise UserError(self.env._("Write something first, or choose a file."))
        if chat.lead_id != self or chat.state != "open":
            raise UserError(
                self.env._("This conversation belongs to another lead now, or is over.")
            )
        shown = self.message_post(
            body=plaintext2html(text) if text else "",
            subject=chat._get_messenger_name(),
            message_type="messenger",
            subtype_xmlid="mail.mt_comment",
            attachment_ids=files.ids,
        )
        # sudo: rows of the conversation are written by nobody by hand
        chat_sudo = chat.sudo()
        chat_sudo.message_ids._queue(
            chat_sudo,
            self._split_answer(chat, text, files.sudo()),
            user_id=self.env.uid,
            mail_message_id=shown.id,
        )
        now = fields.Datetime.now()
        chat_sudo._note_outgoing(now, text or files[:1].name, is_auto=False)
        self._note_answer(self.env.user, now)
        return shown

    @api.model
    def _split_answer(self, chat, text, files):
        """:return: pairs of text and file; a short text stands below the first file"""
        longest, below_file = chat.message_ids._get_limits(chat.messenger)
        nothing = self.env["ir.attachment"]
        parts = messenger.split_text(text, longest)
        if files and len(parts) == 1 and messenger.units(text) <= below_file:
            return [(text, files[0]), *(("", file) for file in files[1:])]
        return [(part, nothing) for part in parts] + [("", file) for file in files]

    # === ARRIVAL ===

    def _follow_arrival(self, requests):
        """Take down what was said, then answer by itself when that is wanted."""
        result = super()._follow_arrival(requests)
        for request in requests.filtered("chat_id").sorted("id"):
            event = request.channel_id._read_chat_event(request.payload or {})
            request.chat_id._follow_request(request, event)
        return result

    # === WITH OTHERS ===

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # sudo: the conversations go where the lead goes, whoever may see them
        for model in ("lead.chat", "lead.chat.message"):
            found_sudo = (
                self.env[model].sudo().search([("lead_id", "in", opportunities.ids)])
            )
            found_sudo.write({"lead_id": self.id})
        return result

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """What was said in a messenger is not sent to the client once more by mail."""
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        if message.sudo().message_type != "messenger":
            return recipients
        return [one for one in recipients if not one.get("share", True)]
