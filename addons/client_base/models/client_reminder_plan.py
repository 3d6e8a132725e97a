import logging
from datetime import timedelta

from odoo import models
from odoo.exceptions import ValidationError
from odoo.fields import Datetime, Domain
from odoo.tools import SQL

from .client_reminder_cause import HORIZON_DAYS, LASTING_KINDS
from .concurrency import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

# What the nightly pass took back, and gives again when the reason is gone again.
TAKEN_BACK = ("changed", "touched", "archived")


class ClientReminderPlan(models.AbstractModel):
    """Finds what a rule has to remind of, in one statement for all clients.

    A reminder that is planned is a row in the state *waiting*. One that is not caused
    by the cards any more is taken back: it is forgotten when its day has not come yet,
    and dropped with a reason when somebody was to get it already.
    """

    _name = "client.reminder.plan"
    _description = "Planning of Reminders"
    _inherit = ["client.reminder.cause"]

    def _plan_safely(self):
        """Plan; what goes wrong with a rule is written on the rule and stops no other.

        :raise: only what another attempt may mend, such as a serialization failure
        """
        self.ensure_one()
        own = self.sudo()  # clients of all people and companies, as the cron does
        error = False
        try:
            with self.env.cr.savepoint():
                own._plan()
        except CONCURRENCY_ERRORS:
            raise
        except Exception as problem:  # noqa: BLE001 - any poison is this rule's own
            _logger.warning("Reminder rule %d could not be planned", self.id)
            error = str(problem).partition("\n")[0]
        own.write({"error": error, "planned_at": Datetime.now()})

    def _plan(self):
        self.env.flush_all()
        self.env.invalidate_all()
        today = self._get_today()
        rows = self.env.execute_query(self._sql_plan(today))
        self.env.invalidate_all()
        self._drop_late(today)
        reminders = self.env["client.reminder"].sudo()
        for code in TAKEN_BACK:
            gone = reminders.browse([row[0] for row in rows if row[1] == code])
            gone._drop(code)
        reminders.browse(
            [row[0] for row in rows if not row[1]]
        )._follow_manager_safely()

    def _count_preview(self):
        """:return: how many clients or people the rule will remind of in 30 days"""
        if not self._is_plannable():
            return 0
        [[count]] = self.env.execute_query(self._sql_preview(SQL("COUNT(*)")))
        return count

    def _fetch_preview_clients(self):
        """:rtype: list[int]"""
        found = self.env.execute_query(self._sql_preview(SQL("DISTINCT partner_id")))
        return [partner_id for (partner_id,) in found]

    def _is_plannable(self):
        """Whether a rule on a form that is being filled in says enough already."""
        try:
            self._get_own_domain()
        except ValidationError:
            return False
        return self.interval_days > 0 and (self.kind != "date_field" or self.date_field)

    # === STATEMENTS ===

    def _sql_preview(self, what):
        today = self._get_today()
        self.env.flush_all()
        clients = self.env["res.partner"].with_context(active_test=False)
        return SQL(
            """
            SELECT %(what)s
              FROM (%(cause)s) AS cause
             WHERE cause.partner_id IN %(readable)s
               AND remind_on <= %(until)s
               AND due_date >= %(first)s
               AND NOT EXISTS (
                   SELECT 1
                     FROM client_reminder AS known
                    WHERE known.rule_id = %(rule)s
                      AND known.partner_id = cause.partner_id
                      AND known.contact_id IS NOT DISTINCT FROM cause.contact_id
                      AND known.due_date = cause.due_date
                      AND known.state != 'waiting'
                   )
            """,
            what=what,
            readable=clients._search(Domain.TRUE).subselect(),
            cause=self.sudo()._sql_cause(today),
            first=self._get_first_day(today),
            until=today + timedelta(days=HORIZON_DAYS),
            rule=self._origin.id or 0,
        )

    def _sql_plan(self, today):
        """Plan what is new, mend what was planned, take back what is not caused.

        :return: SQL of ``id, code`` of the reminders somebody has an activity of:
            why it is to be dropped, or nothing when another person is to get it
        """
        return SQL(
            """
            WITH cause AS MATERIALIZED (%(cause)s),
            gone AS MATERIALIZED (
                SELECT reminder.id,
                       reminder.state,
                       reminder.remind_on,
                       CASE WHEN NOT partner.active THEN 'archived'
                            WHEN %(kind)s = 'touch' THEN 'touched'
                            ELSE 'changed'
                       END AS code
                  FROM client_reminder AS reminder
                  JOIN res_partner AS partner
                    ON partner.id = reminder.partner_id
                 WHERE reminder.rule_id = %(rule)s
                   AND reminder.state IN ('waiting', 'given')
                   AND NOT EXISTS (
                       SELECT 1
                         FROM cause
                        WHERE cause.partner_id = reminder.partner_id
                          AND cause.due_date = reminder.due_date
                          AND cause.contact_id IS NOT DISTINCT FROM reminder.contact_id
                       )
            ),
            forgotten AS (
                DELETE FROM client_reminder AS reminder
                 USING gone
                 WHERE gone.id = reminder.id
                   AND gone.state = 'waiting'
                   AND gone.remind_on > %(today)s
            ),
            dropped AS (
                UPDATE client_reminder AS reminder
                   SET state = 'dropped', reason_code = gone.code
                  FROM gone
                 WHERE gone.id = reminder.id
                   AND gone.state = 'waiting'
                   AND gone.remind_on <= %(today)s
            ),
            planned AS (%(insert)s)
            SELECT id, code
              FROM gone
             WHERE state = 'given'
         UNION ALL
            SELECT reminder.id, NULL
              FROM client_reminder AS reminder
              JOIN cause USING (partner_id, due_date)
         LEFT JOIN res_users AS reminded
                ON reminded.id = reminder.user_id
             WHERE reminder.rule_id = %(rule)s
               AND reminder.state = 'given'
               AND reminder.contact_id IS NOT DISTINCT FROM cause.contact_id
               AND (reminder.responsible_id IS DISTINCT FROM cause.user_id
                    OR reminded.active IS NOT TRUE)
            """,
            cause=self._sql_cause(today),
            kind=self.kind,
            rule=self.id,
            today=today,
            insert=self._sql_insert(today),
        )

    def _sql_insert(self, today):
        """Rows that stand there as they should are left alone, not written again."""
        return SQL(
            """
            INSERT INTO client_reminder (
                   rule_id, partner_id, contact_id, due_date, remind_on,
                   responsible_id, user_id, company_id, priority, state,
                   create_uid, write_uid, create_date, write_date
                   )
            SELECT %(rule)s, cause.partner_id, cause.contact_id, cause.due_date,
                   cause.remind_on, cause.user_id, cause.user_id,
                   COALESCE(cause.company_id, %(company)s), %(priority)s, 'waiting',
                   %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM cause
         LEFT JOIN client_reminder AS known
                ON known.rule_id = %(rule)s
               AND known.partner_id = cause.partner_id
               AND known.due_date = cause.due_date
               AND known.contact_id IS NOT DISTINCT FROM cause.contact_id
             WHERE cause.due_date >= %(first)s
               AND cause.remind_on <= %(until)s
               AND (known.id IS NULL
                    OR known.state = 'waiting'
                    AND (known.remind_on, known.responsible_id, known.priority)
                        IS DISTINCT FROM
                        (cause.remind_on, cause.user_id, %(priority)s)
                    OR known.state = 'dropped'
                    AND known.given_on IS NULL
                    AND known.reason_code = ANY(%(taken_back)s))
                ON CONFLICT (rule_id, partner_id, COALESCE(contact_id, 0), due_date)
                DO UPDATE
               SET state = 'waiting',
                   reason_code = NULL,
                   remind_on = EXCLUDED.remind_on,
                   responsible_id = EXCLUDED.responsible_id,
                   user_id = EXCLUDED.user_id,
                   priority = EXCLUDED.priority
            """,
            rule=self.id,
            company=self.company_id.id or None,
            priority=self.priority,
            uid=self.env.uid,
            now=Datetime.now(),
            first=self._get_first_day(today),
            until=today + timedelta(days=HORIZON_DAYS),
            taken_back=list(TAKEN_BACK),
        )

    def _drop_late(self, today):
        """Drop what nobody got in time; a touch or a review is never too late."""
        if self.kind in LASTING_KINDS:
            return
        self.env["client.reminder"].sudo().search(
            [
                ("rule_id", "=", self.id),
                ("state", "=", "waiting"),
                ("due_date", "<", today - timedelta(days=self.grace_days)),
            ]
        )._drop("late")
