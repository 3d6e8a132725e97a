from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class LeadStageStep(models.Model):
    """One task of the chain that begins when a lead comes to a stage."""

    _name = "lead.stage.step"
    _description = "Task of a Stage"
    _order = "stage_id, sequence, id"
    _rec_name = "summary"

    stage_id = fields.Many2one(
        comodel_name="crm.stage", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    activity_type_id = fields.Many2one(
        comodel_name="mail.activity.type",
        string="Activity",
        required=True,
        domain="[('res_model', 'in', [False, 'crm.lead'])]",
        default=lambda self: self.env.ref("mail.mail_activity_data_call", False),
        ondelete="restrict",
    )
    summary = fields.Char(string="What to Do", required=True, translate=True)
    note = fields.Text(
        string="How to Do It", translate=True, help="Stands in the task."
    )
    days = fields.Integer(
        string="After (days)",
        default=0,
        help="A task never falls on a day off: it comes on the next working day.",
    )
    counted_from = fields.Selection(
        selection=[
            ("entry", "Since the lead came to the stage"),
            ("previous", "Since the task before was done"),
        ],
        string="Counted",
        required=True,
        default="previous",
        help="The first task is counted from when the lead came to the stage.",
    )
    recipient = fields.Selection(
        selection=[
            ("owner", "The manager of the lead"),
            ("head", "The head"),
            ("user", "One person"),
        ],
        string="For",
        required=True,
        default="owner",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        domain="[('share', '=', False)]",
    )

    _days_limit = models.Constraint(
        "CHECK (days BETWEEN 0 AND 366)", "A task comes within a year."
    )

    @api.constrains("recipient", "user_id")
    def _check_recipient(self):
        for step in self:
            if step.recipient == "user" and not step.user_id:
                raise ValidationError(
                    self.env._("Say who does “%(task)s”.", task=step.summary)
                )

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        self.env.registry.clear_cache()
        return steps

    def write(self, vals):
        result = super().write(vals)
        if "stage_id" in vals:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # === BUSINESS METHODS ===

    @api.model
    @tools.ormcache()
    def _get_chained_stages(self):
        """:return: ids of the stages that have tasks"""
        found = self.sudo()._read_group([], ["stage_id"])  # whoever moves a lead
        return frozenset(stage.id for (stage,) in found)
