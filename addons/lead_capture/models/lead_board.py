from odoo import api, fields, models
from odoo.tools import html2plaintext

USER = "client_base.group_client_user"
MANAGER = "client_base.group_client_manager"
QUESTION_LENGTH = 160


class LeadBoard(models.AbstractModel):
    """Stands on the board of clients who wait for an answer."""

    _name = "lead.board"
    _description = "Lead on the Board"

    client_name = fields.Char(
        string="Client", compute="_compute_client_name", groups=USER
    )
    question = fields.Char(
        string="Asks",
        compute="_compute_question",
        groups=USER,
        help="The first line of what the client wrote.",
    )

    @api.depends("partner_id", "contact_name", "partner_name")
    def _compute_client_name(self):
        for lead in self:
            lead.client_name = (
                lead.partner_id.display_name or lead.contact_name or lead.partner_name
            )

    @api.depends("description", "name")
    def _compute_question(self):
        for lead in self:
            text = html2plaintext(lead.description or "")
            lines = (line.strip() for line in text.splitlines())
            first = next(filter(None, lines), "")
            lead.question = (first or lead.name or "")[:QUESTION_LENGTH]

    @api.model
    def _get_board_action(self):
        """:return: the board: a head begins with everybody's, others with their own"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.crm_lead_action_answer"
        )
        if self.env.user.has_group(MANAGER):
            action["context"] = {}
        return action

    def action_answered(self):
        """Ask how the client was answered where Odoo does not see it.

        :return: an action that opens the dialog
        """
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answered"),
            "res_model": "lead.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_lead_id": self.id},
        }
