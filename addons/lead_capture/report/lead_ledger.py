from odoo import fields, models
from odoo.tools import SQL


class LeadLedger(models.Model):
    """What came in on a day by a channel, and what became of it.

    Each request is in exactly one state, and each column counts one: received is always
    new leads + joined + rejected + waiting + failed.
    """

    _name = "lead.ledger"
    _description = "Ledger of Requests"
    _auto = False
    _order = "day desc, channel_id"
    _rec_name = "channel_id"

    day = fields.Date(readonly=True)
    channel_id = fields.Many2one(comodel_name="lead.channel", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    received = fields.Integer(readonly=True)
    processed = fields.Integer(string="New Leads", readonly=True)
    joined = fields.Integer(readonly=True)
    rejected = fields.Integer(readonly=True)
    waiting = fields.Integer(readonly=True)
    failed = fields.Integer(readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
              SELECT MIN(request.id) AS id,
                     day.day,
                     request.channel_id,
                     request.company_id,
                     COUNT(*)::int AS received,
                     COUNT(*) FILTER (WHERE state = 'processed')::int AS processed,
                     COUNT(*) FILTER (WHERE state = 'joined')::int AS joined,
                     COUNT(*) FILTER (WHERE state = 'rejected')::int AS rejected,
                     COUNT(*) FILTER (WHERE state = 'new')::int AS waiting,
                     COUNT(*) FILTER (WHERE state = 'failed')::int AS failed
                FROM lead_request AS request
                JOIN res_company AS company
                  ON company.id = request.company_id
           LEFT JOIN resource_calendar AS calendar
                  ON calendar.id = company.resource_calendar_id
  CROSS JOIN LATERAL (
                     SELECT (request.received_at AT TIME ZONE 'UTC'
                             AT TIME ZONE COALESCE(calendar.tz, 'UTC'))::date AS day
                     ) AS day
            GROUP BY day.day, request.channel_id, request.company_id
            """
        )

    def action_open_requests(self):
        """Open the requests of this day and channel."""
        self.ensure_one()
        self.check_access("read")
        # by the clock of the company, as the ledger counts
        rows = self.env.execute_query(
            SQL(
                """
                SELECT request.id
                  FROM lead_request AS request
                  JOIN res_company AS company
                    ON company.id = request.company_id
             LEFT JOIN resource_calendar AS calendar
                    ON calendar.id = company.resource_calendar_id
                 WHERE request.channel_id = %(channel)s
                   AND request.company_id = %(company)s
                   AND (request.received_at AT TIME ZONE 'UTC'
                        AT TIME ZONE COALESCE(calendar.tz, 'UTC'))::date = %(day)s
                """,
                channel=self.channel_id.id,
                company=self.company_id.id,
                day=self.day,
            )
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_request_action"
        )
        ids = [id_ for (id_,) in rows]
        return {**action, "domain": [("id", "in", ids)], "context": {}}
