from odoo import fields, models


class StageTaskOwner(models.AbstractModel):
    """Knows which stage gave a task; the next of its chain comes when it is done."""

    _name = "stage.task.owner"
    _description = "Task Given by a Stage"

    lead_step_id = fields.Many2one(
        comodel_name="lead.stage.step",
        string="Task of a Stage",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="client_base.group_client_user",
    )
    lead_stay_id = fields.Many2one(
        comodel_name="lead.stage.log",
        string="Too Long in a Stage",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="client_base.group_client_user",
    )

    def _action_done(self, feedback=False, attachment_ids=None):
        # sudo: whoever does it, the chain goes on
        done_sudo = self.sudo().filtered("lead_step_id")
        places = {one.res_id: one.lead_step_id.stage_id for one in done_sudo}
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if places:
            self.env["crm.lead"].sudo().browse(places).exists().filtered(
                lambda lead: lead.active and lead.stage_id == places[lead.id]
            )._start_chains()
        return result
