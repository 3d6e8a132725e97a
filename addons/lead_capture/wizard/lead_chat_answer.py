from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

MAX_SEND = 20 * 1024 * 1024  # bytes of one file: what every messenger takes


class LeadChatAnswer(models.TransientModel):
    """An answer to a client in the messenger he wrote in."""

    _name = "lead.chat.answer"
    _description = "Answer in a Messenger"

    lead_id = fields.Many2one(
        comodel_name="crm.lead", required=True, readonly=True, ondelete="cascade"
    )
    chat_id = fields.Many2one(
        comodel_name="lead.chat", required=True, readonly=True, ondelete="cascade"
    )
    conversation = fields.Html(compute="_compute_conversation", sanitize=False)
    template_id = fields.Many2one(
        comodel_name="mail.template",
        string="Begin With",
        domain="[('model', '=', 'crm.lead')]",
        help="The text of a letter template, with the values of this lead filled in.",
    )
    body = fields.Text(
        string="Answer", compute="_compute_body", store=True, readonly=False
    )
    attachment_ids = fields.Many2many(comodel_name="ir.attachment", string="Files")

    @api.depends("chat_id")
    def _compute_conversation(self):
        """Show it with the rights of the reader: a related field asks for none."""
        for answer in self:
            answer.conversation = answer.chat_id.conversation

    @api.depends("template_id")
    def _compute_body(self):
        for answer in self.filtered("template_id"):
            answer.body = answer._fill_in()

    def _fill_in(self):
        """:return: the text of the template for the lead, in the client's language"""
        self.lead_id.check_access("read")
        if self.template_id.model != self.lead_id._name:
            raise UserError(self.env._("This template is not for requests."))
        lead_id = self.lead_id.id
        texts = self.template_id._render_field(
            "body_html", [lead_id], set_lang=self.chat_id._get_lang()
        )
        return html2plaintext(texts[lead_id], include_references=False).strip()

    def action_send(self):
        """Answer, and keep the answer on the lead."""
        self.ensure_one()
        self.check_access("write")
        self.lead_id._answer_chat(self.chat_id, self.body, self._take_files())
        return {"type": "ir.actions.act_window_close"}

    def _take_files(self):
        """Make the files those of the lead, which its readers may read.

        :return: ``ir.attachment``; a file of another document is copied
        """
        files = self.attachment_ids
        files.check_access("read")
        if any((file.file_size or 0) > MAX_SEND for file in files):
            raise UserError(
                self.env._("A file is too large for a messenger: 20 MB at most.")
            )
        place = {"res_model": "crm.lead", "res_id": self.lead_id.id}
        loose = files.filtered(
            lambda file: not file.res_id and file.create_uid == self.env.user
        )
        loose.write(place)
        taken = self.env["ir.attachment"]
        for file in files:
            taken |= file if file in loose else file.copy(place)
        return taken
