from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _get_client_reminders(self):
        """:return: the given reminders that these activities are of, sudo"""
        # sudo: whoever does or cancels an activity says so on its reminder too
        return (
            self.env["client.reminder"]
            .sudo()
            .search([("activity_id", "in", self.ids), ("state", "=", "given")])
        )

    def _action_done(self, feedback=False, attachment_ids=None):
        reminders = self._get_client_reminders()
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        reminders._end_by_activity("done")
        return result

    def write(self, vals):
        result = super().write(vals)
        if vals.get("user_id"):
            self._get_client_reminders().write({"user_id": vals["user_id"]})
        return result

    def unlink(self):
        reminders = self._get_client_reminders()
        reminders._end_by_activity("dropped")
        return super().unlink()
