from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang

from ..tools.policy import POLICY, Policy

# So many days from any day there still is a calendar.
MOST_DAYS = 3650
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
# Shown as per cent.
SHARES = {
    "late_survival",
    "lost_chance",
    "drop_chance",
    "shrinking_ratio",
    "growing_ratio",
}


class ClientRiskThresholds(models.AbstractModel):
    """The thresholds that a person may move, within what makes sense."""

    _name = "client.risk.thresholds"
    _description = "Thresholds to Judge Clients by"

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
        self._check_between(self, BOUNDS)

    @api.model
    def _check_between(self, records, bounds):
        """Refuse numbers that no evaluation could count with.

        :param bounds: least and most of each field, by name
        """
        for one in records:
            for name, (least, most) in bounds.items():
                if not least <= one[name] <= most:
                    label = one._fields[name]._description_string(self.env)
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
        if any(one.trend_leave > one.trend_enter for one in self):
            raise ValidationError(self.env._("A trend must end before it begins."))

    def _to_thresholds(self):
        """:rtype: tools.policy.Policy"""
        self.ensure_one()
        return Policy(**self._get_thresholds())

    def _get_thresholds(self):
        """:rtype: dict[str, float]"""
        return {name: self[name] for name in BOUNDS}

    @api.model
    def _describe(self, values):
        """:return: thresholds for a person, a line each: label and value"""
        lines = []
        for name in BOUNDS:
            label = self._fields[name]._description_string(self.env)
            value = values[name]
            if name in SHARES:
                text = f"{formatLang(self.env, 100 * value, digits=0)} %"
            else:
                digits = 0 if value == round(value) else 2
                text = formatLang(self.env, value, digits=digits)
            lines.append(f"{label}: {text}")
        return "\n".join(lines)
