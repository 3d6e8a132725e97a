from collections import namedtuple
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..tools import escalation

MINUTE = 60

# One deadline whose time for a word has come.
Case = namedtuple("Case", "lead response policy deadline warn_at prefix subject")
# What is to be done about it, and who is to be told.
Task = namedtuple("Task", "case step user state")


class LeadEscalationPlan(models.AbstractModel):
    """Finds what is due about deadlines, and whom it concerns."""

    _name = "lead.escalation.plan"
    _description = "Plan of Escalations"

    @api.model
    def _fetch_cases(self, now):
        """:return: the deadlines about which something is due, a list of ``Case``"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT lead.id, response.id, response.next_step_at
                  FROM lead_response AS response
                  JOIN crm_lead AS lead
                    ON lead.id = response.lead_id
                 WHERE response.state = 'open'
                   AND response.next_step_at <= %(now)s
             UNION ALL
                SELECT id, NULL, stage_next_step_at
                  FROM crm_lead
                 WHERE active
                   AND won_status = 'pending'
                   AND stage_next_step_at <= %(now)s
              ORDER BY 3, 1, 2
                """,
                now=now,
            )
        )
        leads = self.env["crm.lead"].browse(lead_id for lead_id, _id, _at in rows)
        rounds = self.env["lead.response"].browse(
            id_ for _lead, id_, _at in rows if id_
        )
        by_id = {one.id: one for one in rounds}
        return [
            self._make_case(lead, by_id.get(response_id))
            for lead, (_lead_id, response_id, _at) in zip(leads, rows, strict=True)
        ]

    @api.model
    def _make_case(self, lead, response):
        if response:
            return Case(
                lead,
                response,
                response.policy_id,
                response.deadline,
                response.warn_at,
                f"response:{response.id}",
                "response",
            )
        since = lead.date_last_stage_update or lead.create_date
        return Case(
            lead,
            self.env["lead.response"],
            lead.sla_policy_id,
            lead.stage_deadline,
            lead.stage_warn_at,
            f"stage:{lead.id}:{lead.stage_id.id}:{int(since.timestamp())}",
            "stage",
        )

    @api.model
    def _plan_cases(self, cases, now):
        """Choose the steps of each case.

        :return: case -> ``Choice``
        """
        leads = self.env["crm.lead"].union(*(case.lead for case in cases))
        rounds = self.env["lead.response"].union(*(case.response for case in cases))
        times = leads._get_working_times(rounds)
        steps = {case: self._get_steps(case, times[case.lead]) for case in cases}
        keys = [step.key for own in steps.values() for step in own]
        known = set(
            self.env["lead.escalation"].search([("key", "in", keys)]).mapped("key")
        )
        return {
            case: escalation.choose(
                own, known=known, now=now, deadline=case.deadline or now
            )
            for case, own in steps.items()
        }

    @api.model
    def _get_steps(self, case, times):
        """:return: all steps of one deadline, a list of ``Step``"""
        steps = []
        if not case.deadline:
            return steps
        if case.warn_at:
            key = f"{case.prefix}:warn"
            steps.append(escalation.Step(key, "warn", case.warn_at))
        for rule in case.policy.rule_ids:
            if rule.subject not in ("any", case.subject):
                continue
            after = timedelta(minutes=rule.minutes)
            due_at = rule.minutes and times.plan(case.deadline, rule.minutes * MINUTE)
            due_at = due_at or case.deadline + after
            key = f"{case.prefix}:rule:{rule.id}"
            steps.append(escalation.Step(key, rule.kind, due_at, rule.id))
        return steps

    # === PEOPLE ===

    @api.model
    def _assign_tasks(self, choices):
        """:return: the ``Task`` of each step, with whoever acts for the person today"""
        wanted = [
            (case, step, self._get_person(case.lead, step.kind), state)
            for case, choice in choices.items()
            for state, steps in (("done", choice.todo), ("skipped", choice.skipped))
            for step in steps
        ]
        people = self.env["res.users"].union(*(one[2] for one in wanted))
        acting = people._get_acting_users()
        return [
            Task(
                case,
                step,
                acting.get(user, user),
                state if user or step.kind == "reassign" else "skipped",
            )
            for case, step, user, state in wanted
        ]

    @api.model
    def _get_person(self, lead, kind):
        """:return: who is to be told: the owner, or the head instead; may be nobody"""
        owner = lead.user_id
        if kind in ("warn", "remind") and owner.active and owner:
            return owner
        if kind == "reassign":
            return self.env["res.users"]
        heads = (
            owner.client_head_id,
            lead.team_id.user_id,
            lead.channel_id.user_id,
        )
        for head in heads:
            if head.active and head != owner:
                return head
        return self.env["res.users"]
