from odoo import fields, models

from .lead_call_back import ACTIVITY


class CallTaskOwner(models.AbstractModel):
    """Tells of calls that no telephone exchange saw: they were tasks, and are done."""

    _name = "call.task.owner"
    _description = "Task to Call a Client"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Take it down as an answer: whoever has done a call has talked."""
        back = self.env.ref(ACTIVITY, raise_if_not_found=False)
        calls_sudo = self.sudo().filtered(  # whoever has them
            lambda task: (
                task.res_model == "crm.lead"
                and (
                    task.activity_type_id == back
                    or task.activity_category == "phonecall"
                )
            )
        )
        called = calls_sudo.mapped("res_id")
        called_back = calls_sudo.filtered(
            lambda task: task.activity_type_id == back
        ).mapped("res_id")
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if called:
            self._note_calls(called, called_back)
        return result

    def _note_calls(self, called, called_back):
        """:param called_back: of the leads called, those that had called in vain"""
        user, now = self.env.user, fields.Datetime.now()
        leads_sudo = self.env["crm.lead"].sudo()  # whose task it is may have done it
        if not leads_sudo._is_human(user):
            return
        calls_sudo = self.env["lead.call"].sudo()
        missed = calls_sudo.search(
            [
                ("lead_id", "in", called_back),
                ("is_missed", "=", True),
                ("called_back_at", "=", False),
            ]
        )
        missed._tell({"called_back_at": now})
        leads_sudo.browse(called).exists()._note_answer(user, now)
