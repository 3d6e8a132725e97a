from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    client_reactivated_on = fields.Date(readonly=True)
    client_reactivation_on = fields.Boolean(
        string="Win Silent Clients Back",
        default=True,
        help="Cases open by themselves every night.",
    )
    client_reactivation_weekly = fields.Integer(
        string="New Cases a Week",
        default=10,
        help="The most new cases a manager gets in a week; a fifth of it a day.",
    )
    client_reactivation_window = fields.Integer(
        string="Days to Buy after the Last Attempt",
        default=30,
        help="Who buys within this time was won back.",
    )
    client_reactivation_months = fields.Integer(
        string="Months of Returned Revenue",
        default=6,
        help="What a client buys for in this time after his return is counted.",
    )
    client_reactivation_rest = fields.Integer(
        string="Days of Rest after a Loss",
        default=180,
        help="So long no new case opens for a client who was not won back.",
    )

    _client_reactivation_positive = models.Constraint(
        """CHECK (client_reactivation_weekly >= 0
                  AND client_reactivation_window BETWEEN 1 AND 365
                  AND client_reactivation_months BETWEEN 1 AND 60
                  AND client_reactivation_rest BETWEEN 0 AND 3650)""",
        "The numbers of winning back must be positive and reasonable.",
    )
