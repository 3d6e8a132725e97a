from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lead_join_days = fields.Integer(related="company_id.lead_join_days", readonly=False)
    lead_keep_days = fields.Integer(related="company_id.lead_keep_days", readonly=False)
    lead_auto_reply_hours = fields.Integer(
        related="company_id.lead_auto_reply_hours", readonly=False
    )
    lead_reject_blacklisted = fields.Boolean(
        related="company_id.lead_reject_blacklisted", readonly=False
    )
