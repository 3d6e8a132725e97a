from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

MONTHS = [
    ("01", "January"),
    ("02", "February"),
    ("03", "March"),
    ("04", "April"),
    ("05", "May"),
    ("06", "June"),
    ("07", "July"),
    ("08", "August"),
    ("09", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]
# Whole years alone tell seasons; more than two are another company.
MAX_YEARS = 2


class ClientSeason(models.Model):
    """How much of a year's sales a month makes: by category of goods, type of client.

    Measured once a month over whole years, for it reads all lines of all documents.
    """

    _name = "client.season"
    _description = "Season of Sales"
    _inherit = ["client.measure"]
    _order = "month, category, id"
    _rec_name = "month"
    _log_access = False

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    client_type_id = fields.Many2one(
        comodel_name="client.type", readonly=True, ondelete="cascade"
    )
    category = fields.Char(readonly=True, help="Of what was bought.")
    month = fields.Selection(selection=MONTHS, required=True, readonly=True)
    amount = fields.Monetary(
        string="Revenue", readonly=True, help="Of this month in one or two years."
    )
    year_amount = fields.Monetary(
        string="Revenue of All Months", readonly=True, aggregator=None
    )
    index = fields.Float(
        string="Index of Season",
        readonly=True,
        aggregator="avg",
        digits=(6, 2),
        help="1: an average month; 1.5: half as much again; 0.5: half of it.",
    )
    measured_on = fields.Date(readonly=True)

    @api.model
    def _get_measures(self, query):
        amount, whole = (
            self._field_to_sql(self._table, name, query)
            for name in ("amount", "year_amount")
        )
        return {
            "index": SQL(
                "%s * SUM(%s)::float8 / NULLIF(SUM(%s), 0)", len(MONTHS), amount, whole
            )
        }

    @api.model
    def _measure(self, company):
        """Measure the seasons of a company, once a month."""
        today = self.env["client.profile"]._get_today(company)
        until = today.replace(day=1)
        domain = [("company_id", "=", company.id)]
        if self.search_count([*domain, ("measured_on", ">=", until)], limit=1):
            return
        self.env.flush_all()
        since = self._get_begin(company, until)
        self.search(domain).unlink()
        if since:
            lines = self.env["client.purchase.lines"]._select_lines(
                company,
                since - relativedelta(days=1),
                until - relativedelta(days=1),
            )
            self.env.cr.execute(self._insert_seasons(company, today, lines))
            self.invalidate_model()

    @api.model
    def _get_begin(self, company, until):
        """:return: the day on which the years begin; None before there is one"""
        ((first,),) = self.env.execute_query(
            SQL(
                "SELECT MIN(first_date) FROM client_profile WHERE company_id = %s",
                company.id,
            )
        )
        years = relativedelta(until, first.replace(day=1)).years if first else 0
        return until - relativedelta(years=min(years, MAX_YEARS)) if years > 0 else None

    @api.model
    def _insert_seasons(self, company, today, lines):
        """:return: SQL that stores each month of each category and type, sold or not"""
        return SQL(
            """
            INSERT INTO client_season (
                        company_id, client_type_id, category, month, amount,
                        year_amount, index, measured_on
                      )
            WITH line AS (%(lines)s),
                 sold AS (
                     SELECT partner.client_type_id,
                            COALESCE(NULLIF(line.category, ''), categ.complete_name)
                                AS category,
                            TO_CHAR(line.day, 'MM') AS month,
                            SUM(line.amount) AS amount
                       FROM line
                       JOIN res_partner partner ON partner.id = line.partner_id
                  LEFT JOIN product_product product ON product.id = line.product_id
                  LEFT JOIN product_template template
                         ON template.id = product.product_tmpl_id
                  LEFT JOIN product_category categ ON categ.id = template.categ_id
                   GROUP BY 1, 2, 3
                 ),
                 whole AS (
                     SELECT client_type_id, category, SUM(amount) AS amount
                       FROM sold
                   GROUP BY client_type_id, category
                     HAVING SUM(amount) > 0
                 )
            SELECT %(company)s, whole.client_type_id, whole.category, step.month,
                   COALESCE(sold.amount, 0), whole.amount,
                   %(months)s * COALESCE(sold.amount, 0) / whole.amount, %(today)s
              FROM whole
        CROSS JOIN UNNEST(%(codes)s) AS step(month)
         LEFT JOIN sold
                ON sold.month = step.month
               AND sold.client_type_id IS NOT DISTINCT FROM whole.client_type_id
               AND sold.category IS NOT DISTINCT FROM whole.category
            """,
            lines=lines,
            company=company.id,
            months=len(MONTHS),
            codes=SQL("%s::varchar[]", [code for code, _name in MONTHS]),
            today=today,
        )
