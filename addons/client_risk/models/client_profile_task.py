from odoo import api, fields, models


class ClientProfileTask(models.AbstractModel):
    """Has something done about a client whose verdict asks for it."""

    _name = "client.profile.task"
    _description = "Tasks about a Client"
    _inherit = ["client.profile.promise"]

    task_ids = fields.One2many(
        comodel_name="client.risk.task",
        inverse_name="profile_id",
        string="Tasks",
        readonly=True,
    )

    @api.model
    def _follow_up(self, company, today, partner_ids=None):
        result = super()._follow_up(company, today, partner_ids)
        # sudo: the tasks are everybody's, whoever has sold something
        tasks_sudo = self.env["client.risk.task"].sudo()
        planned = tasks_sudo._plan(company, today, partner_ids)
        if planned or partner_ids is None:
            tasks_sudo._wake_up(company, at_once=partner_ids is not None)
        return result

    def _end_tasks_by_word(self, text):
        ended = super()._end_tasks_by_word(text)
        return self.task_ids._end_by_word(text) or ended
