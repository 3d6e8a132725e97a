from odoo import api, fields, models
from odoo.tools import SQL

from ..models.client_load_notice import LEVELS
from ..tools import stays

# Ids are (id of the manager) * COMPANIES + (id of the company).
COMPANIES = 100_000
# Somebody has to work with these: with who buys, and with who could.
IN_WORK = (*(status.code for status in stays.ACTIVE), "prospect")


class ClientLoad(models.Model):
    """How many clients a manager looks after in a company, against the norm."""

    _name = "client.load"
    _description = "Load of a Manager"
    _inherit = ["client.measure"]
    _auto = False
    _order = "client_count desc, id"
    _rec_name = "manager_id"
    _depends = {
        "client.profile": [
            "active",
            "company_id",
            "money_at_stake",
            "partner_id",
            "sector",
            "status",
        ],
        "mail.activity": ["active", "date_deadline", "res_id", "res_model", "user_id"],
        "res.company": [
            "client_load_info",
            "client_load_norm",
            "client_load_warning",
            "currency_id",
        ],
        "res.partner": ["commercial_partner_id", "user_id"],
    }

    manager_id = fields.Many2one(comodel_name="res.users", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    client_count = fields.Integer(
        string="Clients in Work",
        readonly=True,
        help="Active clients and prospects in work: those that count for the norm.",
    )
    norm = fields.Integer(readonly=True, help="Set for the company.")
    load_share = fields.Float(
        string="Share of the Norm", readonly=True, aggregator="avg"
    )
    level = fields.Selection(selection=LEVELS, readonly=True)
    risk_count = fields.Integer(string="At Risk", readonly=True)
    growth_count = fields.Integer(string="Growth", readonly=True)
    watch_count = fields.Integer(string="Watched", readonly=True)
    rest_count = fields.Integer(
        string="Not in Work",
        readonly=True,
        help="Lost, silent after one or two purchases, removed, or nothing planned.",
    )
    task_count = fields.Integer(string="Open Tasks", readonly=True)
    late_count = fields.Integer(string="Overdue Tasks", readonly=True)
    money_at_stake = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH task AS (%(tasks)s),
                 looked_after AS (%(clients)s)
            SELECT client.manager_id::int8 * %(companies)s + client.company_id AS id,
                   client.*,
                   company.client_load_norm AS norm,
                   client.client_count::float8 / company.client_load_norm
                       AS load_share,
                   CASE WHEN client.client_count > company.client_load_norm
                        THEN 'over'
                        WHEN client.client_count >= company.client_load_warning
                        THEN 'warning'
                        WHEN client.client_count >= company.client_load_info
                        THEN 'info'
                        ELSE 'free'
                    END AS level,
                   COALESCE(task.task_count, 0) AS task_count,
                   COALESCE(task.late_count, 0) AS late_count
              FROM looked_after client
              JOIN res_company company ON company.id = client.company_id
         LEFT JOIN task
                ON task.user_id = client.manager_id
               AND task.company_id = client.company_id
            """,
            tasks=self._select_tasks(),
            clients=self._select_clients(),
            companies=COMPANIES,
        )

    @api.model
    def _select_clients(self):
        return SQL(
            """
            SELECT partner.user_id AS manager_id,
                   profile.company_id,
                   COUNT(*) FILTER (WHERE %(in_work)s)::int4 AS client_count,
                   COUNT(*) FILTER (WHERE %(in_work)s AND profile.sector = 'risk')::int4
                       AS risk_count,
                   COUNT(*) FILTER (WHERE %(in_work)s AND profile.sector = 'growth')
                       ::int4 AS growth_count,
                   COUNT(*) FILTER (WHERE %(in_work)s AND profile.sector = 'watch')
                       ::int4 AS watch_count,
                   COUNT(*) FILTER (WHERE NOT %(in_work)s)::int4 AS rest_count,
                   SUM(profile.money_at_stake) FILTER (WHERE profile.sector = 'risk')
                       AS money_at_stake
              FROM client_profile profile
              JOIN res_partner partner ON partner.id = profile.partner_id
             WHERE profile.active
               AND partner.user_id IS NOT NULL
          GROUP BY partner.user_id, profile.company_id
            """,
            in_work=SQL("(profile.status = ANY(%s))", list(IN_WORK)),
        )

    @api.model
    def _select_tasks(self):
        """Count what is to be done on the cards of clients, by who is to do it."""
        return SQL(
            """
            SELECT activity.user_id,
                   profile.company_id,
                   COUNT(*)::int4 AS task_count,
                   COUNT(*) FILTER (WHERE activity.date_deadline < %s)::int4
                       AS late_count
              FROM mail_activity activity
              JOIN res_partner contact
                ON contact.id = activity.res_id
               AND activity.res_model = 'res.partner'
              JOIN client_profile profile
                ON profile.partner_id = contact.commercial_partner_id
               AND profile.active
             WHERE activity.active
          GROUP BY activity.user_id, profile.company_id
            """,
            fields.Date.context_today(self),
        )

    @api.model
    def _get_measures(self, query):
        count, norm = (
            self._field_to_sql(self._table, name, query)
            for name in ("client_count", "norm")
        )
        return {"load_share": SQL("SUM(%s)::float8 / NULLIF(SUM(%s), 0)", count, norm)}

    def action_open_clients(self):
        """Open the clients of this manager."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_risk.client_profile_action"
        )
        return {
            **action,
            "domain": [
                ("manager_id", "=", self.manager_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            "context": {"search_default_group_sector": 1},
        }
