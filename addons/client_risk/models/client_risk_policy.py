from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools.policy import POLICY, Policy

# What a person may move, and the least and the most of it.
BOUNDS = {
    "late_survival": (0.02, 0.5),
    "grace_days": (0, 365),
    "short_period": (0, 365),
    "short_grace_days": (0, 365),
    "lost_chance": (0.01, 0.9),
    "drop_chance": (0, 0.5),
    "trend_enter": (0.1, 5),
    "trend_leave": (0, 5),
    "shrinking_ratio": (0, 1),
    "growing_ratio": (1, 10),
    "dwell_days": (0, 90),
}


class ClientRiskPolicy(models.Model):
    """The thresholds by which the clients of a company, or of one group, are judged.

    The first that fits a client counts; who fits none is judged by what was measured
    on several companies.
    """

    _name = "client.risk.policy"
    _description = "Thresholds of Risk"
    _order = "sequence, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Empty: all companies.",
    )
    group_id = fields.Many2one(
        comodel_name="client.group",
        string="Only for the Group",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: all clients of the company.",
    )
    late_survival = fields.Float(
        string="Rarity of a Late Silence",
        default=POLICY.late_survival,
        help="A date is missed when so small a share of faithful clients is silent so "
        "long. Less: fewer and later alerts.",
    )
    grace_days = fields.Float(
        string="Days of Grace",
        default=POLICY.grace_days,
        help="Nobody is late sooner than so many days after the expected date.",
    )
    short_period = fields.Float(
        string="A Short Rhythm Is under",
        default=POLICY.short_period,
        help="In days between purchases.",
    )
    short_grace_days = fields.Float(
        string="Days of Grace in a Short Rhythm", default=POLICY.short_grace_days
    )
    lost_chance = fields.Float(
        string="Lost below the Chance",
        default=POLICY.lost_chance,
        help="The chance that the client buys within two of his periods.",
    )
    drop_chance = fields.Float(
        string="Proposed for Removal below the Chance", default=POLICY.drop_chance
    )
    trend_enter = fields.Float(
        string="A Trend Begins at",
        default=POLICY.trend_enter,
        help="In standard deviations: how far beyond chance a change must be.",
    )
    trend_leave = fields.Float(string="A Trend Ends at", default=POLICY.trend_leave)
    shrinking_ratio = fields.Float(
        string="Shrinking up to", default=POLICY.shrinking_ratio
    )
    growing_ratio = fields.Float(string="Growing from", default=POLICY.growing_ratio)
    dwell_days = fields.Integer(
        string="Days in a Status",
        default=POLICY.dwell_days,
        help="So long a status stays unless the client buys or it gets worse.",
    )

    @api.constrains(*BOUNDS)
    def _check_bounds(self):
        for policy in self:
            for name, (least, most) in BOUNDS.items():
                if not least <= policy[name] <= most:
                    label = self._fields[name]._description_string(self.env)
                    raise ValidationError(
                        self.env._(
                            "“%(label)s” must be between %(least)s and %(most)s.",
                            label=label,
                            least=least,
                            most=most,
                        )
                    )

    @api.constrains("trend_enter", "trend_leave")
    def _check_trend(self):
        if any(policy.trend_leave > policy.trend_enter for policy in self):
            raise ValidationError(self.env._("A trend must end before it begins."))

    def _to_thresholds(self):
        """:rtype: tools.policy.Policy"""
        self.ensure_one()
        return Policy(**{name: self[name] for name in BOUNDS})

    @api.model
    def _get_of_company(self, company):
        """:return: the policies that may count there, the first first"""
        return self.search(
            [("company_id", "in", [False, company.id])], order="sequence, id"
        )

    @api.model
    def _select_choice(self, policies):
        """:return: SQL of the place (from 1) of a ``partner``'s policy, 0 for none"""
        cases = [
            SQL(
                "WHEN %s THEN %s",
                SQL(
                    """EXISTS (
                        SELECT 1
                          FROM client_group_res_partner_rel
                         WHERE partner_id = partner.id
                           AND group_id = %s
                    )""",
                    policy.group_id.id,
                )
                if policy.group_id
                else SQL("TRUE"),
                place,
            )
            for place, policy in enumerate(policies, 1)
        ]
        return SQL("CASE %s ELSE 0 END", SQL(" ").join(cases)) if cases else SQL("0")
