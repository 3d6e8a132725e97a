from odoo import api, fields, models


class LeadCalled(models.AbstractModel):
    """Has the telephone calls with its client."""

    _name = "lead.called"
    _inherit = ["lead.call.back"]
    _description = "Lead with Calls"

    call_ids = fields.One2many(
        comodel_name="lead.call",
        inverse_name="lead_id",
        string="Calls",
        readonly=True,
        groups="client_base.group_client_user",
    )
    call_count = fields.Integer(
        string="Number of Calls",
        compute="_compute_call_count",
        groups="client_base.group_client_user",
    )

    @api.depends("call_ids")
    def _compute_call_count(self):
        counts = dict(
            self.env["lead.call"]._read_group(
                [("lead_id", "in", self.ids)], ["lead_id"], ["__count"]
            )
        )
        for lead in self:
            lead.call_count = counts.get(lead._origin, 0)

    def action_open_calls(self):
        """Open the calls with the client about this lead."""
        self.ensure_one()
        self.env["lead.call"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_call_action"
        )
        action["domain"] = [("lead_id", "=", self.id)]
        action["context"] = {}
        return action

    def _merge_dependences(self, opportunities):
        """Calls go with the lead that stays."""
        result = super()._merge_dependences(opportunities)
        self.sudo()._take_calls(opportunities)  # of whomever they are
        return result

    def _take_calls(self, leads):
        (leads - self).call_ids._tell({"lead_id": self.id})

    def _follow_arrival(self, requests):
        """Show each call at the lead it made, and ask somebody to call back.

        Last of all, when it is known whose lead it is.
        """
        result = super()._follow_arrival(requests)
        calls = requests.filtered(lambda request: request.lead_id in self).call_id
        if calls:
            calls._follow_requests(requests)
        return result
