import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date
from odoo.tools.misc import get_lang

from .concurrency import CONCURRENCY_ERRORS, MAX_FAILURES

_logger = logging.getLogger(__name__)

# So many clients are looked at while one waits: about a second.
AT_ONCE = 5000
# A monthly run that comes earlier than this finds the work done.
MONTH_DAYS = 25
MEASURE, TASKS = "measure", "tasks"


class ClientAuditRunner(models.AbstractModel):
    """Does an audit step by step: each rule, the figures, the tasks.

    A step that is done is written down and committed with what it did: a killed
    process goes on where it was, and a step done twice changes nothing.
    """

    _name = "client.audit.runner"
    _description = "Runner of Audits"

    # === CRON ===

    @api.model
    def _cron_monthly(self):
        """Begin an audit of each company that had none this month."""
        recent = fields.Date.subtract(fields.Date.today(), days=MONTH_DAYS)
        companies = self.env["res.company"].search(Domain.TRUE)
        had = self.search(
            Domain("company_id", "in", companies.ids)
            & (Domain("date", ">=", recent) | Domain("state", "=", "running"))
        ).company_id
        for company in companies - had:
            audits = self.with_company(company)
            owner = audits._get_fallback(company)
            audit = audits.create({"company_id": company.id, "user_id": owner.id})
            if audit._count_clients(limit=1):
                audit._start()
            else:
                audit.unlink()
        self.env.ref("client_base.ir_cron_client_audit")._trigger()

    @api.model
    def _cron_work(self):
        """Go on with the audits that are under way."""
        running = self.search([("state", "=", "running")], order="id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(running))
        for audit in running:
            audit._work_safely(lambda: progress() > 0)
            if not progress(1):
                break

    @api.model
    def _cron_follow(self):
        """Look each night for what went wrong with the cards since, a rule at a time.

        Of companies that were audited before. A rule that was looked at today is not
        looked at again, so that a run without time goes on where it was.
        """
        groups = self._read_group([("state", "=", "done")], ["company_id"])
        companies = self.env["res.company"].union(*(one for (one,) in groups))
        rules = self.env["client.issue.rule"].search(
            Domain("looked_on", "=", False)
            | Domain("looked_on", "<", fields.Date.today())
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(rules))
        for rule in rules:
            self._follow(rule, companies)
            if not progress(1):
                break
        self._end_tasks()

    def _follow(self, rule, companies):
        """Look for one problem; when its cards are being written, the next run does."""
        try:
            for company in companies:
                if rule.company_id in (company, company.browse()):
                    rule._sync_safely(company, self._get_fallback(company))
            rule.looked_on = fields.Datetime.now()
            self.env.flush_all()
        except CONCURRENCY_ERRORS:
            self.env.cr.rollback()
            self.env.invalidate_all()

    def _work_safely(self, commit):
        """Work; again when cards were written meanwhile; say when it cannot be done."""
        for _attempt in range(MAX_FAILURES):
            try:
                return self._work(commit)
            except CONCURRENCY_ERRORS:
                self.env.cr.rollback()
                self.env.invalidate_all()
            except Exception as error:
                self.env.cr.rollback()
                self.env.invalidate_all()
                _logger.exception("The audit %d cannot be done", self.id)
                self.write({"state": "draft", "problem": type(error).__name__})
                return None
        return None  # the next run goes on

    # === STEPS ===

    def _begin(self):
        """Do a small base at once, leave a large one to the background."""
        audit_sudo = self.sudo()  # the audit is of the company, whoever asks for it
        audit_sudo._start()
        if audit_sudo._count_clients(limit=AT_ONCE + 1) <= AT_ONCE:
            audit_sudo._work(lambda: True)
        else:
            self.env.ref("client_base.ir_cron_client_audit").sudo()._trigger()

    def _start(self):
        rules = self.env["client.issue.rule"]._as_nobody(self.company_id)
        before = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "done"),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        self.write(
            {
                "state": "running",
                "date": fields.Date.context_today(rules),
                "previous_id": before.id,
                "progress": 0,
                "done_steps": [],
                "problem": False,
            }
        )
        self.env.flush_all()  # the unique index speaks now

    def _count_clients(self, limit=None):
        rules = self.env["client.issue.rule"]._as_nobody(self.company_id)
        domain = rules._get_scope_domain(self.company_id)
        return rules.env["res.partner"].search_count(domain, limit=limit)

    def _work(self, commit):
        """Do the steps that are left.

        :param commit: called after each step; falsy when there is no time for more
        """
        steps = [*self._get_rules().ids, MEASURE, TASKS]
        for step in steps:
            if step in (self.done_steps or []):
                continue
            self._do_step(step)
            done = [*(self.done_steps or []), step]
            self.write({"done_steps": done, "progress": 100 * len(done) / len(steps)})
            if step != steps[-1] and not commit():
                return
        self._finish()

    def _do_step(self, step):
        if step == MEASURE:
            self._measure()
        elif step == TASKS:
            self._give_tasks()
        else:
            rule = self.env["client.issue.rule"].browse(step)
            rule._sync_safely(self.company_id, self._get_chosen_owner())

    def _finish(self):
        broken = self._get_rules().filtered("rule_error")
        lines = [f"{rule.name}: {rule.rule_error}" for rule in broken]
        self.write(
            {
                "state": "done",
                "progress": 100,
                "finished_on": fields.Datetime.now(),
                "problem": "\n".join(lines) or False,
            }
        )

    # === TASKS ===

    def _give_tasks(self):
        """Give each owner one task with the whole list; those of old audits go."""
        self.env["client.issue"]._end_questions()
        todo = self.env.ref("client_base.mail_activity_type_audit")
        activities = self.env["mail.activity"]
        audits = self.search([("company_id", "=", self.company_id.id)])
        given = activities.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", audits.ids),
                ("activity_type_id", "=", todo.id),
            ]
        )
        here = given.filtered(lambda one: one.res_id == self.id)
        (given - here).unlink()
        owners = self._fetch_owners()
        activities.with_context(mail_activity_quick_update=True).create(
            [
                self._prepare_task(todo, self.env["res.users"].browse(owner), *numbers)
                for owner, *numbers in owners
                if owner not in here.user_id.ids
            ]
        )

    @api.model
    def _end_tasks(self):
        """End the tasks of those who have nothing left to mend, or to find out."""
        self.env["client.issue"]._end_questions()
        self.env["mail.activity"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT task.id
                  FROM mail_activity AS task
                  JOIN client_audit AS audit
                    ON audit.id = task.res_id
                 WHERE task.res_model = %(model)s
                   AND task.activity_type_id = %(type)s
                   AND task.active
                   AND NOT EXISTS (
                       SELECT
                         FROM client_issue AS issue
                        WHERE issue.company_id = audit.company_id
                          AND issue.user_id = task.user_id
                          AND issue.state = 'open'
                       )
                """,
                model=self._name,
                type=self.env.ref("client_base.mail_activity_type_audit").id,
            )
        )
        # sudo: a task ends with its cause, whoever mended that
        tasks_sudo = self.env["mail.activity"].sudo().browse(id_ for (id_,) in rows)
        if tasks_sudo:
            tasks_sudo.action_feedback()

    def _fetch_owners(self):
        """:return: list of (id of the user, problems, grave ones, first deadline)"""
        self.env["client.issue"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT issue.user_id,
                       COUNT(*),
                       COUNT(*) FILTER (WHERE issue.severity = '3'),
                       MIN(issue.deadline)
                  FROM client_issue AS issue
                  JOIN res_users AS owner
                    ON owner.id = issue.user_id
                   AND owner.active
                 WHERE issue.company_id = %s
                   AND issue.state = 'open'
              GROUP BY issue.user_id
              ORDER BY issue.user_id
                """,
                self.company_id.id,
            )
        )

    def _prepare_task(self, todo, owner, count, grave, deadline):
        """:return: values of the one activity of an owner, in his language"""
        audit = self.with_context(lang=get_lang(self.env, owner.lang).code)
        link = Markup(
            '<p>%s</p><p><a href="/odoo/action-client_base.client_issue_action_own">'
            "%s</a></p>"
        )
        words = audit.env._(
            "Problems of your clients: %(count)s. Grave: %(grave)s.",
            count=count,
            grave=grave,
        )
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": todo.id,
            "summary": audit.env._("Problems to mend: %(count)s", count=count),
            "note": link % (words, audit.env._("Open my list")),
            "user_id": owner.id,
            "date_deadline": deadline or self.date,
        }

    def _format_date(self, day):
        return format_date(self.env, day)
