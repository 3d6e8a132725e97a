from odoo import api, fields, models
from odoo.tools import SQL


class ClientRiskPolicy(models.Model):
    _inherit = "client.risk.policy"

    reactivation_days = fields.Integer(
        string="Silent after (Days)",
        help="Who is silent longer is to be won back. 0: the period of the average "
        "client of the segment, as measured.",
    )

    _reactivation_days_positive = models.Constraint(
        "CHECK (reactivation_days BETWEEN 0 AND 3650)",
        "“Silent after” must be between 0 and 3650 days.",
    )

    @api.model
    def _select_silence(self, company):
        """:return: SQL of the days after which a ``partner`` counts as silent"""
        policies = self.sudo()._get_of_company(company)  # the same for whoever asks
        chosen = [0, *policies.mapped("reactivation_days")]
        periods = self.env["client.risk.period"]._get_of_company(company)
        usual = periods.pop(False)
        return SQL(
            """
            COALESCE(
                NULLIF((%(chosen)s)[%(policy)s + 1], 0),
                (%(days)s)[ARRAY_POSITION(%(types)s, partner.client_type_id)],
                %(usual)s::float8
            )
            """,
            chosen=SQL("%s::int4[]", chosen),
            policy=self._select_choice(policies),
            days=SQL("%s::float8[]", list(periods.values())),
            types=SQL("%s::int4[]", list(periods)),
            usual=usual,
        )
