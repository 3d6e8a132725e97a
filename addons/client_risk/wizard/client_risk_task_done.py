from odoo import fields, models
from odoo.exceptions import UserError


class ClientRiskTaskDone(models.TransientModel):
    """Asks what came of a call, and ends its task and its activity by that."""

    _name = "client.risk.task.done"
    _description = "What Came of a Task"
    _rec_name = "task_id"

    task_id = fields.Many2one(
        comodel_name="client.risk.task",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    # as the reader: whoever names a foreign task is told nothing of it
    partner_id = fields.Many2one(related="task_id.partner_id", related_sudo=False)
    phone = fields.Char(related="task_id.phone", related_sudo=False)
    comment = fields.Text(
        string="What Was Said", help="It stands in the history of the card."
    )

    def action_done(self):
        """Mark the activity of the task as done, with what was said.

        :return: an action that closes the window
        """
        self.ensure_one()
        self.task_id.check_access("read")
        activity = self.task_id.activity_id
        if self.task_id.state != "given" or not activity.active:
            raise UserError(self.env._("This task is not yours to do any more."))
        activity.action_feedback(feedback=self.comment or False)
        return {"type": "ir.actions.act_window_close"}
