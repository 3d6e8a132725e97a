from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.dispatch import Share


class LeadDispatchRule(models.Model):
    """Who may get which requests, and in which shares.

    The rules of a team are asked one after another; the first one that finds somebody
    decides.
    """

    _name = "lead.dispatch.rule"
    _description = "Rule for Giving out Requests"
    _inherit = ["mail.thread", "lead.specialisation"]
    _order = "sequence, id"
    _check_company_auto = True
    _is_strict_language = True

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        required=True,
        index=True,
        ondelete="cascade",
        tracking=True,
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True, index=True)
    channel_ids = fields.Many2many(
        comodel_name="lead.channel",
        string="Channels",
        help="Only requests that came in by these channels. Empty: all.",
    )
    lead_lang_ids = fields.Many2many(help="Only requests in these languages.")
    share_ids = fields.One2many(
        comodel_name="lead.dispatch.share",
        inverse_name="rule_id",
        string="Members",
        copy=True,
        help="Empty: everybody in the team, by the weights of the team.",
    )
    hours = fields.Selection(
        selection=[
            ("any", "Everybody who works today"),
            ("work", "Only who is at work now"),
        ],
        string="Who Can Get It",
        required=True,
        default="any",
        tracking=True,
        help="At work now: by the working hours of each person. What comes when nobody "
        "is at work waits until somebody is.",
    )
    otherwise = fields.Selection(
        selection=[
            ("next", "Ask the next rule"),
            ("wait", "Let the request wait"),
            ("responsible", "Give it to the channel's responsible"),
        ],
        string="When Nobody Can Get It",
        required=True,
        default="next",
        tracking=True,
        help="After the last rule it is the channel's responsible, if there is one; "
        "else the request waits.",
    )
    # Whose turn it is: id of a member -> what is still due to him, in requests.
    credits = fields.Json(readonly=True, copy=False)
    assignment_count = fields.Integer(
        compute="_compute_assignment_count", string="Requests Given Out"
    )

    @api.depends("name")
    def _compute_assignment_count(self):
        counts = dict(
            self.env["lead.assignment"]._read_group(
                [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.assignment_count = counts.get(rule, 0)

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:  # nobody writes down who comes next
            vals_list = [
                {name: value for name, value in vals.items() if name != "credits"}
                for vals in vals_list
            ]
        rules = super().create(vals_list)
        rules.team_id._wake_dispatch()
        return rules

    def write(self, vals):
        if "credits" in vals and not self.env.su:
            raise ValidationError(
                self.env._("Whose turn it is is not written by hand.")
            )
        result = super().write(vals)
        if set(vals) - {"credits"}:
            self.team_id._wake_dispatch()
        return result

    # === ACTION METHODS ===

    def action_open_assignments(self):
        """Show what the rule has given out.

        :return: an action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_assignment_action"
        )
        return {**action, "domain": [("rule_id", "=", self.id)], "context": {}}

    # === FOR THE DISPATCH ===

    def _get_shares(self, off=()):
        """:param off: ids of members who are not at work now
        :rtype: list[Share]
        """
        if self.hours != "work":
            off = ()
        if not self.share_ids:
            members = self.team_id.crm_team_member_ids
            return [
                Share(one.id, one.lead_weight, is_off=one.id in off) for one in members
            ]
        return [
            Share(
                line.member_id.id,
                line.weight,
                is_reserve=line.skill == "helper",
                is_off=line.member_id.id in off,
            )
            for line in self.share_ids
        ]

    def _is_for(self, lead):
        """Say whether a rule may be asked about a request at all.

        :param lead: ``LeadFacts``
        """
        if lead.team:
            is_here = lead.team == self.team_id.id
        else:
            is_here = not self.company_id or self.company_id.id == lead.company
        return is_here and (
            not self.channel_ids or lead.channel in self.channel_ids.ids
        )


class LeadDispatchShare(models.Model):
    """The part of one member of the team in what a rule gives out."""

    _name = "lead.dispatch.share"
    _description = "Share of a Member"
    _order = "skill, id"
    _rec_name = "member_id"

    rule_id = fields.Many2one(
        comodel_name="lead.dispatch.rule",
        required=True,
        index=True,
        ondelete="cascade",
    )
    team_id = fields.Many2one(related="rule_id.team_id")
    company_id = fields.Many2one(related="rule_id.company_id")
    member_id = fields.Many2one(
        comodel_name="crm.team.member",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('crm_team_id', '=', team_id)]",
    )
    weight = fields.Integer(
        required=True,
        default=1,
        help="With 2 somebody gets twice as many as with 1; with 0 nothing.",
    )
    skill = fields.Selection(
        selection=[("expert", "Knows it well"), ("helper", "Can help out")],
        required=True,
        default="expert",
        help="Who can help out gets what those who know it well cannot: when they are "
        "all full or away.",
    )
    capacity = fields.Integer(related="member_id.lead_capacity", string="Limit")
    load = fields.Integer(related="member_id.lead_load", string="Open Now")

    _member_uniq = models.Constraint(
        "UNIQUE (rule_id, member_id)", "This member is in the rule already."
    )
    _weight_positive = models.Constraint(
        "CHECK (weight >= 0)", "A weight is not below zero."
    )

    @api.constrains("rule_id", "member_id")
    def _check_member_of_team(self):
        if any(line.member_id.crm_team_id != line.rule_id.team_id for line in self):
            raise ValidationError(
                self.env._("A rule gives requests to members of its own team.")
            )
