from odoo import fields, models


class LeadPipelineTakeLine(models.TransientModel):
    """Where the leads of one stage go."""

    _name = "lead.pipeline.take.line"
    _description = "Stage of Leads That Move"

    take_id = fields.Many2one(
        comodel_name="lead.pipeline.take", required=True, index=True, ondelete="cascade"
    )
    stage_id = fields.Many2one(
        comodel_name="crm.stage", string="Now In", required=True, ondelete="cascade"
    )
    lead_count = fields.Integer(string="Leads")
    ready_code = fields.Selection(
        selection=lambda self: self.env["lead.ready.pipeline"]._get_choices(),
        string="Go To",
        required=True,
    )
