from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_review_interval = fields.Integer(
        related="company_id.client_review_interval", readonly=False
    )
    client_duplicate_policy = fields.Selection(
        related="company_id.client_duplicate_policy", readonly=False
    )
    client_head_id = fields.Many2one(
        related="company_id.client_head_id", readonly=False
    )
    client_daily_cap = fields.Integer(
        related="company_id.client_daily_cap", readonly=False
    )
