from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_reactivation_on = fields.Boolean(
        related="company_id.client_reactivation_on", readonly=False
    )
    client_reactivation_weekly = fields.Integer(
        related="company_id.client_reactivation_weekly", readonly=False
    )
    client_reactivation_window = fields.Integer(
        related="company_id.client_reactivation_window", readonly=False
    )
    client_reactivation_months = fields.Integer(
        related="company_id.client_reactivation_months", readonly=False
    )
    client_reactivation_rest = fields.Integer(
        related="company_id.client_reactivation_rest", readonly=False
    )
