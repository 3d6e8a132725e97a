from datetime import timedelta

from pytz import utc

from odoo import api, fields, models


class StagePace(models.AbstractModel):
    """Says how long a lead may stay, and what is to be done meanwhile."""

    _name = "stage.pace"
    _description = "Pace of a Stage"

    step_ids = fields.One2many(
        comodel_name="lead.stage.step",
        inverse_name="stage_id",
        string="Tasks",
        copy=True,
    )
    longest_stay = fields.Integer(
        help="After so many days the manager of the lead gets a task. 0: no limit.",
    )
    stay_unit = fields.Selection(
        selection=[("working", "working days"), ("calendar", "calendar days")],
        required=True,
        default="working",
    )
    head_after = fields.Integer(
        string="Then the Head",
        default=2,
        help="So many days later the head is told, once.",
    )
    ready_code = fields.Char(
        readonly=True,
        copy=False,
        help="Which stage of the ready pipeline it was made from.",
    )

    _stay_positive = models.Constraint(
        "CHECK (longest_stay >= 0 AND head_after >= 0 AND longest_stay <= 1000)",
        "A stay is between 0 and 1,000 days.",
    )

    @api.model
    def _get_stay_limit(self, calendar, days, unit, now):
        """Find since when a lead must be in a stage to be there for so many days.

        :param now: naive UTC
        :return: naive UTC
        """
        if unit == "working" and calendar:
            found = calendar.plan_days(-days, utc.localize(now), compute_leaves=True)
            if found:  # False without working hours
                return found.astimezone(utc).replace(tzinfo=None)
        return now - timedelta(days=days)
