from datetime import datetime, time
from math import ceil

from pytz import timezone

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.client_base.tools import working_days

from .client_risk_task_giver import BACKLOG_DAYS


class ResUsers(models.Model):
    _inherit = "res.users"

    client_daily_cap = fields.Integer(
        string="Reminders and Tasks a Day",
        help="The most reminders of clients and tasks about them this person gets a "
        "day. 0: as many as the company says.",
    )

    def _get_task_room(self):
        """Tell how many tasks each person may still get today, and why no more.

        :return: user -> (number, code of ``client.risk.task.reason_code``)
        """
        days = {user: user._get_client_today() for user in self}
        given = self._fetch_given_today(days)
        calendars = self.sudo()._get_client_calendars()  # asked on their behalf
        room = {}
        for user, day in days.items():
            today, waiting = given.get(user.id, (0, 0))
            cap = user._get_reminder_cap()
            if not self._is_working_day(calendars[user.sudo()], day):
                room[user] = (0, "day_off")
            elif BACKLOG_DAYS * cap - waiting < cap - today:
                room[user] = (max(BACKLOG_DAYS * cap - waiting, 0), "backlog")
            else:
                room[user] = (max(cap - today, 0), "cap")
        return room

    def _fetch_given_today(self, days):
        """:return: user id -> how much he got today, and how many tasks are undone"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT today.user_id,
                       (SELECT COUNT(*)
                          FROM client_reminder
                         WHERE user_id = today.user_id
                           AND given_on = today.day)
                       + COUNT(task.id) FILTER (WHERE task.given_on = today.day),
                       COUNT(task.id) FILTER (WHERE task.state = 'given')
                  FROM unnest(%s::int[], %s::date[]) AS today(user_id, day)
             LEFT JOIN client_risk_task task
                    ON task.user_id = today.user_id
                   AND (task.state = 'given' OR task.given_on = today.day)
              GROUP BY today.user_id, today.day
                """,
                [user.id for user in days],
                list(days.values()),
            )
        )
        return {user_id: (today, waiting) for user_id, today, waiting in rows}

    def _is_working_day(self, calendar, day):
        """:param calendar: ``resource.calendar``, or none: Monday to Friday"""
        if not calendar.attendance_ids:
            return bool(working_days.usual_days(day, day))
        zone = timezone(calendar.tz or "UTC")
        intervals = calendar._work_intervals_batch(
            zone.localize(datetime.combine(day, time.min)),
            zone.localize(datetime.combine(day, time.max)),
        )[False]
        return bool(intervals)

    def _count_reserved(self):
        """Tell how much of the day of each of these people is kept free for tasks.

        Reminders leave up to half of the day to the tasks that wait.

        :return: user id -> number
        """
        rows = (
            self.env["client.risk.task"]
            .sudo()
            ._read_group(  # of all companies
                [("responsible_id", "in", self.ids), ("state", "=", "waiting")],
                ["responsible_id"],
                ["__count"],
            )
        )
        waiting = {user.id: count for user, count in rows}
        return {
            user.id: min(waiting.get(user.id, 0), ceil(user._get_reminder_cap() / 2))
            for user in self
        }
