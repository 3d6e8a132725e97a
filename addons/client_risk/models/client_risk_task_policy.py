from odoo import api, fields, models

RECALL_DAYS = 14


class ClientRiskPolicy(models.Model):
    _inherit = "client.risk.policy"

    recall_days = fields.Integer(
        string="Call Again after (Days)",
        default=RECALL_DAYS,
        help="A client who is still at risk so many days after the call is called "
        "again. 0: only when it gets worse.",
    )

    _recall_days_positive = models.Constraint(
        "CHECK (recall_days >= 0)", "Nobody is called again before he was called."
    )

    @api.model
    def _get_default_recall_days(self):
        """:return: the days for clients whom no policy fits"""
        return RECALL_DAYS
