import logging
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

WEEK = 7
WORK_DAYS = 5


class ClientReactivationWorker(models.AbstractModel):
    """Keeps the process of winning back going, every night after clients are judged.

    Everything is chosen by what is true now: a night that is repeated changes nothing.
    """

    _name = "client.reactivation.worker"
    _description = "Process of Winning Back"
    _inherit = ["client.activity.giver"]

    # === CRON ===

    @api.model
    def _cron_reactivate(self):
        """Go through the companies judged since the last time; one transaction each."""
        companies = self.env["res.company"].search(Domain.TRUE)
        waiting = companies.filtered(
            lambda one: (
                one.client_judged_on
                and one.client_judged_on != one.client_reactivated_on
            )
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(waiting))
        for company in waiting:
            self.env["client.profile"]._go_on(self._run_safely, company)
            if not progress(1):
                break

    @api.model
    def _run_safely(self, company):
        """Go on in a company; what fails there stops no other company."""
        try:
            with self.env.cr.savepoint():
                self._run(company)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            self.env.transaction.clear()
            _logger.exception("Winning back failed in company %d", company.id)
        company.client_reactivated_on = company.client_judged_on

    @api.model
    def _run(self, company):
        today = self.env["client.profile"]._get_today(company)
        month = self.env["client.risk.month"]._get_current(company)
        self.env["client.risk.period"]._measure(month)
        self._follow_managers(company)
        self._follow_activities(company, today)
        self._note_purchases(company, today)
        self._end_unwanted(company, today)
        self._drop_leftovers(company)
        self._ask_outcomes(company, today)
        self.env["client.profile"]._mark_silent(company, today)
        opened = self._open_cases(company, today)
        self._give_steps(company, today)
        self.env["client.profile"]._mark_silent(company, today, opened)
        self._count_revenue(company, today)

    # === OPENING ===

    @api.model
    def _open_cases(self, company, today):
        """Open cases of those who wait, most worth first, as many as people can do.

        :return: ids of the clients
        """
        plan = self.env["client.reactivation.step"]._get_plan(company)
        if not company.client_reactivation_on or not plan:
            return []
        self.env.flush_all()
        people = self._fetch_capacity(company, today)
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO client_reactivation (
                            partner_id, company_id, user_id, origin, state, opened_on,
                            next_on, bought_on, silent_days, winning_value,
                            attempt_count, create_uid, create_date, write_uid,
                            write_date
                          )
                   SELECT partner_id, %(company)s, user_id, 'night', 'open', %(today)s,
                          %(first)s, last_date, %(today)s - last_date, winning_value,
                          0, %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM (%(queue)s) AS queue
                    WHERE number <= left_over
                 ORDER BY partner_id
              ON CONFLICT DO NOTHING
                RETURNING partner_id
                """,
                company=company.id,
                today=today,
                first=today + timedelta(days=plan[0].delay_days),
                queue=self._select_queue(company, people),
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.invalidate_model()
        return [partner_id for (partner_id,) in rows]

    @api.model
    def _select_queue(self, company, people):
        """:return: SQL of those who wait, numbered for each person who is there"""
        return SQL(
            """
            SELECT profile.partner_id,
                   profile.last_date,
                   profile.winning_value,
                   partner.user_id,
                   person.left_over,
                   ROW_NUMBER() OVER (
                       PARTITION BY person.acting_id
                           ORDER BY profile.winning_value DESC, profile.id
                   ) AS number
              FROM client_profile profile
              JOIN res_partner partner ON partner.id = profile.partner_id
              JOIN unnest(%(users)s::int[], %(acting)s::int[], %(left)s::int[])
                   AS person(user_id, acting_id, left_over)
                ON person.user_id = partner.user_id
             WHERE profile.company_id = %(company)s
               AND profile.active
               AND profile.silence_state = 'queue'
            """,
            users=[user.id for user in people],
            acting=[acting.id for acting, _left in people.values()],
            left=[left for _acting, left in people.values()],
            company=company.id,
        )

    @api.model
    def _fetch_capacity(self, company, today):
        """Who is there for whom, and how many new cases he may get today.

        A fifth of a week's worth a day, and never more than a week's worth in a week.

        :return: manager -> who acts for him, what is left of that person's cases
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.user_id
                  FROM client_profile profile
                  JOIN res_partner partner ON partner.id = profile.partner_id
                 WHERE profile.company_id = %(company)s
                   AND profile.silence_state = 'queue'
                   AND partner.user_id IS NOT NULL
                 UNION
                SELECT user_id
                  FROM client_reactivation
                 WHERE company_id = %(company)s
                   AND opened_on > %(since)s
                   AND user_id IS NOT NULL
                """,
                company=company.id,
                since=today - timedelta(days=WEEK),
            )
        )
        users = self.env["res.users"].browse(user_id for (user_id,) in rows)
        acting = self._get_acting(users)
        opened = self._count_opened(company, today, acting)
        weekly = max(company.client_reactivation_weekly, 0)
        daily = -(-weekly // WORK_DAYS)
        people = {}
        for user in users:
            one = acting[user]
            if one and company in one.sudo().company_ids:
                lately, now = opened.get(one, (0, 0))
                people[user] = one, max(min(daily - now, weekly - lately), 0)
        return people

    @api.model
    def _count_opened(self, company, today, acting):
        """:return: who acts -> cases opened by night in a week, and today"""
        opened = {}
        for user, day, count in self._read_group(
            [
                ("company_id", "=", company.id),
                ("origin", "=", "night"),
                ("opened_on", ">", today - timedelta(days=WEEK)),
            ],
            ["user_id", "opened_on:day"],
            ["__count"],
        ):
            one = acting.get(user)
            lately, now = opened.get(one, (0, 0))
            opened[one] = lately + count, now + (count if day == today else 0)
        return opened

    # === STEPS ===

    @api.model
    def _follow_managers(self, company):
        """Write on open cases whose clients they are now."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_reactivation cases
                   SET user_id = partner.user_id
                  FROM res_partner partner
                 WHERE partner.id = cases.partner_id
                   AND cases.company_id = %s
                   AND cases.state IN ('open', 'waiting', 'decide')
                   AND partner.user_id IS NOT NULL
                   AND partner.user_id IS DISTINCT FROM cases.user_id
                """,
                company.id,
            )
        )
        self.invalidate_model(["user_id"])

    @api.model
    def _follow_activities(self, company, today):
        """See what became of the tasks: done is an attempt, cancelled is none."""
        cases = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("step_id", "!=", False),
                ("next_on", "=", False),
            ]
        )
        # sudo as the cron is; done activities are archived
        done = cases.filtered(
            lambda one: one.activity_id and not one.activity_id.active
        )
        done._count_attempts()
        plan = self.env["client.reactivation.step"]._get_plan(company)
        for case in cases.filtered(lambda one: not one.activity_id and not one.next_on):
            if case.state == "open":
                case._go_on(plan, today, is_attempt=False)

    @api.model
    def _give_steps(self, company, today, partner_ids=None):
        """Give the tasks of the steps that are due, each to whoever is there."""
        domain = [
            ("company_id", "=", company.id),
            ("state", "=", "open"),
            ("activity_id", "=", False),
            ("next_on", "<=", today),
        ]
        if partner_ids is not None:
            domain.append(("partner_id", "in", list(partner_ids)))
        plan = self.env["client.reactivation.step"]._get_plan(company)
        due = self.search(domain)
        for case in due.filtered(lambda one: not plan._get_next(one.step_id)):
            case.write(case._prepare_waiting(today))  # the plan became shorter
        people = due.filtered(lambda one: one.state == "open")._get_people()
        self.browse([one.id for one in people])._give_safely(
            lambda cases: cases._give_step(plan, people)
        )

    @api.model
    def _ask_outcomes(self, company, today):
        """Ask for the outcome of cases whose window is over, until it is told."""
        waiting = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "waiting"),
                ("window_until", "<", today),
            ]
        )
        waiting.state = "decide"
        cases = self.search(
            [("company_id", "=", company.id), ("state", "=", "decide")]
        ).filtered(lambda one: not one.activity_id.active)
        people = cases._get_people()
        self.browse([one.id for one in people])._give_safely(
            lambda asked: asked._give_task(people, type(self)._prepare_outcome)
        )

    def _give_safely(self, give):
        """Give tasks; one that cannot be given holds up none of the others.

        :param give: gives the tasks of the cases it gets
        """
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                give(self)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:  # noqa: BLE001 - any poison is this case's own
            self.env.transaction.clear()
            if len(self) == 1:
                _logger.warning("Step of case %d could not be given", self.id)
                return
            half = len(self) // 2
            self[:half]._give_safely(give)
            self[half:]._give_safely(give)

    def _give_step(self, plan, people):
        for case in self:
            case.write({"step_id": plan._get_next(case.step_id).id, "next_on": False})
        self._give_task(people, type(self)._prepare_step)

    def _give_task(self, people, prepare):
        chosen = {case: people[case] for case in self}
        activities = self._give_activities(chosen, prepare)
        for case, activity in zip(self, activities, strict=True):
            case.activity_id = activity

    def _prepare_step(self):
        """:return: values of the task of the step, in the language of the reader"""
        known = self.env._(
            "%(reason)s\nSilent for %(days)s days; attempt %(number)s.\n%(note)s",
            reason=self.reason or "",
            days=self.silent_days + (self._get_today() - self.opened_on).days,
            number=self.attempt_count + 1,
            note=self.step_id.note or "",
        )
        return {
            "activity_type_id": self.step_id.activity_type_id.id,
            "summary": self.step_id.name,
            "note": known.strip(),
            "date_deadline": self._get_today(),
        }

    def _prepare_outcome(self):
        return {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": self.env._("Winning back: what came of it?"),
            "note": self.env._(
                "%(attempts)s attempts were made, the last one on %(day)s, and nothing "
                "was bought. Tell the outcome in “Winning Back”.",
                attempts=self.attempt_count,
                day=self.last_attempt_on or "",
            ),
            "date_deadline": self._get_today(),
        }

    def _get_today(self):
        return self.env["client.profile"]._get_today(self.company_id)
