from odoo import api, fields, models
from odoo.tools import SQL

from ..models.client_profile import SECTORS, STATUSES


class ClientSales(models.Model):
    """What one client bought in one month: repeat sales, tickets, segments that pay."""

    _name = "client.sales"
    _description = "Sales by Segment of Clients"
    _inherit = ["client.measure"]
    _auto = False
    _order = "month desc, amount desc, id"
    _rec_name = "partner_id"
    _depends = {
        "client.profile": ["abc_class", "company_id", "first_date", "partner_id"],
        "client.purchase": ["amount", "company_id", "date", "partner_id"],
    }

    month = fields.Date(readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    manager_id = fields.Many2one(related="partner_id.user_id", string="Manager")
    client_type_id = fields.Many2one(related="partner_id.client_type_id")
    client_group_ids = fields.Many2many(
        related="partner_id.client_group_ids", string="Groups Now"
    )
    abc_class = fields.Selection(
        selection=[("A", "A"), ("B", "B"), ("C", "C")], string="ABC", readonly=True
    )
    sector = fields.Selection(selection=SECTORS, string="Sector Now", readonly=True)
    status = fields.Selection(selection=STATUSES, string="Status Now", readonly=True)
    first_month = fields.Date(string="Month of the First Purchase", readonly=True)
    amount = fields.Monetary(
        string="Revenue", readonly=True, help="Without tax, less what came back."
    )
    purchase_count = fields.Integer(
        string="Purchases", readonly=True, help="Days on which a client bought."
    )
    client_count = fields.Integer(
        string="Clients", readonly=True, help="Who bought, each counted once."
    )
    ticket = fields.Monetary(
        string="Average Ticket", readonly=True, help="Revenue by purchase."
    )
    repeat_amount = fields.Monetary(
        string="Repeat Revenue",
        readonly=True,
        help="Revenue from clients who had bought before.",
    )
    repeat_share = fields.Float(
        string="Repeat Buyers",
        readonly=True,
        aggregator="avg",
        help="Share of those who bought not for the first time.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT bought.id, bought.month, bought.partner_id, bought.company_id,
                   bought.amount, bought.purchase_count,
                   bought.client_count,
                   bought.amount / NULLIF(bought.purchase_count, 0) AS ticket,
                   CASE WHEN is_repeat.value = 1 THEN bought.amount ELSE 0 END
                       AS repeat_amount,
                   is_repeat.value::float8 AS repeat_share,
                   profile.abc_class, profile.sector, profile.status,
                   DATE_TRUNC('month', profile.first_date::timestamp)::date
                       AS first_month
              FROM (%s) AS bought
         LEFT JOIN client_profile profile
                ON profile.partner_id = bought.partner_id
               AND profile.company_id = bought.company_id
        CROSS JOIN LATERAL (
                   SELECT (
                       bought.purchase_count > 1 OR profile.first_date < bought.month
                   )::int4 AS value
                   ) AS is_repeat
            """,
            self._select_months(),
        )

    @api.model
    def _select_months(self):
        """:return: SQL of what each client bought in each month"""
        return SQL(
            """
            SELECT MIN(purchase.id) AS id,
                   DATE_TRUNC('month', purchase.date::timestamp)::date AS month,
                   purchase.partner_id,
                   purchase.company_id,
                   SUM(purchase.amount) AS amount,
                   COUNT(DISTINCT purchase.date) FILTER (WHERE purchase.amount > 0)
                       ::int4 AS purchase_count,
                   MAX((purchase.amount > 0)::int4) AS client_count
              FROM (%s) AS purchase
          GROUP BY purchase.partner_id, purchase.company_id, 2
            """,
            self.env["client.purchase"]._table_query,
        )

    @api.model
    def _get_measures(self, query):
        """Count each client once, and divide sums, not averages."""
        names = ("partner_id", "client_count", "amount", "purchase_count")
        client, bought, amount, count = (
            self._field_to_sql(self._table, name, query) for name in names
        )
        repeat = self._field_to_sql(self._table, "repeat_share", query)
        clients = SQL("COUNT(DISTINCT %s) FILTER (WHERE %s = 1)", client, bought)
        return {
            "client_count": clients,
            "ticket": SQL("SUM(%s) / NULLIF(SUM(%s), 0)", amount, count),
            "repeat_share": SQL(
                "COUNT(DISTINCT %s) FILTER (WHERE %s = 1 AND %s = 1)::float8 "
                "/ NULLIF(%s, 0)",
                client,
                bought,
                repeat,
                clients,
            ),
        }

    def action_open_client(self):
        """Open the card."""
        self.ensure_one()
        self.check_access("read")
        return self.partner_id.get_formview_action()
