from odoo import api, fields, models


class InteractionOwner(models.AbstractModel):
    """Knows what was offered to a client, and when it was last spoken to."""

    _name = "client.interaction.owner"
    _description = "Client with a History"

    client_offer_ids = fields.One2many(
        comodel_name="client.offer",
        inverse_name="partner_id",
        string="Offers",
        groups="client_base.group_client_user",
    )
    client_offer_count = fields.Integer(
        string="Number of Offers",
        compute="_compute_client_offer_count",
        groups="client_base.group_client_user",
    )

    @api.depends("client_offer_ids")
    def _compute_client_offer_count(self):
        counts = dict(
            self.env["client.offer"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.client_offer_count = counts.get(partner, 0)

    # === ACTION METHODS ===

    def action_open_offers(self):
        """Open what was offered to this client."""
        self.ensure_one()
        self.env["client.offer"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_offer_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"default_partner_id": self.id}
        return action

    def action_new_offer(self):
        """Open an empty offer to this client."""
        self.ensure_one()
        self.env["client.offer"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Offer"),
            "res_model": "client.offer",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_partner_id": self.commercial_partner_id.id,
                "default_contact_id": not self.is_company and self.id,
            },
        }
