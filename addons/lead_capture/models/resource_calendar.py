from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.working_time import Shift, WorkingTime

MARGIN = timedelta(days=1)


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    @api.constrains("attendance_ids", "schedule_type")
    def _check_lead_hours(self):
        """Keep the hours that a team counts its deadlines in."""
        empty = self.filtered(lambda calendar: not calendar._has_lead_hours())
        if not empty:
            return
        # sudo: whoever changes working hours need not know the sales teams
        teams = self.env["crm.team"].sudo().with_context(active_test=False)
        used = teams.search(Domain("client_calendar_id", "in", empty.ids), limit=1)
        if used:
            raise ValidationError(
                self.env._(
                    "“%(calendar)s” must keep working hours: the deadlines of a sales "
                    "team are counted in it.",
                    calendar=used.client_calendar_id.name,
                )
            )

    def _has_lead_hours(self):
        """Say whether deadlines can be counted: it is known when somebody works."""
        self.ensure_one()
        return bool(self._get_lead_shifts())

    def _get_lead_shifts(self):
        """:return: a list of ``Shift``; none when only the length of work is told"""
        self.ensure_one()
        if self.schedule_type == "flexible":
            return []
        return [
            Shift(
                weekday=int(line.dayofweek),
                begin=line.hour_from,
                end=line.hour_to,
                week=int(line.week_type or 0) if self.two_weeks_calendar else None,
            )
            for line in self.sudo().attendance_ids
            if line._is_work_period() and line.hour_to > line.hour_from
        ]

    def _get_lead_times(self, since):
        """Read the working hours of each calendar, with one query for the days off.

        :param since: naive UTC; days off that ended before are left out
        :return: calendar -> ``WorkingTime``, which is false without hours
        """
        off = self._fetch_lead_days_off(since)
        return {
            calendar: WorkingTime(
                calendar._get_lead_shifts(),
                calendar.tz or "UTC",
                off[calendar],
            )
            for calendar in self.sudo()  # hours of work are no secret
        }

    def _fetch_lead_days_off(self, since):
        """:return: calendar -> begin and end of the days off of everybody, naive UTC"""
        leaves = self.env["resource.calendar.leaves"].sudo()  # days off of a company
        found = leaves.search_fetch(
            [
                ("resource_id", "=", False),
                ("time_type", "=", "leave"),
                ("calendar_id", "in", [False, *self.ids]),
                ("date_to", ">=", fields.Datetime.to_string(since - MARGIN)),
            ],
            ["calendar_id", "company_id", "date_from", "date_to"],
        )
        nobody = self.env["res.company"]
        return {
            calendar: [
                (leave.date_from, leave.date_to)
                for leave in found
                if leave.calendar_id == calendar
                or (
                    not leave.calendar_id
                    and leave.company_id in (calendar.company_id, nobody)
                )
            ]
            for calendar in self.sudo()
        }
