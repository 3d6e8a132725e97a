from odoo import api, fields, models

REMOVAL_FIELDS = (
    "client_removal_id",
    "client_removal_reason_id",
    "client_removal_date",
    "client_removal_review_date",
)


class RemovalOwner(models.AbstractModel):
    """Shows on the card that the client is off active sales in the company at hand."""

    _name = "client.removal.owner"
    _description = "Client Who May Be off Active Sales"

    client_removal_id = fields.Many2one(
        comodel_name="client.removal",
        string="Off Active Sales",
        compute="_compute_client_removal_id",
        groups="client_base.group_client_user",
    )
    client_removal_reason_id = fields.Many2one(
        comodel_name="client.leaving.reason",
        compute="_compute_client_removal_id",
        string="Taken off Because",
        groups="client_base.group_client_user",
    )
    client_removal_date = fields.Date(
        compute="_compute_client_removal_id",
        string="Taken off on",
        groups="client_base.group_client_user",
    )
    client_removal_review_date = fields.Date(
        compute="_compute_client_removal_id",
        string="Look Again on",
        groups="client_base.group_client_user",
    )

    @api.depends("commercial_partner_id", "client_status")
    @api.depends_context("company")
    def _compute_client_removal_id(self):
        """Look for removals of those alone whose status says there is one."""
        removed = self.filtered(lambda partner: partner.client_status == "removed")
        removals = self.env["client.removal"]
        if removed:
            removals = removals._get_open(removed, self.env.company)
        by_client = removals.grouped("partner_id")
        for partner in self:
            client = partner.commercial_partner_id
            removal = by_client.get(client, removals.browse())
            partner.client_removal_id = removal
            partner.client_removal_reason_id = removal.reason_id
            partner.client_removal_date = removal.date
            partner.client_removal_review_date = removal.review_date

    def action_take_back_client(self):
        """Take the client back into active sales."""
        self.ensure_one()
        self.check_access("read")
        return self.client_removal_id.action_take_back()

    def action_open_removals(self):
        """Open what was decided about the client."""
        self.ensure_one()
        self.env["client.removal"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_risk.client_removal_action"
        )
        return {
            **action,
            "domain": [("partner_id", "=", self.commercial_partner_id.id)],
            "context": {},
        }
