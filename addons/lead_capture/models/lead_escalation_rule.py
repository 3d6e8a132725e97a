from odoo import fields, models


class LeadEscalationRule(models.Model):
    """One step of what happens when a deadline is over."""

    _name = "lead.escalation.rule"
    _description = "Step after a Deadline"
    _order = "policy_id, minutes, id"

    policy_id = fields.Many2one(
        comodel_name="lead.sla.policy", required=True, index=True, ondelete="cascade"
    )
    minutes = fields.Integer(
        string="Minutes After",
        required=True,
        default=30,
        help="Working minutes after the deadline.",
    )
    kind = fields.Selection(
        selection=[
            ("remind", "Remind the person responsible"),
            ("head", "Tell the head"),
            ("reassign", "Give the request to somebody else"),
        ],
        string="What to Do",
        required=True,
        default="remind",
    )
    subject = fields.Selection(
        selection=[
            ("response", "First response"),
            ("stage", "Stage"),
            ("any", "Both"),
        ],
        string="Deadline",
        required=True,
        default="any",
    )

    _minutes_range = models.Constraint(
        "CHECK (minutes >= 0 AND minutes <= 100000)",
        "A step comes after its deadline, within some weeks.",
    )
    _step_uniq = models.Constraint(
        "UNIQUE (policy_id, kind, subject, minutes)", "This step is there already."
    )
