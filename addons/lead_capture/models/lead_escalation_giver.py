import logging
from collections import Counter
from dataclasses import replace
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime, format_time, split_every
from odoo.tools.misc import get_lang

from odoo.addons.client_base.models.concurrency import (
    CONCURRENCY_ERRORS,
    run_patiently,
)
from odoo.addons.client_base.tools.absence import local_date

_logger = logging.getLogger(__name__)

GIVE_BATCH = 50
# More than so many at once are told in one sentence: a flood is read by nobody.
SUMMARY_FROM = 6
TYPES = {
    ("warn", "response"): "lead_capture.mail_activity_answer",
    ("remind", "response"): "lead_capture.mail_activity_answer",
    ("head", "response"): "lead_capture.mail_activity_late",
    ("warn", "stage"): "lead_capture.mail_activity_stage",
    ("remind", "stage"): "lead_capture.mail_activity_stage",
    ("head", "stage"): "lead_capture.mail_activity_late",
}
SUMMARY_TYPE = "lead_capture.mail_activity_summary"


class LeadEscalationGiver(models.AbstractModel):
    """Tells people of deadlines: each step once, even when a process is killed.

    What is said and the row that proves it are committed together.
    """

    _name = "lead.escalation.giver"
    _description = "Giving of Escalations"
    _inherit = ["lead.escalation.plan", "lead.escalation.alarm"]

    # === CRON ===

    @api.model
    def _cron_escalate(self):
        """Warn before deadlines and tell of missed ones; twice is once."""
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=1)
        run_patiently(self.env, self._tidy_up)
        run_patiently(self.env, self._alarm_safely)
        run_patiently(self.env, lambda: self._escalate_due(progress))
        progress(1)

    def _alarm_safely(self):
        """Alarm; when nobody can be told, deadlines are told of all the same."""
        try:
            with self.env.cr.savepoint():
                self._alarm_missing_hours()
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            _logger.exception("Nobody could be told of missing working hours")

    def _tidy_up(self):
        """Judge what is late by now, and take away summaries of what is answered."""
        self.env["lead.response"]._judge_missed(fields.Datetime.now())
        summaries = self._search_summaries(self.env["res.users"])
        if summaries and not self.env["lead.response"].search_count(
            [("state", "=", "open"), ("verdict", "=", "late")], limit=1
        ):
            summaries.unlink()

    def _escalate_due(self, progress):
        """Do what is due, a committed batch of deadlines at a time."""
        now = fields.Datetime.now()
        cases = self._fetch_cases(now)
        choices = self._plan_cases(cases, now)
        tasks = self._assign_tasks(choices)
        told = Counter(
            task.user for task in tasks if task.user and task.state == "done"
        )
        crowd = {user for user, count in told.items() if count >= SUMMARY_FROM}
        progress(remaining=len(cases) + 1)
        for batch in split_every(GIVE_BATCH, cases, list):
            self._settle_safely(batch, choices, tasks, crowd)
            if not progress(len(batch)):
                break

    def _settle_safely(self, cases, choices, tasks, crowd):
        """Settle; one that cannot be settled holds up none of the rest."""
        try:
            with self.env.cr.savepoint():
                self._settle(cases, choices, tasks, crowd)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            self.env.invalidate_all()
            if len(cases) > 1:
                for case in cases:
                    self._settle_safely([case], choices, tasks, crowd)
            else:
                _logger.exception("Deadline of lead %d: nobody told", cases[0].lead.id)
                self._give_up(cases[0], choices[cases[0]], tasks)

    def _settle(self, cases, choices, tasks, crowd):
        """Tell people, prove it and plan the next step of each case."""
        self.env.invalidate_all()
        cases = [case for case in cases if self._is_due(case)]
        chosen = set(cases)
        own = [task for task in tasks if task.case in chosen]
        self._prove([self._sum_up(task, crowd) for task in own])
        for task in own:
            if task.state == "done":
                self._tell(task, crowd)
        for user in crowd & {task.user for task in own}:
            total = sum(one.user == user and one.state == "done" for one in tasks)
            self._tell_summary(user, total)
        for case in cases:
            self._plan_next(case, choices[case].next_at)
        self.env.flush_all()  # what is wrong shows now, inside of the savepoint

    @api.model
    def _is_due(self, case):
        """Ask again: an answer may have come while others were told."""
        if case.response:
            return case.response.exists() and case.response.state == "open"
        lead = case.lead.exists()
        return lead.active and lead.won_status == "pending" and lead.stage_next_step_at

    @api.model
    def _sum_up(self, task, crowd):
        is_summed = task.state == "done" and task.user in crowd
        if is_summed and task.step.kind != "reassign":
            return task._replace(state="summed")
        return task

    def _give_up(self, case, choice, tasks):
        """Take down that it failed, so that the next run goes on with the next step."""
        own = [
            task._replace(state="failed", user=self.env["res.users"])
            for task in tasks
            if task.case == case
        ]
        self._prove(own)
        self._plan_next(case, choice.next_at)

    def _prove(self, tasks):
        now = fields.Datetime.now()
        self.env["lead.escalation"].create(
            [
                {
                    "lead_id": task.case.lead.id,
                    "response_id": task.case.response.id,
                    "company_id": task.case.lead.company_id.id,
                    "rule_id": task.step.rule_id or False,
                    "key": task.step.key,
                    "kind": task.step.kind,
                    "user_id": task.user.id,
                    "deadline": task.case.deadline,
                    "due_at": task.step.due_at,
                    "done_at": now,
                    "state": task.state,
                }
                for task in tasks
            ]
        )

    def _plan_next(self, case, next_at):
        if case.response:
            case.response.next_step_at = next_at
        else:
            case.lead._plan_stage_step(next_at)

    # === TELLING ===

    def _tell(self, task, crowd):
        """Do one step; what goes into a summary is not said a second time."""
        if task.step.kind == "reassign":
            task = self._hand_over(task)
        if task.user and task.user not in crowd:
            self._give_activity(task)
        if task.step.kind == "warn":
            self._show_warning(task)

    def _hand_over(self, task):
        """Give the lead to somebody else, who hears of it; without anybody the head.

        :return: the task of telling him
        """
        lead = task.case.lead
        user = lead._reassign_late(task.case.deadline)
        kind = "remind" if user else "head"
        if not user:
            head = self._get_person(lead, "head")
            user = head._get_acting_users().get(head, head)
        return task._replace(user=user, step=replace(task.step, kind=kind))

    def _give_activity(self, task):
        """Give one open activity a lead, person and kind; a later word changes it."""
        lead, user = task.case.lead, task.user
        kind = self.env.ref(TYPES[task.step.kind, task.case.subject])
        values = self._prepare_activity(task, kind)
        activities = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True  # no e-mail for each
        )
        there = activities.search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "=", lead.id),
                ("activity_type_id", "=", kind.id),
                ("user_id", "=", user.id),
            ],
            limit=1,
        )
        if there:
            there.summary = values["summary"]
        elif lead.with_user(user).has_access("read"):
            is_follower = user.partner_id in lead.message_partner_ids
            activities.create(values)
            if not is_follower and user != lead.user_id:
                # one word about a delay is no wish to read every letter from now on
                lead.message_unsubscribe(user.partner_id.ids)
        else:
            activities.create(self._prepare_free_activity(task, values))

    def _prepare_activity(self, task, kind):
        user, lead = task.user, task.case.lead
        return {
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": lead.id,
            "user_id": user.id,
            "activity_type_id": kind.id,
            "summary": self._get_summary(task),
            "date_deadline": user._get_client_today(),
            "automated": True,
        }

    def _prepare_free_activity(self, task, values):
        """:return: values for who stands in and may not open the lead itself"""
        name = task.case.lead.name
        summary = f"{values['summary']}: {name}"
        kind = self.env.ref(SUMMARY_TYPE)
        return {
            **values,
            "res_model_id": False,
            "res_id": False,
            "summary": summary,
            "activity_type_id": kind.id,
        }

    def _get_summary(self, task):
        """:return: what is said, in the language and on the clock of who hears it"""
        speaker = self._speak_to(task.user)
        moment = self._say_moment(task, speaker.env)
        owner = task.case.lead.user_id.name or speaker.env._("nobody")
        env = speaker.env
        if task.case.subject == "response":
            texts = {
                "warn": env._("Answer by %(moment)s", moment=moment),
                "remind": env._("No answer since %(moment)s", moment=moment),
                "head": env._(
                    "No answer from %(owner)s since %(moment)s",
                    owner=owner,
                    moment=moment,
                ),
            }
        else:
            texts = {
                "warn": env._("The stage ends at %(moment)s", moment=moment),
                "remind": env._("The stage was to end at %(moment)s", moment=moment),
                "head": env._(
                    "%(owner)s was to end the stage at %(moment)s",
                    owner=owner,
                    moment=moment,
                ),
            }
        return texts[task.step.kind]

    def _say_moment(self, task, env):
        """:return: the hour, with the day when it is not the day of who hears it"""
        deadline, user = task.case.deadline, task.user
        zone = user.tz or task.case.lead.team_id._get_lead_calendar().tz or "UTC"
        if local_date(deadline, ZoneInfo(zone)) == user._get_client_today():
            return format_time(env, deadline, tz=zone, time_format="short")
        return format_datetime(env, deadline, tz=zone, dt_format="short")

    def _speak_to(self, user):
        return self.with_context(lang=get_lang(self.env, user.lang).code)

    def _show_warning(self, task):
        """Show it at once to who has Odoo open."""
        task.user._bus_send(
            "simple_notification",
            {
                "type": "warning",
                "title": self._get_summary(task),
                "message": task.case.lead.name,
                "sticky": True,
            },
        )

    # === SUMMARIES ===

    def _search_summaries(self, users):
        """:return: open summaries of ``users``, of everybody when there are none"""
        domain = Domain("activity_type_id", "=", self.env.ref(SUMMARY_TYPE).id)
        if users:
            domain &= Domain("user_id", "in", users.ids)
        return self.env["mail.activity"].search(domain)

    def _tell_summary(self, user, count):
        """Tell somebody in one sentence of many deadlines."""
        speaker = self._speak_to(user)
        text = speaker.env._(
            "%(count)s requests are due or late: see Answer Now", count=count
        )
        there = self._search_summaries(user)[:1]
        if there:
            there.summary = text
            return
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            {
                "user_id": user.id,
                "activity_type_id": self.env.ref(SUMMARY_TYPE).id,
                "summary": text,
                "date_deadline": user._get_client_today(),
                "automated": True,
            }
        )
