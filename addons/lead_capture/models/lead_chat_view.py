from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_datetime
from odoo.tools.mail import plaintext2html

SHOWN = 60  # messages of a conversation, the last ones

BUBBLE = Markup(
    """<div class="d-flex %(side)s mb-2">
    <div class="rounded-3 px-3 py-2 %(colour)s" style="max-width: 85%%">
        <div class="text-break">%(body)s</div>%(file)s
        <div class="small text-muted text-end">%(foot)s</div>
    </div>
</div>"""
)
FILE = Markup(
    """<div><a href="/web/content/%(id)s?download=true">"""
    """<i class="fa fa-paperclip me-1"></i>%(name)s</a></div>"""
)
NO_FILE = Markup(
    """<div class="text-muted"><i class="fa fa-paperclip me-1"></i>%(name)s</div>"""
)
COLOURS = {
    "in": "bg-200",
    "out": "bg-primary-subtle",
    "failed": "bg-danger-subtle",
}


class LeadChatView(models.AbstractModel):
    """Shows a conversation like a messenger does, and what is to be done next."""

    _name = "lead.chat.view"
    _description = "Conversation as it is Shown"

    conversation = fields.Html(compute="_compute_conversation", sanitize=False)
    next_act = fields.Char(string="What Next", compute="_compute_next_act")
    is_waiting = fields.Boolean(
        compute="_compute_is_waiting", search="_search_is_waiting", string="Waits"
    )

    @api.depends("message_ids.state", "message_ids.body", "message_ids.attachment_id")
    @api.depends_context("lang", "tz")
    def _compute_conversation(self):
        for chat in self:
            messages = self.env["lead.chat.message"].search(
                [("chat_id", "=", chat._origin.id)], order="id desc", limit=SHOWN
            )
            chat.conversation = Markup().join(
                message._render_bubble() for message in reversed(messages)
            )

    @api.depends("unanswered_since", "state", "lead_id.activity_summary")
    @api.depends_context("lang")
    def _compute_next_act(self):
        failed = self._fetch_failed()
        for chat in self:
            chat.next_act = chat._get_next_act(chat._origin.id in failed)

    def _get_next_act(self, has_failed):
        """:return: one short sentence"""
        if self.state == "blocked":
            return self.env._("Stopped by the person: call or write a letter")
        if has_failed:
            return self.env._("Your last answer did not arrive: open and send it again")
        if self.unanswered_since:
            return self.env._("Answer: waits for %(time)s", time=self._get_waiting())
        if self.lead_id.activity_ids:
            activity = self.lead_id.activity_ids[0]
            return activity.summary or activity.activity_type_id.name or ""
        if self.lead_id:
            return self.env._("Answered: plan the next step on the lead")
        return self.env._("Nothing: no open lead")

    def _fetch_failed(self):
        """:return: ids of the chats whose last outgoing message did not arrive"""
        groups = self.env["lead.chat.message"]._read_group(
            [("chat_id", "in", self._origin.ids), ("direction", "=", "out")],
            ["chat_id"],
            ["id:max"],
        )
        last = self.env["lead.chat.message"].browse([id_ for _chat, id_ in groups])
        return set(last.filtered(lambda one: one.state == "failed").chat_id.ids)

    @api.depends("unanswered_since")
    def _compute_is_waiting(self):
        for chat in self:
            chat.is_waiting = bool(chat.unanswered_since)

    @api.model
    def _search_is_waiting(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("unanswered_since", "!=" if True in value else "=", False)]


class LeadChatMessageView(models.AbstractModel):
    """Shows one message as a bubble: the person's on the left, ours on the right."""

    _name = "lead.chat.message.view"
    _description = "Message as it is Shown"

    def _render_bubble(self):
        """:rtype: markupsafe.Markup"""
        is_out = self.direction == "out"
        return BUBBLE % {
            "side": "justify-content-end" if is_out else "justify-content-start",
            "colour": COLOURS[self._get_colour()],
            "body": plaintext2html(self.body) if self.body else "",
            "file": self._render_file(),
            "foot": self._get_foot(),
        }

    def _get_colour(self):
        return "failed" if self.state == "failed" else self.direction

    def _render_file(self):
        if not self.file_name:
            return ""
        if not self.attachment_id:
            return NO_FILE % {"name": self.file_name}
        return FILE % {"id": self.attachment_id.id, "name": self.file_name}

    def _get_foot(self):
        """:return: when, by whom, and how it stands when it has not arrived"""
        when = format_datetime(self.env, self.moment, dt_format="short")
        who = self.user_id.name or (self.is_auto and self.env._("automatic")) or ""
        how = self.reason if self.state not in ("received", "sent") else ""
        return " · ".join(filter(None, [who, when, how]))
