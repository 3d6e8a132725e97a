from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _get_client_tasks(self):
        """:return: the given tasks that these activities are of, sudo"""
        # sudo: whoever does or cancels an activity says so on its task too
        return (
            self.env["client.risk.task"]
            .sudo()
            .search([("activity_id", "in", self.ids), ("state", "=", "given")])
        )

    def _action_done(self, feedback=False, attachment_ids=None):
        tasks = self._get_client_tasks()
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        tasks._end_by_activity("done", feedback or "")
        return result

    def write(self, vals):
        result = super().write(vals)
        if vals.get("user_id"):
            self._get_client_tasks().write({"user_id": vals["user_id"]})
        return result

    def unlink(self):
        self._get_client_tasks()._end_by_activity("dropped")
        return super().unlink()
