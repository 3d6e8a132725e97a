import logging
from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date, plaintext2html, split_every
from odoo.tools.misc import get_lang

from .concurrency import CONCURRENCY_ERRORS, run_patiently

_logger = logging.getLogger(__name__)

GIVE_BATCH = 50
MORNING_HOUR = 5  # on the clock of each company


class ClientReminderGiver(models.AbstractModel):
    """Gives the reminders that are due: a day's worth a person, the rest waits.

    The activity and the reminder that says so are committed together, so that a killed
    process gives nothing twice.
    """

    _name = "client.reminder.giver"
    _description = "Giving of Reminders"

    # === CRON ===

    @api.model
    def _cron_give(self):
        """Plan by every rule, then give what is due; twice is once."""
        rules = self.env["client.reminder.rule"].search(
            Domain.TRUE, order="planned_at, id"
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(rules) + 1)
        for rule in rules:
            # a rule takes seconds, and what is due is known when all have planned
            run_patiently(
                self.env, lambda rule=rule: (rule._plan_safely(), progress(1))
            )
        run_patiently(self.env, lambda: self._give_due(progress))
        run_patiently(self.env, lambda: (self._explain_waiting(), progress(1)))
        self._wake_up_next_morning()

    def _give_due(self, progress):
        """Give what each person may get today, a committed batch at a time."""
        people = self._fetch_people()
        due = self._fetch_due(people)
        progress(remaining=len(due) + 1)
        for batch in split_every(GIVE_BATCH, due, list):
            reminders = self.browse(id_ for id_, _user in batch).exists()
            taken = reminders.try_lock_for_update().filtered(
                lambda one: one.state == "waiting"
            )
            users = self.env["res.users"]
            chosen = {id_: users.browse(user_id) for id_, user_id in batch}
            taken._give_safely({one: chosen[one.id] for one in taken})
            if not progress(len(batch)):
                break

    def _wake_up_next_morning(self):
        """Come again early by the clock of each company, summer and winter."""
        cron = self.env.ref("client_base.ir_cron_client_reminder", False)
        zones = {
            company.resource_calendar_id.tz or "UTC"
            for company in self.env["res.company"].search(Domain.TRUE)
        }
        now = utc.localize(fields.Datetime.now())
        mornings = set()
        for zone in map(timezone, zones):
            day = now.astimezone(zone).date() + timedelta(days=1)
            morning = zone.localize(datetime.combine(day, time(MORNING_HOUR)))
            mornings.add(morning.astimezone(utc).replace(tzinfo=None))
        if cron:
            cron._trigger(at=sorted(mornings))

    # === CHOOSING ===

    def _fetch_people(self):
        """Who is there for whom today, and how much each may get.

        :return: lists of one length: responsible, acting, his day, what is left
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT responsible_id
                  FROM client_reminder
                 WHERE state = 'waiting'
                   AND responsible_id IS NOT NULL
                   AND remind_on <= %s
                """,
                fields.Date.today() + timedelta(days=1),
            )
        )
        users = self.env["res.users"].browse(user_id for (user_id,) in rows)
        acting = {
            user: one for user, one in users._get_acting_users().items() if one.active
        }
        people = self.env["res.users"].browse({one.id for one in acting.values()})
        days = {one: one._get_client_today() for one in people}
        given = self._fetch_given(days)
        left = {
            one: max(one._get_reminder_cap() - given.get(one.id, 0), 0)
            for one in people
        }
        return (
            [user.id for user in acting],
            [one.id for one in acting.values()],
            [days[one] for one in acting.values()],
            [left[one] for one in acting.values()],
        )

    def _fetch_given(self, days):
        """:return: user id -> how many reminders he got today"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT reminder.user_id, COUNT(*)
                  FROM client_reminder AS reminder
                  JOIN unnest(%(users)s::int[], %(days)s::date[]) AS today(user_id, day)
                    ON today.user_id = reminder.user_id
                   AND today.day = reminder.given_on
              GROUP BY reminder.user_id
                """,
                users=[user.id for user in days],
                days=list(days.values()),
            )
        )
        return dict(rows)

    def _fetch_due(self, people):
        """:return: what is to be given now, most important first: (id, user id)"""
        return self.env.execute_query(
            SQL(
                """
                SELECT id, acting_id
                  FROM (
                      SELECT due.*,
                             ROW_NUMBER() OVER (
                                 PARTITION BY acting_id ORDER BY %(order)s
                             ) AS number
                        FROM (%(due)s) AS due
                       WHERE is_next AND NOT is_open AND is_allowed
                       ) AS due
                 WHERE number <= cap
              ORDER BY %(order)s
                """,
                due=self._sql_due(people),
                order=SQL("priority DESC, due_date, potential DESC, id"),
            )
        )

    def _sql_due(self, people):
        """Everything due that somebody is there for, with what may hold it back."""
        return SQL(
            """
            SELECT reminder.id,
                   reminder.priority,
                   reminder.due_date,
                   person.acting_id,
                   person.cap,
                   COALESCE(array_position(
                       ARRAY['low', 'medium', 'high'], partner.deal_potential
                   ), 0) AS potential,
                   ROW_NUMBER() OVER (
                       PARTITION BY reminder.rule_id, reminder.partner_id
                           ORDER BY reminder.due_date, reminder.id
                   ) = 1 AS is_next,
                   EXISTS (
                       SELECT 1
                         FROM client_reminder AS other
                        WHERE other.rule_id = reminder.rule_id
                          AND other.partner_id = reminder.partner_id
                          AND other.state = 'given'
                   ) AS is_open,
                   partner.company_id IS NULL OR EXISTS (
                       SELECT 1
                         FROM res_company_users_rel AS allowed
                        WHERE allowed.user_id = person.acting_id
                          AND allowed.cid = partner.company_id
                   ) AS is_allowed
              FROM client_reminder AS reminder
              JOIN unnest(%(ids)s::int[], %(acting)s::int[], %(days)s::date[],
                          %(caps)s::int[])
                   AS person(responsible_id, acting_id, day, cap)
                ON person.responsible_id = reminder.responsible_id
               AND reminder.remind_on <= person.day
              JOIN res_partner AS partner
                ON partner.id = reminder.partner_id
             WHERE reminder.state = 'waiting'
            """,
            ids=people[0],
            acting=people[1],
            days=people[2],
            caps=people[3],
        )

    def _explain_waiting(self):
        """Write on everything that is due and was not given why it waits."""
        people = self._fetch_people()
        code = SQL(
            """
            CASE WHEN NOT found.is_allowed THEN 'no_access'
                 WHEN found.is_open OR NOT found.is_next THEN 'open'
                 ELSE 'cap'
            END
            """
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_reminder AS reminder
                   SET reason_code = %(code)s
                  FROM (%(due)s) AS found
                 WHERE found.id = reminder.id
                   AND reminder.reason_code IS DISTINCT FROM 'failed'
                   AND reminder.reason_code IS DISTINCT FROM %(code)s
                """,
                code=code,
                due=self._sql_due(people),
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_reminder
                   SET reason_code = 'nobody'
                 WHERE state = 'waiting'
                   AND remind_on <= %(today)s
                   AND reason_code IS DISTINCT FROM 'failed'
                   AND reason_code IS DISTINCT FROM 'nobody'
                   AND (responsible_id IS NULL
                        OR responsible_id <> ALL(%(ids)s::int[]))
                """,
                today=fields.Date.today(),
                ids=people[0],
            )
        )
        self.invalidate_model(["reason_code", "reason"])

    # === GIVING ===

    def _give_safely(self, people):
        """Give; one that cannot be given is marked and holds up none of the others.

        :param people: reminder -> who gets it
        """
        try:
            with self.env.cr.savepoint():
                self._give(people)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:  # noqa: BLE001 - any poison is this reminder's own
            self.env.invalidate_all()
            if len(self) > 1:
                for reminder in self:
                    reminder._give_safely(people)
            elif self:
                _logger.warning("Reminder %d could not be given", self.id)
                self.reason_code = "failed"

    def _give(self, people):
        """Create the activities and say so on the reminders.

        :param people: reminder -> who gets it
        """
        if not self:
            return
        users = self.env["res.users"].browse({people[one].id for one in self})
        days = {user: user._get_client_today() for user in users}
        activities = (
            self.env["mail.activity"]
            .sudo()  # whoever gives it, the rule says what is in it
            .with_context(mail_activity_quick_update=True)  # no e-mail for each
            .create(
                [one._prepare_activity(people[one], days[people[one]]) for one in self]
            )
        )
        self._store_given(activities, people, days)

    def _prepare_activity(self, user, today):
        """:return: values of a ``mail.activity`` for ``user``, in his language"""
        rule = self.rule_id.with_context(lang=get_lang(self.env, user.lang).code)
        values = self.with_context(lang=rule.env.lang)._get_values(user, today)
        on_date = rule.deadline_on == "event"
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": self.partner_id.id,
            "activity_type_id": rule.activity_type_id.id,
            "summary": rule._fill_in(rule.summary, values),
            "note": plaintext2html(rule._fill_in(rule.note, values)),
            "user_id": user.id,
            "date_deadline": self.due_date if on_date else today,
        }

    def _get_values(self, user, today):
        """:return: placeholder -> text"""
        person = self.contact_id or self.partner_id
        born = self.rule_id.kind == "birthday" and person.birthdate
        return {
            "name": person.name or "",
            "client": self.partner_id.name or "",
            "date": self._format_date(self.due_date),
            "age": str(self.due_date.year - born.year) if born else "",
            "days": str((self.due_date - today).days),
            "manager": self.responsible_id.name or user.name,
        }

    def _format_date(self, day):
        return format_date(self.env, day)

    # === FOLLOWING ===

    def _follow_manager_safely(self):
        """Follow; when that fails, whoever writes the card does not hear of it.

        The nightly pass tries again.
        """
        if not self:
            return
        self.env.flush_all()  # what fails here is no fault of these records
        try:
            with self.env.cr.savepoint(flush=False):
                self._follow_manager()
                self.env.flush_all()
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            self.env.transaction.clear()
            _logger.exception(
                "%s: %d stay with the former manager", self._name, len(self)
            )

    def _move_to(self, responsible, acting):
        """:param acting: who gets the activities in the place of ``responsible``"""
        own = self.filtered(
            lambda one: (
                one.activity_id.active and one.activity_id.user_id == one.user_id
            )
        )
        self.write({"responsible_id": responsible.id})
        own.write({"user_id": acting.id})
        own.activity_id.with_context(mail_activity_quick_update=True).write(
            {"user_id": acting.id}
        )

    def _store_given(self, activities, people, days):
        """Write who got which activity when, in one statement.

        :param activities: in the order of ``self``
        :param people: record -> user
        :param days: user -> what day it is where he is
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s AS told
                   SET state = 'given',
                       reason_code = NULL,
                       activity_id = given.activity_id,
                       user_id = given.user_id,
                       given_on = given.day
                  FROM unnest(%(ids)s, %(activities)s, %(users)s, %(days)s::date[])
                       AS given(id, activity_id, user_id, day)
                 WHERE told.id = given.id
                """,
                table=SQL.identifier(self._table),
                ids=self.ids,
                activities=activities.ids,
                users=[people[one].id for one in self],
                days=[days[people[one]] for one in self],
            )
        )
        self.invalidate_recordset()
