from odoo import fields, models


class ClientRiskMonth(models.Model):
    _inherit = "client.risk.month"

    period_ids = fields.One2many(
        comodel_name="client.risk.period",
        inverse_name="month_id",
        string="Usual Periods",
        readonly=True,
    )
