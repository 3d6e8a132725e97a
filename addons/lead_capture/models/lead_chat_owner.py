from odoo import api, fields, models


class LeadChatOwner(models.AbstractModel):
    """Knows the conversations with a client in messengers."""

    _name = "lead.chat.owner"
    _description = "Client with Chats"

    lead_chat_count = fields.Integer(
        string="Chats",
        compute="_compute_lead_chat_count",
        groups="client_base.group_client_user",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_lead_chat_count(self):
        counts = dict(
            self.env["lead.chat"]._read_group(
                [("client_id", "in", self.commercial_partner_id.ids)],
                ["client_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.lead_chat_count = counts.get(partner.commercial_partner_id, 0)

    def action_open_lead_chats(self):
        """Open the conversations with this client."""
        self.ensure_one()
        chats = self.env["lead.chat"].search(
            [("client_id", "=", self.commercial_partner_id.id)]
        )
        if len(chats) == 1:
            return chats._open_record(chats)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_chat_action"
        )
        return {**action, "domain": [("id", "in", chats.ids)], "context": {}}
