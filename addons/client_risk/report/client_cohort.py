from odoo import api, fields, models
from odoo.tools import SQL

# So many months are followed: cohorts and what they do.
MONTHS = 24


class ClientCohort(models.Model):
    """What is left of the clients of a month: who bought for the first time then.

    One row is a month of first purchases, a number of months since, a type and a
    manager. Rows without buyers are there too, so that shares are those of all. The
    current month is not over and no part of it.
    """

    _name = "client.cohort"
    _description = "Retention of Clients"
    _inherit = ["client.measure"]
    _auto = False
    _order = "month desc, age, id"
    _rec_name = "month"
    _depends = {
        "client.profile": ["active", "company_id", "first_date", "partner_id"],
        "client.purchase": ["amount", "company_id", "date", "partner_id"],
        "res.partner": ["client_type_id", "user_id"],
    }

    month = fields.Date(string="Month of the First Purchase", readonly=True)
    age = fields.Integer(
        string="Months Since",
        readonly=True,
        aggregator=None,
        help="0 is the month of the first purchase.",
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    manager_id = fields.Many2one(comodel_name="res.users", readonly=True)
    client_type_id = fields.Many2one(comodel_name="client.type", readonly=True)
    size = fields.Integer(
        string="New Clients",
        readonly=True,
        help="Who bought for the first time in the month.",
    )
    buyers = fields.Integer(
        string="Of Them Bought", readonly=True, help="In that month."
    )
    share = fields.Float(
        string="Still Buying",
        readonly=True,
        aggregator="avg",
        help="Share of the new clients who bought that many months later.",
    )
    amount = fields.Monetary(string="Revenue", readonly=True)
    per_client = fields.Monetary(
        string="Revenue by New Client",
        readonly=True,
        help="What they bought, by the number of all new clients of the month.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH client AS (%(clients)s),
                 bought AS (%(bought)s),
                 cohort AS (
                     SELECT month, company_id, manager_id, client_type_id,
                            COUNT(*)::int4 AS size
                       FROM client
                   GROUP BY month, company_id, manager_id, client_type_id
                 )
            SELECT ROW_NUMBER() OVER (
                       ORDER BY cohort.company_id, cohort.month, cohort.manager_id,
                                cohort.client_type_id, step.age
                   ) AS id,
                   cohort.*,
                   step.age,
                   COALESCE(bought.buyers, 0) AS buyers,
                   COALESCE(bought.buyers, 0)::float8 / cohort.size AS share,
                   COALESCE(bought.amount, 0) AS amount,
                   COALESCE(bought.amount, 0) / cohort.size AS per_client
              FROM cohort
        CROSS JOIN LATERAL GENERATE_SERIES(0, %(age)s - 1) AS step(age)
         LEFT JOIN bought
                ON bought.month = cohort.month
               AND bought.age = step.age
               AND bought.company_id = cohort.company_id
               AND bought.manager_id IS NOT DISTINCT FROM cohort.manager_id
               AND bought.client_type_id IS NOT DISTINCT FROM cohort.client_type_id
            """,
            clients=self._select_clients(),
            bought=self._select_bought(),
            age=self._months_between(
                SQL("cohort.month"), SQL("%s::date", fields.Date.context_today(self))
            ),
        )

    @api.model
    def _select_clients(self):
        """:return: SQL of who bought for the first time, when, and whose he is"""
        return SQL(
            """
            SELECT profile.partner_id,
                   profile.company_id,
                   DATE_TRUNC('month', profile.first_date::timestamp)::date AS month,
                   partner.user_id AS manager_id,
                   partner.client_type_id
              FROM client_profile profile
              JOIN res_partner partner ON partner.id = profile.partner_id
             WHERE profile.first_date >= %s
            """,
            self._get_start(),
        )

    @api.model
    def _get_start(self):
        """:return: the first day of the oldest cohort: what is older matters to none"""
        today = fields.Date.context_today(self)
        return fields.Date.subtract(today.replace(day=1), months=MONTHS)

    @api.model
    def _select_bought(self):
        """:return: SQL of how many of a cohort bought after how many months"""
        return SQL(
            """
            SELECT client.month, client.company_id, client.manager_id,
                   client.client_type_id,
                   %(age)s AS age,
                   COUNT(DISTINCT purchase.partner_id)
                       FILTER (WHERE purchase.amount > 0)::int4 AS buyers,
                   SUM(purchase.amount) AS amount
              FROM (%(purchases)s) AS purchase
              JOIN client
                ON client.partner_id = purchase.partner_id
               AND client.company_id = purchase.company_id
             WHERE purchase.date >= %(start)s
          GROUP BY 1, 2, 3, 4, 5
            """,
            age=self._months_between(SQL("client.month"), SQL("purchase.date")),
            start=self._get_start(),
            purchases=self.env["client.purchase"]._table_query,
        )

    @api.model
    def _months_between(self, first, then):
        return SQL(
            """(
                (EXTRACT(YEAR FROM %(then)s) - EXTRACT(YEAR FROM %(first)s)) * 12
                 + EXTRACT(MONTH FROM %(then)s) - EXTRACT(MONTH FROM %(first)s)
            )::int4""",
            first=first,
            then=then,
        )

    @api.model
    def _get_measures(self, query):
        size, buyers, amount = (
            self._field_to_sql(self._table, name, query)
            for name in ("size", "buyers", "amount")
        )
        return {
            "share": SQL("SUM(%s)::float8 / NULLIF(SUM(%s), 0)", buyers, size),
            "per_client": SQL("SUM(%s) / NULLIF(SUM(%s), 0)", amount, size),
        }
