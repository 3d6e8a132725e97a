from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_purchase_event = fields.Selection(
        related="company_id.client_purchase_event", readonly=False, required=True
    )
    client_removal_by_manager = fields.Boolean(
        related="company_id.client_removal_by_manager", readonly=False
    )
