from odoo import api, fields, models


class RequestOwner(models.AbstractModel):
    """Shows on a card what its client, and the people who work there, wrote."""

    _name = "lead.request.owner"
    _description = "Owner of Requests"

    lead_request_count = fields.Integer(
        string="Requests",
        compute="_compute_lead_request_count",
        groups="client_base.group_client_user",
    )

    @api.depends("child_ids")
    def _compute_lead_request_count(self):
        everyone = self | self.child_ids
        counts = dict(
            self.env["lead.request"]._read_group(
                [("partner_id", "in", everyone.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            family = partner._origin | partner.child_ids._origin
            partner.lead_request_count = sum(counts.get(one, 0) for one in family)

    def action_open_lead_requests(self):
        """Open the requests of a client and of the people who work there."""
        self.ensure_one()
        self.check_access("read")
        self.env["lead.request"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_request_action"
        )
        ids = (self | self.child_ids).ids
        return {**action, "domain": [("partner_id", "in", ids)], "context": {}}
