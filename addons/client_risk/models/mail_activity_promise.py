from odoo import models

# What may take a client's promise away, or put it off.
ACTIVITY_FIELDS = {"active", "activity_type_id", "date_deadline", "res_id"}


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def write(self, vals):
        promised = self._get_promised() if ACTIVITY_FIELDS & set(vals) else None
        result = super().write(vals)
        if promised:
            self.env["client.profile"]._judge_freed(promised, "promise_overdue")
        return result

    def unlink(self):
        promised = self._get_promised()
        result = super().unlink()
        if promised:
            self.env["client.profile"]._judge_freed(promised, "promise_overdue")
        return result

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
