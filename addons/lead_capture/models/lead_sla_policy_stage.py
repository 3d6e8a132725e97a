from odoo import fields, models

from .lead_sla_policy import MAX_HOURS


class LeadSlaPolicyStage(models.Model):
    """How long a lead may stay in a stage, in working hours."""

    _name = "lead.sla.policy.stage"
    _description = "Deadline of a Stage"
    _order = "stage_sequence, id"

    policy_id = fields.Many2one(
        comodel_name="lead.sla.policy", required=True, index=True, ondelete="cascade"
    )
    stage_id = fields.Many2one(
        comodel_name="crm.stage", required=True, index=True, ondelete="cascade"
    )
    stage_sequence = fields.Integer(related="stage_id.sequence", store=True)
    hours = fields.Float(string="Working Hours", required=True, default=8)

    _stage_uniq = models.Constraint(
        "UNIQUE (policy_id, stage_id)", "This stage has its deadline already."
    )
    _hours_range = models.Constraint(
        f"CHECK (hours > 0 AND hours <= {MAX_HOURS})",
        "A stage lasts more than nothing, and a year at most.",
    )
