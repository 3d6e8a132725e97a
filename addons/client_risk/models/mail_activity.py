from odoo import models

# What may take a client's promise away, or put it off.
PROMISE_FIELDS = {"active", "activity_type_id", "date_deadline", "res_id"}


class MailActivity(models.Model):
    """Tells tasks, cases of winning back and promises what becomes of an activity."""

    _inherit = "mail.activity"

    # === CRUD METHODS ===

    def write(self, vals):
        promised = self._get_promised() if PROMISE_FIELDS & set(vals) else None
        result = super().write(vals)
        if promised:
            self.env["client.profile"]._judge_freed(promised, "promise_overdue")
        if vals.get("user_id"):
            self._get_client_tasks().write({"user_id": vals["user_id"]})
        return result

    def unlink(self):
        self._get_client_tasks()._end_by_activity("dropped")
        promised = self._get_promised()
        result = super().unlink()
        if promised:
            self.env["client.profile"]._judge_freed(promised, "promise_overdue")
        return result

    # === BUSINESS METHODS ===

    def _action_done(self, feedback=False, attachment_ids=None):
        """Count the attempt of winning back at once, not at night alone."""
        tasks = self._get_client_tasks()
        cases = self._get_client_cases()
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        cases._count_attempts()
        tasks._end_by_activity("done", feedback or "")
        return result

    def _get_client_tasks(self):
        """:return: the given tasks that these activities are of, sudo"""
        # sudo: whoever does or cancels an activity says so on its task too
        return (
            self.env["client.risk.task"]
            .sudo()
            .search([("activity_id", "in", self.ids), ("state", "=", "given")])
        )

    def _get_client_cases(self):
        """:return: the open cases of winning back that these are steps of, sudo"""
        # sudo: whoever does the task
        return (
            self.env["client.reactivation"]
            .sudo()
            .search([("activity_id", "in", self.ids), ("state", "=", "open")])
        )

    def _get_promised(self):
        """:return: the cards, sudo, of those to whom these activities are promises"""
        promises = self.filtered(
            lambda one: (
                one.res_model == "res.partner"
                and one.activity_type_id.is_client_promise
            )
        )
        # sudo: whoever does an activity on a card
        partners_sudo = self.env["res.partner"].sudo()
        return partners_sudo.browse(promises.mapped("res_id")).exists()
