from odoo import api, fields, models
from odoo.tools import SQL

ENTRY_CODES = [
    ("created", "New"),
    ("by_hand", "Moved"),
    ("automatic", "Moved by itself"),
    ("override", "Moved in spite of what was missing"),
    ("skipped", "Passed over"),
    ("reopened", "Opened again"),
    ("pipeline", "The team changed its pipeline"),
    ("history", "From the history"),
]
END_CODES = [
    ("next", "Went on"),
    ("won", "Won"),
    ("back", "Went back"),
    ("lost", "Lost"),
    ("archived", "Archived"),
    ("moved", "Another pipeline"),
    ("merged", "Merged with another one"),
    ("deleted", "Deleted"),
]


class LeadStageLog(models.Model):
    """One stay of a lead in a stage: since when, how long, and how it ended.

    Written by the leads themselves and by nobody else; it outlives the lead.
    """

    _name = "lead.stage.log"
    _description = "Stay in a Stage"
    _inherit = ["lead.stage.history", "lead.stage.clock"]
    _order = "entered_at desc, id desc"
    _rec_name = "stage_id"

    lead_id = fields.Many2one(
        comodel_name="crm.lead", readonly=True, index=True, ondelete="set null"
    )
    lead_number = fields.Integer(
        readonly=True,
        aggregator=None,
        help="Of the lead in the database, when it is there no more.",
    )
    stage_id = fields.Many2one(
        comodel_name="crm.stage", readonly=True, index=True, ondelete="set null"
    )
    previous_stage_id = fields.Many2one(
        comodel_name="crm.stage",
        string="From",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    entered_at = fields.Datetime(string="Since", readonly=True, index=True)
    left_at = fields.Datetime(string="Until", readonly=True)
    wall_seconds = fields.Float(
        string="Seconds", readonly=True, digits=(16, 0), aggregator="avg"
    )
    working_seconds = fields.Float(readonly=True, digits=(16, 0), aggregator="avg")
    stay_days = fields.Float(
        string="Days", compute="_compute_stay", help="So far, when it is not over."
    )
    working_hours = fields.Float(compute="_compute_stay")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Manager",
        readonly=True,
        index="btree_not_null",
        help="Whose lead it was when it left the stage, or came there.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", readonly=True, index="btree_not_null"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", readonly=True, index="btree_not_null"
    )
    moved_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    entry_code = fields.Selection(
        selection=ENTRY_CODES, string="How It Came", readonly=True
    )
    end_code = fields.Selection(
        selection=END_CODES,
        string="How It Ended",
        readonly=True,
        help="Empty: the lead is there.",
    )
    override_reason = fields.Char(string="Why in Spite of It", readonly=True)
    reminded_at = fields.Datetime(
        string="Manager Asked", readonly=True, help="That it takes too long."
    )
    told_at = fields.Datetime(string="Head Told", readonly=True)
    # The last stay of the lead in this stage: what counts, when it comes back.
    is_last = fields.Boolean(readonly=True, default=True)

    _open_uniq = models.UniqueIndex(
        "(lead_id) WHERE left_at IS NULL", "A lead is in one stage at a time."
    )
    _funnel_idx = models.Index("(stage_id, entered_at) WHERE lead_id IS NOT NULL")
    _untimed_idx = models.Index(
        "(id) WHERE left_at IS NOT NULL AND working_seconds IS NULL"
    )

    # === COMPUTE METHODS ===

    @api.depends("entered_at", "left_at", "wall_seconds", "working_seconds")
    def _compute_stay(self):
        now = fields.Datetime.now()
        for stay in self:
            seconds = stay.wall_seconds
            if not stay.left_at and stay.entered_at:
                seconds = (now - stay.entered_at).total_seconds()
            stay.stay_days = seconds / 86400
            stay.working_hours = stay.working_seconds / 3600

    # === BUSINESS METHODS ===

    @api.model
    def _end(self, rows):
        """End the open stays of leads.

        :param rows: (id of the lead, how it ended, user, team), at the time it ended
        """
        if not rows:
            return
        leads, codes, users, teams = zip(*rows, strict=True)
        found = self.env.execute_query(
            SQL(
                """
                UPDATE lead_stage_log stay
                   SET left_at = %(now)s,
                       end_code = ended.code,
                       user_id = ended.user_id,
                       team_id = ended.team_id,
                       wall_seconds = GREATEST(
                           EXTRACT(EPOCH FROM %(now)s - stay.entered_at), 0
                       ),
                       write_uid = %(uid)s,
                       write_date = %(now)s
                  FROM UNNEST(
                           %(leads)s::int[], %(codes)s::varchar[],
                           %(users)s::int[], %(teams)s::int[]
                       ) AS ended(lead_id, code, user_id, team_id)
                 WHERE stay.lead_id = ended.lead_id
                   AND stay.left_at IS NULL
             RETURNING stay.id
                """,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                leads=list(leads),
                codes=list(codes),
                users=[user or None for user in users],
                teams=[team or None for team in teams],
            )
        )
        self.invalidate_model()
        self.browse(id_ for (id_,) in found)._count_working_time()

    @api.model
    def _begin(self, rows, reason=None):
        """Begin a stay of each lead; what it passed over is there for no time.

        :param rows: (id of the lead, id of the stage, id of the stage before,
            ``Standing``, how it came); a lead's own stage after what it passed over
        :param reason: of the head who let them pass
        """
        if not rows:
            return
        now = fields.Datetime.now()
        self._supersede([row[:2] for row in rows if row[4] != "skipped"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO lead_stage_log (
                            lead_id, lead_number, stage_id, previous_stage_id,
                            user_id, team_id, company_id, entry_code, override_reason,
                            entered_at, left_at, end_code, wall_seconds,
                            working_seconds, is_last, moved_by_id,
                            create_uid, create_date, write_uid, write_date
                          )
                   SELECT lead_id, lead_id, stage_id, previous_id,
                          user_id, team_id, company_id, code,
                          CASE WHEN code = 'override' THEN %(reason)s END,
                          %(now)s, CASE WHEN is_passed THEN %(now)s END,
                          CASE WHEN is_passed THEN 'next' END,
                          CASE WHEN is_passed THEN 0 END,
                          CASE WHEN is_passed THEN 0 END, TRUE, %(uid)s,
                          %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM (
                           SELECT *, code = 'skipped' AS is_passed
                             FROM UNNEST(
                                  %(leads)s::int[], %(stages)s::int[],
                                  %(previous)s::int[], %(users)s::int[],
                                  %(teams)s::int[], %(companies)s::int[],
                                  %(codes)s::varchar[]
                             ) WITH ORDINALITY AS row(
                                  lead_id, stage_id, previous_id, user_id, team_id,
                                  company_id, code, number)
                          ) AS begun
                    WHERE NOT is_passed
                       OR NOT EXISTS (
                              SELECT 1
                                FROM lead_stage_log known
                               WHERE known.lead_id = begun.lead_id
                                 AND known.stage_id = begun.stage_id
                          )
                 ORDER BY number
                """,
                reason=reason,
                now=now,
                uid=self.env.uid,
                leads=[row[0] for row in rows],
                stages=[row[1] for row in rows],
                previous=[row[2] or None for row in rows],
                users=[row[3].user for row in rows],
                teams=[row[3].team for row in rows],
                companies=[row[3].company for row in rows],
                codes=[row[4] for row in rows],
            )
        )
        self.invalidate_model()
        self.env["crm.lead"].invalidate_model(["stage_log_ids"], flush=False)

    @api.model
    def _supersede(self, pairs):
        """:param pairs: (id of the lead, id of the stage) that it enters now"""
        self.env.cr.execute(
            SQL(
                """
                UPDATE lead_stage_log stay
                   SET is_last = FALSE
                  FROM UNNEST(%s::int[], %s::int[]) AS entered(lead_id, stage_id)
                 WHERE stay.lead_id = entered.lead_id
                   AND stay.stage_id = entered.stage_id
                   AND stay.is_last
                """,
                [lead for lead, _stage in pairs],
                [stage for _lead, stage in pairs],
            )
        )

    @api.model
    def _call_lost(self, lead_ids):
        """Say that what was archived is lost: core archives first."""
        if not lead_ids:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE lead_stage_log
                   SET end_code = 'lost'
                 WHERE end_code = 'archived'
                   AND id IN (
                           SELECT MAX(id)
                             FROM lead_stage_log
                            WHERE lead_id = ANY(%s)
                         GROUP BY lead_id
                       )
                """,
                lead_ids,
            )
        )
        self.invalidate_model()
