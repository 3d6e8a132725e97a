from odoo import api, fields, models


class ClientProfileCounted(models.AbstractModel):
    """Says which clients are in the history of the base, and has them counted."""

    _name = "client.profile.counted"
    _description = "Profiles in the History of the Base"
    _inherit = ["client.profile.judge"]

    is_counted = fields.Boolean(
        readonly=True,
        help="The client's past is in the history of the base already.",
    )

    @api.model
    def _follow_up(self, company, today, partner_ids=None):
        """Have the base counted once all clients are judged."""
        result = super()._follow_up(company, today, partner_ids)
        cron = self.env.ref("client_risk.ir_cron_client_stay", False)
        if partner_ids is None and cron:
            cron._trigger()
        return result
