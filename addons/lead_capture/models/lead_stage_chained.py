from datetime import timedelta

from odoo import api, models
from odoo.tools import plaintext2html
from odoo.tools.misc import get_lang

# So many days ahead a working day is looked for.
DAYS_OFF_LIMIT = 14


class LeadStageChained(models.AbstractModel):
    """Has the tasks of the stage it is in, one after another.

    A task is given once to a lead: one that was done is not given again when the lead
    comes back, and one that was not done goes when the lead leaves the stage.
    """

    _name = "lead.stage.chained"
    _description = "Lead with the Tasks of a Stage"

    def _follow_chains(self, before, after):
        """Give and take away tasks as the leads have moved.

        :param before: id of a lead -> ``Standing``; new leads are not in it
        :param after: the same, as it is now
        """
        self._filter_moved(before, after)._drop_stage_tasks()
        chained = self.env["lead.stage.step"]._get_chained_stages()
        if not chained:
            return
        self._hand_tasks_over(before, after)
        self.filtered(
            lambda lead: (
                after[lead.id].stage in chained
                and self._is_chain_due(before.get(lead.id), after[lead.id])
            )
        )._start_chains()

    def _filter_moved(self, before, after):
        return self.filtered(
            lambda lead: (
                lead.id in before and before[lead.id].stage != after[lead.id].stage
            )
        )

    @api.model
    def _is_chain_due(self, old, new):
        if not new.is_there or new.kind != "opportunity" or not new.user:
            return False
        return (
            not old
            or not old.is_there
            or not old.user
            or (old.stage, old.kind) != (new.stage, new.kind)
        )

    def _drop_stage_tasks(self):
        """Cancel the open tasks of stages that these leads have left."""
        if not self:
            return
        open_sudo = self._get_stage_tasks()
        places = {lead.id: lead.stage_id for lead in self.sudo()}
        open_sudo.filtered(
            lambda one: (
                one.lead_stay_id or one.lead_step_id.stage_id != places[one.res_id]
            )
        ).unlink()

    def _hand_tasks_over(self, before, after):
        """Give the open tasks of a lead to its new manager."""
        handed = {
            lead.id: (before[lead.id].user, after[lead.id].user)
            for lead in self
            if lead.id in before
            and before[lead.id].user
            and after[lead.id].user
            and before[lead.id].user != after[lead.id].user
        }
        if not handed:
            return
        tasks_sudo = self.browse(handed)._get_stage_tasks()
        own = tasks_sudo.filtered(lambda one: one.user_id.id == handed[one.res_id][0])
        for user_id, tasks in own.grouped(lambda one: handed[one.res_id][1]).items():
            tasks.write({"user_id": user_id})

    def _get_stage_tasks(self):
        """:return: the open tasks that stages gave to these leads, sudo"""
        # sudo: a task may be somebody else's
        return (
            self.env["mail.activity"]
            .sudo()
            .with_context(mail_activity_quick_update=True)
            .search(
                [
                    ("res_model", "=", "crm.lead"),
                    ("res_id", "in", self.ids),
                    "|",
                    ("lead_step_id", "!=", False),
                    ("lead_stay_id", "!=", False),
                ]
            )
        )

    def _start_chains(self):
        """Give each lead the tasks of its stage that are due and were not given yet."""
        if not self:
            return
        # sudo: a rule of the company, whoever moves the lead
        steps_sudo = self.env["lead.stage.step"].sudo()
        steps_sudo = steps_sudo.search([("stage_id", "in", self.stage_id.ids)])
        given = self._get_given_steps(steps_sudo)
        values, days = [], {}
        chains = steps_sudo.grouped("stage_id")
        for lead in self.sudo():
            for step in self._choose_steps(chains.get(lead.stage_id, ()), lead, given):
                user = lead._get_step_user(step)
                if user:
                    values.append(lead._prepare_stage_task(step, user, days))
        if values:
            self.env["mail.activity"].sudo().with_context(  # as above
                mail_activity_quick_update=True
            ).create(values)

    def _get_given_steps(self, steps):
        """:return: (id of a lead, id of a step) -> whether it was done"""
        tasks = self.env["mail.activity"].sudo().with_context(active_test=False)
        found = tasks.search_fetch(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", self.ids),
                ("lead_step_id", "in", steps.ids),
            ],
            ["res_id", "lead_step_id", "active"],
        )
        return {(one.res_id, one.lead_step_id.id): not one.active for one in found}

    @api.model
    def _choose_steps(self, chain, lead, given):
        """:return: the steps of a chain that a lead is to be given now"""
        chosen, is_open_way = [], True
        for step in chain:
            done = given.get((lead.id, step.id))
            if done is None and (is_open_way or step.counted_from == "entry"):
                chosen.append(step)
            is_open_way = bool(done)
        return chosen

    def _get_step_user(self, step):
        if step.recipient == "user":
            return step.user_id
        if step.recipient == "head":
            return self._get_stage_head()
        return self.user_id

    def _get_stage_head(self):
        """:return: who is told about a lead beside its manager, or nobody"""
        company = self.company_id or self.env.company
        return (
            self.team_id.user_id
            or self.user_id.client_head_id
            or company.client_head_id
        )

    def _prepare_stage_task(self, step, user, days):
        """:param days: (calendar, day) -> next working day, filled in on the way
        :return: values of a ``mail.activity`` in the language of ``user``
        """
        step = step.with_context(lang=get_lang(self.env, user.lang).code)
        wanted = user._get_client_today() + timedelta(days=step.days)
        calendar = (self.company_id or self.env.company).resource_calendar_id
        if (calendar, wanted) not in days:
            days[calendar, wanted] = self._get_next_workday(calendar, wanted)
        return {
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": self.id,
            "activity_type_id": step.activity_type_id.id,
            "summary": step.summary,
            "note": plaintext2html(step.note) if step.note else False,
            "user_id": user.id,
            "date_deadline": days[calendar, wanted],
            "lead_step_id": step.id,
        }

    @api.model
    def _get_next_workday(self, calendar, day):
        if not calendar.attendance_ids:
            return day
        for ahead in range(DAYS_OFF_LIMIT):
            if calendar._works_on_date(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        return day
