from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Count the attempt at once; the night would count it otherwise."""
        # sudo: whoever does the task
        cases_sudo = (
            self.env["client.reactivation"]
            .sudo()
            .search([("activity_id", "in", self.ids), ("state", "=", "open")])
        )
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        cases_sudo._count_attempts()
        return result
