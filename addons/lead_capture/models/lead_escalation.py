from odoo import fields, models


class LeadEscalation(models.Model):
    """One thing said or done about a deadline, once: the row is the proof."""

    _name = "lead.escalation"
    _description = "Escalation"
    _inherit = ["lead.escalation.giver"]
    _order = "due_at desc, id desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one(
        comodel_name="crm.lead", required=True, index=True, ondelete="cascade"
    )
    response_id = fields.Many2one(
        comodel_name="lead.response", index="btree_not_null", ondelete="cascade"
    )
    rule_id = fields.Many2one(
        comodel_name="lead.escalation.rule", index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one(comodel_name="res.company", index="btree_not_null")
    key = fields.Char(
        required=True,
        help="The deadline and the step: whatever is done about them is done once.",
    )
    kind = fields.Selection(
        selection=[
            ("warn", "Warned"),
            ("remind", "Reminded"),
            ("head", "Head told"),
            ("reassign", "Given to somebody else"),
        ],
        required=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Told", index="btree_not_null"
    )
    deadline = fields.Datetime()
    due_at = fields.Datetime(string="Due")
    done_at = fields.Datetime(string="When")
    state = fields.Selection(
        selection=[
            ("done", "Done"),
            ("summed", "In a Summary"),
            ("skipped", "Not Needed"),
            ("failed", "Failed"),
        ],
        required=True,
        default="done",
    )

    _key_uniq = models.Constraint("UNIQUE (key)", "This was done already.")
