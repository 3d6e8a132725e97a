from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class LeadTeam(models.AbstractModel):
    """Gives out the requests that come to a sales team."""

    _name = "lead.team"
    _description = "Team that Gets Requests"

    lead_channel_ids = fields.One2many(
        comodel_name="lead.channel",
        inverse_name="team_id",
        string="Channels",
        groups="client_base.group_client_user",
    )
    is_dispatched = fields.Boolean(
        string="Give out Requests",
        compute="_compute_is_dispatched",
        store=True,
        readonly=False,
        groups="client_base.group_client_user",
        help="Each new request gets its manager at once: that of the client, else by "
        "the rules. It is on for teams of channels.",
    )
    dispatched_since = fields.Datetime(
        compute="_compute_dispatched_since",
        store=True,
        groups="client_base.group_client_user",
        help="Leads from before are left as they are.",
    )
    lead_load_counts = fields.Selection(
        selection=[
            ("open", "Every open request"),
            ("unanswered", "Those that are not answered yet"),
        ],
        string="What Counts as Load",
        required=True,
        default="open",
        groups="client_base.group_client_user",
        help="A request is open until it is won or lost.",
    )
    lead_member_ids = fields.One2many(
        comodel_name="crm.team.member",
        inverse_name="crm_team_id",
        string="Members and Requests",
        groups="client_base.group_client_user",
    )
    lead_rule_ids = fields.One2many(
        comodel_name="lead.dispatch.rule",
        inverse_name="team_id",
        string="Rules for Requests",
        groups="client_base.group_client_user",
    )

    @api.depends("lead_channel_ids")
    def _compute_is_dispatched(self):
        for team in self:
            team.is_dispatched = team.is_dispatched or bool(team.lead_channel_ids)

    @api.depends("is_dispatched")
    def _compute_dispatched_since(self):
        for team in self:
            if not team.is_dispatched:
                team.dispatched_since = False
            elif not team.dispatched_since:
                team.dispatched_since = self.env.cr.now()

    def write(self, vals):
        result = super().write(vals)
        if vals.get("is_dispatched") or "lead_load_counts" in vals:
            self._wake_dispatch()
        return result

    def _wake_dispatch(self):
        """Have the requests that wait looked at again, soon and in the background."""
        if not self:
            return
        waiting = self.env["crm.lead"]._get_waiting_domain()
        waiting &= Domain("team_id", "in", [*self.ids, False])
        # sudo: whoever frees a place may not see what waits for it
        if self.env["crm.lead"].sudo().search_count(waiting, limit=1):
            self.env["crm.lead"]._wake_queue()

    def _fetch_lead_loads(self):
        """Count the open requests of the members of the teams.

        :rtype: dict[int, int]
        :return: id of a ``crm.team.member`` -> how many; members without are left out
        """
        self._flush_lead_loads()
        self.env["crm.team.member"].flush_model(["user_id", "crm_team_id", "active"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT member.id, COUNT(*)
                      FROM crm_team_member member
                      JOIN crm_team team ON team.id = member.crm_team_id
                      JOIN crm_lead lead
                        ON lead.user_id = member.user_id
                       AND lead.team_id = member.crm_team_id
                     WHERE member.crm_team_id = ANY(%(teams)s)
                       AND member.active
                       AND lead.active
                       AND lead.won_status = 'pending'
                       AND %(counted)s
                  GROUP BY member.id
                    """,
                    teams=self.ids,
                    counted=self._sql_counted_load(),
                )
            )
        )

    @api.model
    def _flush_lead_loads(self):
        """Have in the database what tells which requests are open."""
        self.env["crm.lead"].flush_model(
            [
                "active",
                "first_response_at",
                "team_id",
                "user_id",
                "waiting_since",
                "won_status",
            ]
        )
        self.flush_model(["is_dispatched", "lead_load_counts"])

    @api.model
    def _sql_counted_load(self):
        """:return: whether an open ``lead`` counts as load of its ``team``"""
        return SQL("(team.lead_load_counts = 'open' OR %s)", self._sql_unanswered())

    @api.model
    def _sql_unanswered(self):
        """:return: whether the client of an open ``lead`` waits for an answer"""
        return SQL("(lead.first_response_at IS NULL OR lead.waiting_since IS NOT NULL)")
