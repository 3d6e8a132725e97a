from odoo import api, fields, models
from odoo.tools import SQL

from ..models.client_profile import SECTORS, STATUSES

# Ids are (id of the stretch) * SLOTS + (months since 2000): enough until 2083.
SLOTS = 1000


class ClientFlow(models.Model):
    """The base of clients as a warehouse: what was there, came, left, and is there.

    One row is one month of one stretch of a client's active life; on each of them
    opening + new + returned + moved - left = closing, so it holds in any sum of them.
    """

    _name = "client.flow"
    _description = "Clients Who Came and Left"
    _inherit = ["client.measure"]
    _auto = False
    _order = "month desc, id desc"
    _rec_name = "partner_id"
    _depends = {
        "client.stay": [
            "company_id",
            "date_from",
            "date_to",
            "end_kind",
            "manager_id",
            "next_status",
            "origin",
            "partner_id",
            "sector",
            "status",
        ],
        "res.company": ["client_flow_from"],
    }

    month = fields.Date(readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    manager_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        help="Who looked after the client then.",
    )
    client_type_id = fields.Many2one(related="partner_id.client_type_id")
    client_group_ids = fields.Many2many(
        related="partner_id.client_group_ids", string="Groups Now"
    )
    sector = fields.Selection(selection=SECTORS, readonly=True)
    status = fields.Selection(selection=STATUSES, readonly=True)
    opening = fields.Integer(
        string="At the Beginning",
        readonly=True,
        help="Active clients at the beginning of the first month shown.",
    )
    came_new = fields.Integer(
        string="New", readonly=True, help="Bought for the first time."
    )
    came_back = fields.Integer(
        string="Returned", readonly=True, help="Had been lost or removed, and bought."
    )
    went = fields.Integer(
        string="Left",
        readonly=True,
        help="Lost, silent after one or two purchases, or removed from active sales.",
    )
    moved = fields.Integer(
        readonly=True,
        help="Came from other rows less went to other rows: by a change of status or "
        "manager. Nothing in the total.",
    )
    taken_over = fields.Integer(
        readonly=True, help="Part of what moved: taken over from another manager."
    )
    handed_over = fields.Integer(
        readonly=True, help="Part of what moved: handed over to another manager."
    )
    closing = fields.Integer(
        string="At the End",
        readonly=True,
        help="Active clients at the end of the last month shown.",
    )
    next_status = fields.Selection(
        selection=STATUSES, string="Then", readonly=True, help="What he became."
    )

    @property
    def _table_query(self):
        """Lay each stretch over the months it touches."""
        return SQL(
            """
            SELECT stay.id::int8 * %(slots)s
                       + (EXTRACT(YEAR FROM month.day) - 2000)::int * 12
                       + EXTRACT(MONTH FROM month.day)::int AS id,
                   month.day AS month,
                   stay.partner_id, stay.company_id, stay.manager_id,
                   stay.sector, stay.status,
                   1 - came.number AS opening,
                   CASE WHEN stay.origin = 'new' THEN came.number ELSE 0 END
                       AS came_new,
                   CASE WHEN stay.origin = 'returned' THEN came.number ELSE 0 END
                       AS came_back,
                   CASE WHEN stay.end_kind = 'left' THEN went.number ELSE 0 END
                       AS went,
                   CASE WHEN stay.origin IN ('changed', 'handed')
                        THEN came.number ELSE 0 END
                 - CASE WHEN stay.end_kind IN ('changed', 'handed')
                        THEN went.number ELSE 0 END AS moved,
                   CASE WHEN stay.origin = 'handed' THEN came.number ELSE 0 END
                       AS taken_over,
                   CASE WHEN stay.end_kind = 'handed' THEN went.number ELSE 0 END
                       AS handed_over,
                   1 - went.number AS closing,
                   CASE WHEN went.number = 1 THEN stay.next_status END AS next_status
              FROM client_stay stay
              JOIN res_company company ON company.id = stay.company_id
        CROSS JOIN LATERAL (
                   SELECT step::date AS day, (step + INTERVAL '1 month')::date AS next
                     FROM GENERATE_SERIES(
                              GREATEST(
                                  DATE_TRUNC('month', stay.date_from::timestamp),
                                  company.client_flow_from + INTERVAL '1 day'
                              ),
                              LEAST(
                                  COALESCE(stay.date_to, %(today)s),
                                  %(today)s
                              )::timestamp,
                              INTERVAL '1 month'
                          ) AS step
                   ) AS month
        CROSS JOIN LATERAL (
                   SELECT (stay.date_from >= month.day)::int AS number
                   ) AS came
        CROSS JOIN LATERAL (
                   SELECT COALESCE(stay.date_to < month.next, FALSE)::int AS number
                   ) AS went
            """,
            slots=SLOTS,
            today=SQL("%s::date", fields.Date.context_today(self)),
        )

    @api.model
    def _get_measures(self, query):
        """What is there counts at the beginning and at the end, not in each month."""
        month, opening, closing = (
            self._field_to_sql(self._table, name, query)
            for name in ("month", "opening", "closing")
        )
        return {
            "opening": self._sum_in_month(month, SQL("MIN(%s)", month), opening),
            "closing": self._sum_in_month(month, SQL("MAX(%s)", month), closing),
        }

    @api.model
    def _sum_in_month(self, month, chosen, value):
        return SQL(
            """(
                SELECT COALESCE(SUM(one.number), 0)
                  FROM UNNEST(ARRAY_AGG(%s), ARRAY_AGG(%s)) AS one(day, number)
                 WHERE one.day = %s
            )""",
            month,
            value,
            chosen,
        )

    def action_open_client(self):
        """Open the card."""
        self.ensure_one()
        self.check_access("read")
        return self.partner_id.get_formview_action()
