from datetime import datetime, time, timedelta

from pytz import timezone

from odoo import models
from odoo.fields import Datetime
from odoo.tools import SQL

from ..tools import absence, working_days

HORIZON_DAYS = 30  # how far ahead reminders are planned, so that they can be seen
LONGEST_SILENCE = 366  # days without a server after which dates are not caught up with
# Kinds whose date stays of interest however long ago it was.
LASTING_KINDS = ("touch", "review")
# Who is in charge, the first one of them that there is.
TARGETS = {
    "manager": ("manager", "fallback", "company"),
    "head": ("head", "company", "fallback"),
    "user": ("user", "fallback", "company"),
}


class ClientReminderCause(models.AbstractModel):
    """Reads from the cards what a rule has to remind of, when, and whom."""

    _name = "client.reminder.cause"
    _description = "Causes of Reminders"

    # === DAYS ===

    def _get_today(self):
        """:return: what day it is where the company of the rule is"""
        zone = absence.ZoneInfo(self._get_zone_name())
        return absence.local_date(Datetime.now(), zone)

    def _get_zone_name(self):
        company = self.company_id or self.env.company
        return company.resource_calendar_id.tz or "UTC"

    def _get_first_day(self, today):
        """:return: the earliest date to remind of anew"""
        if self.kind in LASTING_KINDS:
            return today.min
        silence = timedelta(days=self.grace_days)
        if self.planned_at:
            pause = today - self.planned_at.date()
            silence = max(silence, min(pause, timedelta(days=LONGEST_SILENCE)))
        return today - silence

    def _get_last_day(self, today):
        """:return: no date after this one can be told within the horizon"""
        return today + timedelta(days=HORIZON_DAYS + 2 * self.days_ahead + 21)

    def _fetch_span(self, today):
        """:return: first and last of the dates to look at: the open reminders' too"""
        [[first, last]] = self.env.execute_query(
            SQL(
                """
                SELECT LEAST(MIN(due_date), %(first)s::date),
                       GREATEST(MAX(due_date), %(last)s::date)
                  FROM client_reminder
                 WHERE rule_id = %(rule)s
                   AND state IN ('waiting', 'given')
                """,
                first=self._get_first_day(today),
                last=self._get_last_day(today),
                rule=self._origin.id or 0,
            )
        )
        return first, last

    def _get_day_table(self, today):
        """Work out for the calendar of each person when to remind of which date.

        :return: SQL of ``(user_id, due_date, remind_on)``; dates that are over are
            left out: of them somebody is reminded at once
        """
        users = self.env["res.users"].with_context(active_test=False)
        people = users.search([("share", "=", False)])
        calendars = people._get_client_calendars()
        last = self._get_last_day(today)
        due = [today + timedelta(days=n) for n in range((last - today).days + 1)]
        rows = []
        company = (self.company_id or self.env.company).resource_calendar_id
        for calendar in {company, *calendars.values()}:
            working = self._get_working_days(calendar, today, last)
            days = working_days.remind_days(working, due, self.days_ahead)
            rows += [(calendar.id or 0, day, remind) for day, remind in days.items()]
        return SQL(
            """
            SELECT person.user_id, day.due_date, day.remind_on
              FROM unnest(%(users)s, %(calendars)s) AS person(user_id, calendar_id)
              JOIN unnest(%(ids)s, %(due)s::date[], %(remind)s::date[])
                   AS day(calendar_id, due_date, remind_on)
                ON day.calendar_id = person.calendar_id
            """,
            users=[0, *people.ids],  # 0: nobody, who works when the company does
            calendars=[company.id or 0, *(calendars[user].id or 0 for user in people)],
            ids=[row[0] for row in rows],
            due=[row[1] for row in rows],
            remind=[row[2] for row in rows],
        )

    def _get_working_days(self, calendar, today, last):
        """:return: days somebody with this calendar works on, holidays left out"""
        first = today - timedelta(days=2 * self.days_ahead + 21)
        if not calendar.attendance_ids:
            return working_days.usual_days(first, last)
        zone = timezone(calendar.tz or "UTC")
        intervals = calendar._work_intervals_batch(
            zone.localize(datetime.combine(first, time.min)),
            zone.localize(datetime.combine(last, time.max)),
        )[False]
        return {begin.date() for begin, _end, _what in intervals}

    # === STATEMENTS ===

    def _sql_cause(self, today):
        """What the cards give cause to remind of.

        :return: SQL of ``partner_id, contact_id, due_date, company_id, user_id,
            remind_on`` of all dates that are to be told or being told
        """
        first, last = self._fetch_span(today)
        return SQL(
            """
            SELECT event.partner_id,
                   event.contact_id,
                   event.due_date,
                   event.company_id,
                   person.user_id,
                   COALESCE(day.remind_on, event.due_date) AS remind_on
              FROM (%(events)s) AS event
         LEFT JOIN res_users AS manager
                ON manager.id = event.user_id
         LEFT JOIN res_company AS company
                ON company.id = COALESCE(event.company_id, %(company)s)
        CROSS JOIN LATERAL (SELECT %(person)s AS user_id) AS person
         LEFT JOIN (%(days)s) AS day
                ON day.user_id = COALESCE(person.user_id, 0)
               AND day.due_date = event.due_date
             WHERE event.due_date BETWEEN %(first)s AND %(last)s
            """,
            events=self._sql_events(first, last),
            company=(self.company_id or self.env.company).id,
            person=self._sql_person(),
            days=self._get_day_table(today),
            first=first,
            last=last,
        )

    def _sql_person(self):
        """:return: SQL of the first one in charge whom somebody can stand in for"""
        lost = self._get_lost_users().ids
        named = {
            "manager": SQL("event.user_id"),
            "head": SQL("manager.client_head_id"),
            "company": SQL("company.client_head_id"),
            "user": SQL("%s::int", self.user_id.id or None),
            "fallback": SQL("%s::int", self.fallback_user_id.id or None),
        }
        return SQL(
            "COALESCE(%s)",
            SQL(", ").join(
                SQL("CASE WHEN %s <> ALL(%s::int[]) THEN %s END", one, lost, one)
                for one in (named[name] for name in TARGETS[self.target])
            ),
        )

    def _get_lost_users(self):
        """:return: archived users nobody acts for"""
        users = self.env["res.users"].sudo().with_context(active_test=False)
        archived = users.search([("active", "=", False), ("share", "=", False)])
        acting = archived._get_acting_users()
        return archived.filtered(lambda user: not acting[user].sudo().active)

    def _get_responsible(self, partners):
        """:return: partner -> the ``res.users`` in charge of it by this rule, or none

        The same choice as the one that the planning makes in SQL.
        """
        lost = self._get_lost_users()
        own_company = self.company_id or self.env.company
        found = {}
        for partner in partners:
            named = {
                "manager": partner.user_id,
                "head": partner.user_id.client_head_id,
                "company": (partner.company_id or own_company).client_head_id,
                "user": self.user_id,
                "fallback": self.fallback_user_id,
            }
            order = [named[name] - lost for name in TARGETS[self.target]]
            found[partner] = next((one for one in order if one), lost.browse())
        return found

    def _sql_events(self, first, last):
        """:return: SQL of ``partner_id, contact_id, due_date, user_id, company_id``"""
        if self.kind == "birthday":
            return self._sql_birthdays(first, last)
        partners = self._get_partners()
        query = partners._search(self._get_client_domain())
        event = self._sql_date(partners, query)
        return query.select(
            SQL("res_partner.id AS partner_id"),
            SQL("NULL::int AS contact_id"),
            SQL("%s AS due_date", event),
            SQL("res_partner.user_id"),
            SQL("res_partner.company_id"),
        )

    def _get_partners(self):
        """:return: no cards, but those that are not archived are found by them"""
        return self.env["res.partner"].sudo().with_context(active_test=True)

    def _sql_date(self, partners, query):
        """:return: SQL of the one date of a client that the rule is about"""
        if self.kind == "touch":
            return SQL(
                "(%s)::date + %s",
                self._sql_local(self._sql_touch(partners, query)),
                self.interval_days,
            )
        name = {"contract_end": "contract_end_date", "review": "review_due"}.get(
            self.kind, self.date_field
        )
        column = partners._field_to_sql(query.table, name, query)
        if partners._fields[name].type == "datetime":
            column = self._sql_local(column)
        return SQL("(%s)::date", column)

    def _sql_local(self, moment):
        return SQL("timezone(%s, timezone('UTC', %s))", self._get_zone_name(), moment)

    def _sql_touch(self, partners, query):
        """:return: SQL of the last moment somebody was in touch with a client

        A client nobody was ever in touch with waits since the card was made.
        """
        touches = SQL("(%s)", partners._select_last_touches())
        condition = SQL("last_touch.partner_id = res_partner.id")
        query.add_join("LEFT JOIN", "last_touch", touches, condition)
        return SQL("COALESCE(last_touch.last_touch_date, res_partner.create_date)")

    def _sql_birthdays(self, first, last):
        """Birthdays of clients and of the people there, a row a year.

        A person born on 29 February has birthday on the 28th in a common year: that
        is what adding years to a date comes to.
        """
        partners = self._get_partners()
        query = partners._search(self._get_client_domain())
        return SQL(
            """
            SELECT client.id AS partner_id,
                   NULLIF(person.id, client.id) AS contact_id,
                   birthday.due_date,
                   client.user_id,
                   client.company_id
              FROM (%(clients)s) AS client
              JOIN res_partner AS person
                ON person.commercial_partner_id = client.id
               AND person.active
        CROSS JOIN generate_series(%(since)s, %(until)s) AS year
        CROSS JOIN LATERAL (
                   SELECT (person.birthdate + make_interval(
                       years => year - EXTRACT(YEAR FROM person.birthdate)::int
                   ))::date AS due_date
                   ) AS birthday
             WHERE person.birthdate < birthday.due_date
            """,
            clients=query.select("id", "user_id", "company_id"),
            since=first.year,
            until=last.year,
        )
