from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.priors import DEFAULT_PERIOD, MIN_CLIENTS


class ClientRiskPeriod(models.Model):
    """How often the average client of a segment buys: who is silent longer is silent.

    The median over clients of their own rhythms, for a few who buy once in two years
    must not say when to call the others; the mean is shown beside it. Measured once a
    month.
    """

    _name = "client.risk.period"
    _description = "Usual Period of a Segment"
    _order = "month_id desc, client_count desc, id"
    _rec_name = "client_type_id"

    month_id = fields.Many2one(
        comodel_name="client.risk.month",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="month_id.company_id", store=True)
    client_type_id = fields.Many2one(
        comodel_name="client.type",
        string="Type of Client",
        readonly=True,
        ondelete="cascade",
        help="Empty: all clients of the company.",
    )
    median_days = fields.Float(
        string="Median Period",
        readonly=True,
        digits=(10, 1),
        aggregator="avg",
        help="Days between two purchases of the client in the middle.",
    )
    mean_days = fields.Float(
        string="Mean Period", readonly=True, digits=(10, 1), aggregator="avg"
    )
    client_count = fields.Integer(
        string="Clients Who Bought Twice",
        readonly=True,
        help="On whom it was measured.",
    )

    @api.model
    def _measure(self, month):
        """Measure the rhythms of a month unless that is done, in one statement.

        A type of fewer clients than can speak for themselves counts as all others.
        """
        if self.search_count([("month_id", "=", month.id)], limit=1):
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_risk_period (
                            month_id, company_id, client_type_id,
                            median_days, mean_days, client_count,
                            create_uid, create_date, write_uid, write_date
                          )
                   SELECT %(month)s, %(company)s, partner.client_type_id,
                          PERCENTILE_CONT(0.5) WITHIN GROUP (
                              ORDER BY profile.period_days
                          ),
                          AVG(profile.period_days),
                          COUNT(*),
                          %(user)s, %(now)s, %(user)s, %(now)s
                     FROM client_profile profile
                     JOIN res_partner partner ON partner.id = profile.partner_id
                    WHERE profile.company_id = %(company)s
                      AND profile.active
                      AND profile.purchase_count > 1
                 GROUP BY GROUPING SETS ((), (partner.client_type_id))
                   HAVING (GROUPING(partner.client_type_id) = 1 AND COUNT(*) > 0)
                       OR (partner.client_type_id IS NOT NULL AND COUNT(*) >= %(least)s)
                """,
                month=month.id,
                company=month.company_id.id,
                least=MIN_CLIENTS,
                user=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.invalidate_model()
        month.invalidate_recordset(["period_ids"])

    @api.model
    def _get_of_company(self, company):
        """:return: id of a type -> median period in days; False is all others"""
        month = self.env["client.risk.month"]._get_current(company)
        found = {
            one.client_type_id.id: one.median_days
            for one in self.search([("month_id", "=", month.id)])
        }
        return {False: month.period_days or DEFAULT_PERIOD, **found}
