from odoo import api, fields, models


class LeadCallOwner(models.AbstractModel):
    """Knows the telephone calls with a client."""

    _name = "lead.call.owner"
    _description = "Client with Calls"

    lead_call_count = fields.Integer(
        string="Calls",
        compute="_compute_lead_call_count",
        groups="client_base.group_client_user",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_lead_call_count(self):
        counts = dict(
            self.env["lead.call"]._read_group(
                [("partner_id", "in", self.commercial_partner_id.ids)],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.lead_call_count = counts.get(partner.commercial_partner_id, 0)

    def action_open_lead_calls(self):
        """Open the calls with this client."""
        self.ensure_one()
        self.env["lead.call"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_call_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {}
        return action
