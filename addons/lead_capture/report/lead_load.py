from odoo import api, fields, models
from odoo.tools import SQL


class LeadLoad(models.Model):
    """What a member of a team has to do at this moment, and how many places are free.

    A query over the open requests: it is true now, not as of last night.
    """

    _name = "lead.load"
    _description = "Load of a Manager"
    _order = "overdue_count desc, open_count desc, id"
    _rec_name = "user_id"
    _auto = False
    _depends = {
        "crm.lead": [
            "active",
            "covered_user_id",
            "first_response_at",
            "response_deadline",
            "stage_deadline",
            "taken_by_id",
            "team_id",
            "user_id",
            "waiting_since",
            "won_status",
        ],
        "crm.team": ["company_id", "is_dispatched", "lead_load_counts"],
        "crm.team.member": [
            "active",
            "crm_team_id",
            "is_lead_paused",
            "lead_capacity",
            "lead_weight",
            "user_id",
        ],
        "res.users": ["active", "lead_capacity"],
    }

    member_id = fields.Many2one(comodel_name="crm.team.member", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Manager", readonly=True)
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Sales Team", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    open_count = fields.Integer(
        string="Open", readonly=True, help="Neither won nor lost."
    )
    unanswered_count = fields.Integer(
        string="To Answer", readonly=True, help="The client waits for an answer."
    )
    overdue_count = fields.Integer(
        string="Overdue",
        readonly=True,
        help="The answer is late, or the stage takes longer than it may.",
    )
    client_count = fields.Integer(
        string="Waits for the Client",
        readonly=True,
        help="Answered: it is the client's turn.",
    )
    taken_count = fields.Integer(string="Taken", readonly=True)
    covering_count = fields.Integer(string="For Absent Colleagues", readonly=True)
    load = fields.Integer(
        string="Counts as Load",
        readonly=True,
        help="What the team counts: all open requests, or the unanswered ones.",
    )
    capacity = fields.Integer(
        string="Limit", readonly=True, help="Empty: as many as come."
    )
    all_load = fields.Integer(
        string="Load in All Teams",
        readonly=True,
        aggregator=None,
        help="Of somebody with a limit in all teams.",
    )
    all_capacity = fields.Integer(
        string="Limit in All Teams",
        readonly=True,
        aggregator=None,
        help="Empty: only the limits in the teams count.",
    )
    free_count = fields.Integer(
        string="Free Places",
        readonly=True,
        help="How many more may come by the rules. Empty: there is no limit.",
    )
    weight = fields.Integer(readonly=True, aggregator=None)
    load_state = fields.Selection(
        selection=[
            ("free", "Has places"),
            ("full", "Full"),
            ("over", "Over the limit"),
            ("paused", "Gets nothing new"),
        ],
        string="State",
        readonly=True,
    )
    presence = fields.Selection(
        selection=[
            ("work", "At work"),
            ("off", "Not at work now"),
            ("away", "Away"),
        ],
        compute="_compute_presence",
    )
    back_on = fields.Date(compute="_compute_presence")

    @api.depends("user_id")
    def _compute_presence(self):
        users = self.user_id
        away = users._get_away()
        at_work = users._get_at_work()
        back = away._get_back_days()
        for load in self:
            user = load.user_id
            load.back_on = back.get(user, False)
            if user in away:
                load.presence = "away"
            else:
                load.presence = "work" if user in at_work else "off"

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT placed.*,
                   CASE WHEN places IS NOT NULL THEN GREATEST(places, 0)
                    END AS free_count,
                   CASE WHEN is_lead_paused OR weight = 0 THEN 'paused'
                        WHEN places < 0 THEN 'over'
                        WHEN places = 0 THEN 'full'
                        ELSE 'free'
                    END AS load_state
              FROM (%s) AS placed
            """,
            self._select_places(),
        )

    @api.model
    def _select_places(self):
        """Say how many more each may get: by his limit in the team and in all teams."""
        return SQL(
            """
            SELECT counted.*,
                   COALESCE(everywhere.load, 0) AS all_load,
                   -- LEAST passes over what is NULL: a limit that is not there
                   LEAST(counted.capacity - counted.load,
                         counted.all_capacity - COALESCE(everywhere.load, 0)) AS places
              FROM (%(counts)s) AS counted
         LEFT JOIN (%(loads)s) AS everywhere
                ON everywhere.user_id = counted.user_id
               AND counted.all_capacity > 0
            """,
            counts=self._select_counts(),
            loads=self.env["res.users"]._sql_lead_loads(),
        )

    @api.model
    def _select_counts(self):
        """Count the open requests of each member of the teams that give them out."""
        unanswered = self.env["crm.team"]._sql_unanswered()
        return SQL(
            """
            SELECT member.id,
                   member.id AS member_id,
                   member.user_id,
                   member.crm_team_id AS team_id,
                   team.company_id,
                   NULLIF(member.lead_capacity, 0) AS capacity,
                   NULLIF(manager.lead_capacity, 0) AS all_capacity,
                   member.lead_weight AS weight,
                   member.is_lead_paused,
                   COUNT(lead.id)::int4 AS open_count,
                   COUNT(lead.id) FILTER (WHERE %(unanswered)s)::int4
                       AS unanswered_count,
                   COUNT(lead.id) FILTER (WHERE %(late)s)::int4 AS overdue_count,
                   COUNT(lead.id) FILTER (WHERE NOT %(unanswered)s)::int4
                       AS client_count,
                   COUNT(lead.taken_by_id)::int4 AS taken_count,
                   COUNT(lead.covered_user_id)::int4 AS covering_count,
                   COUNT(lead.id) FILTER (WHERE %(counted)s)::int4 AS load
              FROM crm_team_member member
              JOIN crm_team team ON team.id = member.crm_team_id
              JOIN res_users manager ON manager.id = member.user_id
         LEFT JOIN crm_lead lead
                ON lead.user_id = member.user_id
               AND lead.team_id = member.crm_team_id
               AND lead.active
               AND lead.won_status = 'pending'
             WHERE member.active
               AND manager.active
               AND team.active
               AND team.is_dispatched
          GROUP BY member.id, team.id, manager.id
            """,
            unanswered=unanswered,
            late=self._sql_late(),
            counted=self.env["crm.team"]._sql_counted_load(),
        )

    @api.model
    def _sql_late(self):
        """:return: whether somebody waits longer than he should for an open ``lead``"""
        return SQL(
            """((lead.waiting_since IS NOT NULL AND lead.response_deadline < %(now)s)
                OR lead.stage_deadline < %(now)s)""",
            now=fields.Datetime.now(),
        )

    # === ACTION METHODS ===

    def action_open_requests(self):
        """Show the open requests of one manager.

        :return: an action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_mine_action"
        )
        return {
            **action,
            "name": self.env._("Requests of %(user)s", user=self.user_id.name),
            "domain": [
                ("user_id", "=", self.user_id.id),
                ("team_id", "=", self.team_id.id),
                ("won_status", "=", "pending"),
            ],
            "path": False,
        }
