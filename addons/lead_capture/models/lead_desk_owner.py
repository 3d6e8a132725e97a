from odoo import fields, models
from odoo.tools import SQL


class LeadDeskOwner(models.AbstractModel):
    """Can work on so many requests at once, in however many teams."""

    _name = "lead.desk.owner"
    _description = "User with a Limit of Requests"

    lead_capacity = fields.Integer(
        string="Most Open Requests in All Teams",
        groups="client_base.group_client_user",
        help="Beside the limit in each team. 0: no limit.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "lead_capacity" in vals:
            self._get_lead_teams()._wake_dispatch()
        return result

    def _get_lead_teams(self):
        """:return: the teams in which these users get requests"""
        # sudo: whoever frees a place may not see every team
        members_sudo = self.env["crm.team.member"].sudo()
        return members_sudo.search([("user_id", "in", self.ids)]).crm_team_id

    def _fetch_lead_loads(self):
        """Count what is open with each in all teams that give out requests.

        :rtype: dict[int, int]
        :return: id of a user -> how many; those without are left out
        """
        if not self:
            return {}
        self.env["crm.team"]._flush_lead_loads()
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT user_id, load FROM (%s) AS counted WHERE user_id = ANY(%s)",
                    self._sql_lead_loads(),
                    self.ids,
                )
            )
        )

    def _sql_lead_loads(self):
        """:return: statement that gives user_id and load of who has open requests"""
        return SQL(
            """
            SELECT lead.user_id, COUNT(*)::int4 AS load
              FROM crm_lead lead
              JOIN crm_team team ON team.id = lead.team_id
             WHERE lead.user_id IS NOT NULL
               AND lead.active
               AND lead.won_status = 'pending'
               AND team.is_dispatched
               AND %s
          GROUP BY lead.user_id
            """,
            self.env["crm.team"]._sql_counted_load(),
        )
