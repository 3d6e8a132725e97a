from odoo import api, fields, models

from ..tools.dispatch import Member

# What decides whether somebody gets a request.
DESK_FIELDS = {
    "active",
    "lead_capacity",
    "lead_weight",
    "is_lead_paused",
    "lead_domain",
    "lead_words",
    "lead_lang_ids",
    "lead_country_ids",
    "lead_state_ids",
    "lead_cities",
}


class CrmTeamMember(models.Model):
    _name = "crm.team.member"
    _inherit = ["crm.team.member", "lead.specialisation"]

    lead_capacity = fields.Integer(
        string="Most Open Requests",
        tracking=True,
        groups="client_base.group_client_user",
        help="No more are given to this person, but those of the own clients. "
        "0: no limit.",
    )
    lead_user_capacity = fields.Integer(
        string="Most in All Teams",
        compute="_compute_lead_user_capacity",
        inverse="_inverse_lead_user_capacity",
        groups="client_base.group_client_user",
        help="Of one person in several teams: no more are given in all of them "
        "together, but those of the own clients. 0: no limit.",
    )
    lead_weight = fields.Integer(
        string="Weight",
        default=1,
        required=True,
        tracking=True,
        groups="client_base.group_client_user",
        help="With 2 somebody gets twice as many as with 1; with 0 nothing.",
    )
    is_lead_paused = fields.Boolean(
        string="Gets Nothing New",
        tracking=True,
        groups="client_base.group_client_user",
        help="Only requests of the own clients still come.",
    )
    lead_load = fields.Integer(
        string="Open Requests",
        compute="_compute_lead_load",
        groups="client_base.group_client_user",
    )

    _lead_numbers_positive = models.Constraint(
        "CHECK (lead_capacity >= 0 AND lead_weight >= 0)",
        "A limit and a weight are not below zero.",
    )

    @api.depends("user_id", "crm_team_id")
    def _compute_lead_load(self):
        loads = self.crm_team_id._fetch_lead_loads()
        for member in self:
            member.lead_load = loads.get(member.id, 0)

    @api.depends("user_id.lead_capacity")
    def _compute_lead_user_capacity(self):
        for member in self:
            member.lead_user_capacity = member.user_id.lead_capacity

    def _inverse_lead_user_capacity(self):
        for member in self:
            # sudo: who leads the team is no administrator of users
            member.user_id.sudo().lead_capacity = member.lead_user_capacity

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        members.crm_team_id._wake_dispatch()
        return members

    def write(self, vals):
        result = super().write(vals)
        if DESK_FIELDS & vals.keys():
            self.crm_team_id._wake_dispatch()
        return result

    def _make_desk_member(self, away):
        """:param away: the users who are away
        :rtype: Member
        """
        barrier = ""
        if self.is_lead_paused:
            barrier = "paused"
        elif self.user_id in away:
            barrier = "away"
        user = self.user_id
        return Member(self.id, self.lead_capacity, barrier, user.id, user.lead_capacity)
