from collections import Counter

from odoo import api, fields, models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = [
        "res.partner",
        "client.profile.owner",
        "client.purchase.card",
        "client.removal.owner",
        "client.suggestion.owner",
        "client.task.owner",
    ]

    client_transaction_ids = fields.One2many(
        comodel_name="client.transaction",
        inverse_name="partner_id",
        string="Transactions",
        groups="client_base.group_client_user",
    )
    client_transaction_count = fields.Integer(
        compute="_compute_client_transaction_count",
        groups="client_base.group_client_user",
    )

    @api.depends("client_transaction_ids")
    def _compute_client_transaction_count(self):
        """Count the documents of the client and of those that belong to it."""
        clients = self.commercial_partner_id
        counts = Counter()
        for partner, count in self.env["client.transaction"]._read_group(
            [("partner_id.commercial_partner_id", "in", clients.ids)],
            ["partner_id"],
            ["__count"],
        ):
            counts[partner.commercial_partner_id] += count
        for partner in self:
            partner.client_transaction_count = counts[partner.commercial_partner_id]

    def action_open_client_transactions(self):
        """Open the documents of the client and of those that belong to it."""
        self.ensure_one()
        self.env["client.transaction"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_risk.client_transaction_action"
        )
        return {
            **action,
            "domain": [
                ("partner_id.commercial_partner_id", "=", self.commercial_partner_id.id)
            ],
            "context": {},
        }
