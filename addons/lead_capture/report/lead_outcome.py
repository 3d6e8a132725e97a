from odoo import api, fields, models
from odoo.tools import SQL


class LeadOutcome(models.Model):
    """What became of each lead: who wins, what a source is worth, why it is lost."""

    _name = "lead.outcome"
    _description = "Outcome of Leads"
    _inherit = ["lead.measure"]
    _auto = False
    _order = "created_at desc, id desc"
    _rec_name = "lead_id"
    _depends = {
        "crm.lead": [
            "active",
            "campaign_id",
            "channel_id",
            "company_id",
            "create_date",
            "date_closed",
            "expected_revenue",
            "lost_reason_id",
            "medium_id",
            "partner_id",
            "prorated_revenue",
            "source_id",
            "stage_id",
            "team_id",
            "type",
            "user_id",
            "won_status",
        ],
    }

    lead_id = fields.Many2one(comodel_name="crm.lead", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    user_id = fields.Many2one(comodel_name="res.users", string="Manager", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    source_id = fields.Many2one(comodel_name="utm.source", readonly=True)
    medium_id = fields.Many2one(comodel_name="utm.medium", readonly=True)
    campaign_id = fields.Many2one(comodel_name="utm.campaign", readonly=True)
    channel_id = fields.Many2one(comodel_name="lead.channel", readonly=True)
    lost_reason_id = fields.Many2one(comodel_name="crm.lost.reason", readonly=True)
    stage_id = fields.Many2one(
        comodel_name="crm.stage",
        readonly=True,
        help="Where the lead is, or was when it was lost.",
    )
    state = fields.Selection(
        selection=[
            ("open", "Open"),
            ("won", "Won"),
            ("lost", "Lost"),
            ("archived", "Archived"),
        ],
        string="Outcome",
        readonly=True,
    )
    kind = fields.Selection(
        selection=[("lead", "Lead"), ("opportunity", "Opportunity")], readonly=True
    )
    created_at = fields.Datetime(string="Came In", readonly=True)
    closed_at = fields.Datetime(string="Closed", readonly=True)
    lead_count = fields.Integer(string="Leads", readonly=True)
    won_count = fields.Integer(string="Won", readonly=True)
    lost_count = fields.Integer(string="Lost", readonly=True)
    open_count = fields.Integer(string="Open", readonly=True)
    conversion = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Share of the won among those that are decided: won or lost.",
    )
    days_to_win = fields.Float(
        string="Median Days to Win", readonly=True, aggregator="avg"
    )
    won_amount = fields.Monetary(
        string="Won Revenue", readonly=True, help="Expected revenue of won leads."
    )
    open_amount = fields.Monetary(
        string="Expected Revenue", readonly=True, help="Of open leads."
    )
    prorated_amount = fields.Monetary(
        string="Likely Revenue",
        readonly=True,
        help="Of open leads, by the probability of each.",
    )
    lost_amount = fields.Monetary(string="Lost Revenue", readonly=True)
    value_per_lead = fields.Monetary(
        string="Won by Lead",
        readonly=True,
        help="Won revenue, by the number of all leads that came: what one is worth.",
    )

    @property
    def _table_query(self):
        return SQL("SELECT %s FROM %s", self._select(), self._from())

    @api.model
    def _select(self):
        """:return: SQL of the columns; ``lead`` is a lead, ``is_in`` its outcome"""
        return SQL(
            """
            lead.id, lead.id AS lead_id, lead.partner_id, lead.user_id, lead.team_id,
            COALESCE(lead.company_id, %(company)s) AS company_id,
            lead.source_id, lead.medium_id, lead.campaign_id, lead.channel_id,
            lead.stage_id, lead.type AS kind, lead.create_date AS created_at,
            CASE WHEN is_in.lost THEN lead.lost_reason_id END AS lost_reason_id,
            CASE WHEN is_in.won OR is_in.lost THEN lead.date_closed END AS closed_at,
            CASE WHEN is_in.won THEN 'won'
                 WHEN is_in.lost THEN 'lost'
                 WHEN lead.active THEN 'open'
                 ELSE 'archived' END AS state,
            1 AS lead_count,
            is_in.won::int4 AS won_count,
            is_in.lost::int4 AS lost_count,
            is_in.open::int4 AS open_count,
            CASE WHEN is_in.won OR is_in.lost THEN is_in.won::int4::float8 END
                AS conversion,
            CASE WHEN is_in.won THEN GREATEST(
                EXTRACT(EPOCH FROM lead.date_closed - lead.create_date), 0
            )::float8 / 86400 END AS days_to_win,
            CASE WHEN is_in.won THEN lead.expected_revenue ELSE 0 END AS won_amount,
            CASE WHEN is_in.open THEN lead.expected_revenue ELSE 0 END AS open_amount,
            CASE WHEN is_in.open THEN lead.prorated_revenue ELSE 0 END
                AS prorated_amount,
            CASE WHEN is_in.lost THEN lead.expected_revenue ELSE 0 END AS lost_amount,
            CASE WHEN is_in.won THEN lead.expected_revenue ELSE 0 END AS value_per_lead
            """,
            company=self.env.company.id,
        )

    @api.model
    def _from(self):
        return SQL(
            """
            crm_lead lead
 CROSS JOIN LATERAL (
            SELECT (lead.won_status = 'won') IS TRUE AS won,
                   (lead.won_status = 'lost') IS TRUE AS lost,
                   lead.active AND lead.won_status NOT IN ('won', 'lost') AS open
            ) AS is_in
            """
        )

    @api.model
    def _get_measures(self, query):
        leads, won, lost, days, amount = self._get_columns(
            query, "lead_count", "won_count", "lost_count", "days_to_win", "won_amount"
        )
        return {
            "conversion": SQL(
                "SUM(%s)::float8 / NULLIF(SUM(%s) + SUM(%s), 0)", won, won, lost
            ),
            "days_to_win": SQL("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s)", days),
            "value_per_lead": SQL("SUM(%s) / NULLIF(SUM(%s), 0)", amount, leads),
        }
