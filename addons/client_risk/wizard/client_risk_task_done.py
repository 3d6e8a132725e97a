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
    is_number_dead = fields.Boolean(
        string="The Number Does Not Work",
        help="It is noted on the card, where another number can be found.",
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
        activity.action_feedback(feedback=self._get_feedback())
        if self.is_number_dead:
            self._get_number().action_fail()
        return {"type": "ir.actions.act_window_close"}

    def _get_number(self):
        """:return: the number that the task shows, as the reader may write it"""
        return self.partner_id.contact_point_ids.filtered(
            lambda point: point.kind == "phone" and point.is_primary
        )

    def _get_feedback(self):
        said = (self.comment or "").strip()
        if not self.is_number_dead:
            return said or False
        dead = self.env._("The number %(number)s does not work.", number=self.phone)
        return f"{dead} {said}".strip()
