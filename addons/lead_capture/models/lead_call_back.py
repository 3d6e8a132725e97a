from odoo import api, fields, models

ACTIVITY = "lead_capture.mail_activity_type_call_back"


class LeadCallBack(models.AbstractModel):
    """Is called back when its client called in vain; one task at a time."""

    _name = "lead.call.back"
    _description = "Lead to Call Back"

    def write(self, vals):
        """The task to call back goes with the lead to whoever has it now."""
        result = super().write(vals)
        if vals.get("user_id"):
            tasks = self._get_call_backs()
            tasks.filtered(lambda task: task.user_id.id != vals["user_id"]).write(
                {"user_id": vals["user_id"]}
            )
        return result

    @api.model
    def _get_call_back_type(self):
        """:return: ``mail.activity.type``, past the rules; none when it was deleted"""
        types_sudo = self.env["mail.activity.type"].sudo()
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        return types_sudo.browse(kind and kind.id)

    def _get_call_backs(self):
        """:return: the open tasks, past the rules"""
        kind_sudo = self._get_call_back_type()
        tasks_sudo = self.env["mail.activity"].sudo()  # whoever has them
        if not kind_sudo or not self.ids:
            return tasks_sudo
        return tasks_sudo.search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", kind_sudo.id),
            ]
        )

    def _ask_call_back(self):
        """Give each lead's manager a task, unless there is an open one."""
        asked = set(self._get_call_backs().mapped("res_id"))
        leads_sudo = self.sudo().filtered(lambda lead: lead.id not in asked)
        if not leads_sudo or not self._get_call_back_type():
            return
        # sudo: the intake makes no other tasks
        tasks_sudo = self.env["mail.activity"].sudo()
        tasks_sudo.with_context(mail_activity_quick_update=True).create(
            [lead._prepare_call_back() for lead in leads_sudo]
        )

    def _prepare_call_back(self):
        user = self.user_id or self.channel_id.user_id
        kind_sudo = self._get_call_back_type().with_context(lang=user.lang)
        return {
            "activity_type_id": kind_sudo.id,
            "summary": kind_sudo.summary or kind_sudo.name,
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": self.id,
            "user_id": user.id,
            "date_deadline": user._get_client_today() if user else fields.Date.today(),
        }

    def _end_call_backs(self):
        """Take the tasks away: the call itself says that it was done."""
        self._get_call_backs().unlink()
