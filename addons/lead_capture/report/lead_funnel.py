from odoo import api, fields, models
from odoo.tools import SQL


class LeadFunnel(models.Model):
    """How leads go through the stages, and where they fall off.

    One row is a stay. A lead that comes back to a stage is counted once there, by its
    last stay; the median is that of all stays that are over. What was deleted or merged
    with another lead is not counted.
    """

    _name = "lead.funnel"
    _description = "Funnel of Leads"
    _inherit = ["lead.measure"]
    _auto = False
    _order = "entered_at desc, id desc"
    _rec_name = "lead_id"
    _depends = {
        "crm.lead": [
            "channel_id",
            "company_id",
            "create_date",
            "expected_revenue",
            "lost_reason_id",
            "source_id",
            "team_id",
            "user_id",
        ],
        "crm.stage": ["is_won"],
        "res.company": ["currency_id"],
        "lead.stage.log": [
            "end_code",
            "entered_at",
            "entry_code",
            "is_last",
            "lead_id",
            "left_at",
            "stage_id",
            "team_id",
            "user_id",
            "wall_seconds",
            "working_seconds",
        ],
    }

    lead_id = fields.Many2one(comodel_name="crm.lead", readonly=True)
    stage_id = fields.Many2one(comodel_name="crm.stage", readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Manager",
        readonly=True,
        help="Whose lead it was in this stage.",
    )
    team_id = fields.Many2one(comodel_name="crm.team", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    source_id = fields.Many2one(comodel_name="utm.source", readonly=True)
    channel_id = fields.Many2one(comodel_name="lead.channel", readonly=True)
    lost_reason_id = fields.Many2one(
        comodel_name="crm.lost.reason", readonly=True, help="Of those lost here."
    )
    entered_at = fields.Datetime(string="Came to the Stage", readonly=True)
    created_at = fields.Datetime(string="Came In", readonly=True)
    entered_count = fields.Integer(
        string="Entered", readonly=True, help="Leads that came to the stage."
    )
    passed_count = fields.Integer(
        string="Passed", readonly=True, help="Of them went on, or were won."
    )
    lost_count = fields.Integer(string="Lost", readonly=True, help="Of them lost here.")
    left_count = fields.Integer(
        string="Left Otherwise",
        readonly=True,
        help="Went back, were archived or went to another pipeline.",
    )
    open_count = fields.Integer(string="There Now", readonly=True)
    conversion = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Share of those who passed among all who are not there any more.",
    )
    loss_rate = fields.Float(
        string="Share Lost",
        readonly=True,
        aggregator="avg",
        help="Share of those lost here among all who are not there any more.",
    )
    stay_days = fields.Float(
        string="Median Stay (days)", readonly=True, aggregator="avg"
    )
    working_hours = fields.Float(
        string="Median Stay (working hours)", readonly=True, aggregator="avg"
    )
    lost_amount = fields.Monetary(
        string="Lost Revenue", readonly=True, help="Expected from those lost here."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT stay.id, stay.lead_id, stay.stage_id,
                   CASE WHEN stay.left_at IS NULL THEN lead.user_id
                        ELSE stay.user_id END AS user_id,
                   CASE WHEN stay.left_at IS NULL THEN lead.team_id
                        ELSE stay.team_id END AS team_id,
                   lead.company_id,
                   COALESCE(company.currency_id, %(currency)s) AS currency_id,
                   lead.source_id, lead.channel_id,
                   stay.entered_at, lead.create_date AS created_at,
                   is_in.counted::int4 AS entered_count,
                   is_in.passed::int4 AS passed_count,
                   is_in.lost::int4 AS lost_count,
                   (is_in.counted AND is_in.gone
                    AND NOT is_in.passed AND NOT is_in.lost)::int4 AS left_count,
                   (is_in.counted AND NOT is_in.gone)::int4 AS open_count,
                   CASE WHEN is_in.counted AND is_in.gone
                        THEN is_in.passed::int4::float8 END AS conversion,
                   CASE WHEN is_in.counted AND is_in.gone
                        THEN is_in.lost::int4::float8 END AS loss_rate,
                   CASE WHEN is_in.timed THEN stay.wall_seconds::float8 / 86400 END
                       AS stay_days,
                   CASE WHEN is_in.timed THEN stay.working_seconds::float8 / 3600 END
                       AS working_hours,
                   CASE WHEN is_in.lost THEN lead.lost_reason_id END AS lost_reason_id,
                   CASE WHEN is_in.lost THEN lead.expected_revenue ELSE 0 END
                       AS lost_amount
              FROM lead_stage_log stay
              JOIN crm_lead lead ON lead.id = stay.lead_id
              JOIN crm_stage stage ON stage.id = stay.stage_id
         LEFT JOIN res_company company ON company.id = lead.company_id
        CROSS JOIN LATERAL (
                   SELECT stay.is_last AS counted,
                          stay.left_at IS NOT NULL OR stage.is_won IS TRUE AS gone,
                          stay.is_last AND (
                              stay.end_code IN ('next', 'won')
                              OR stage.is_won IS TRUE AND stay.left_at IS NULL
                          ) IS TRUE AS passed,
                          stay.is_last AND (stay.end_code = 'lost') IS TRUE AS lost,
                          stay.left_at IS NOT NULL
                          AND stay.entry_code <> 'skipped'
                          AND stage.is_won IS NOT TRUE AS timed
                   ) AS is_in
            """,
            # no COALESCE on the company: rules filter by it, and the planner would take
            # everybody's leads for a handful
            currency=self.env.company.currency_id.id,
        )

    @api.model
    def _get_measures(self, query):
        entered, there, passed, lost, days, hours = self._get_columns(
            query,
            "entered_count",
            "open_count",
            "passed_count",
            "lost_count",
            "stay_days",
            "working_hours",
        )
        gone = SQL("NULLIF(SUM(%s) - SUM(%s), 0)", entered, there)
        return {
            "conversion": SQL("SUM(%s)::float8 / %s", passed, gone),
            "loss_rate": SQL("SUM(%s)::float8 / %s", lost, gone),
            "stay_days": SQL("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s)", days),
            "working_hours": SQL(
                "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s)", hours
            ),
        }
