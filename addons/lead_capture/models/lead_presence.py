from datetime import UTC, datetime, time, timedelta

from pytz import timezone

from odoo import fields, models

from odoo.addons.client_base.tools import absence

# So far ahead the end of an absence is looked for.
LOOK_AHEAD = timedelta(days=120)
MOMENT = timedelta(minutes=1)


class LeadPresence(models.AbstractModel):
    """Says who is at work at a moment, and when somebody comes back."""

    _name = "lead.presence"
    _description = "Presence of Users"

    def _get_at_work(self, moment=None):
        """Find who is at work now, by the working hours of each; not who is logged in.

        Somebody without any working hours works whenever he is not away.

        :param moment: naive UTC; now when it is left out
        """
        moment = moment or fields.Datetime.now()
        calendars = self.sudo()._get_client_calendars()  # asked on everybody's behalf
        leaves = self.sudo()._fetch_leaves([moment.date()])
        begin = moment.replace(tzinfo=UTC)
        working = {}
        there = self.browse()
        for user in self.sudo():
            calendar, zone = calendars[user], user._get_client_zone()
            if (calendar, zone) not in working:
                working[calendar, zone] = self._is_open(calendar, begin, zone)
            is_on_leave = any(
                left <= moment < right for left, right in leaves.get(user.id, ())
            )
            if working[calendar, zone] and not is_on_leave:
                there += self.browse(user.id)
        return there

    def _is_open(self, calendar, begin, zone):
        """:param begin: a moment with its time zone"""
        if not calendar.attendance_ids:
            return True
        hours = calendar._work_intervals_batch(
            begin, begin + MOMENT, tz=timezone(zone.key)
        )
        return bool(hours[False])

    def _get_back_days(self):
        """Say when those who are away come back.

        :return: user -> the first day on which he is there again; ``False`` when nobody
            knows it
        """
        now = fields.Datetime.now()
        leaves = self.sudo()._fetch_leaves([now.date(), (now + LOOK_AHEAD).date()])
        calendars = self.sudo()._get_client_calendars()
        return {
            user: user._get_back_day(leaves.get(user.id, ()), calendars[user.sudo()])
            for user in self
        }

    def _get_back_day(self, leaves, calendar):
        """:param leaves: begin and end of the user's leaves, naive UTC"""
        user = self.sudo()  # absences are asked for by whoever gives work out
        zone = user._get_client_zone()
        day = today = user._get_client_today()
        spans = list(leaves)
        if user.out_of_office_from:
            if not user.out_of_office_to and user._is_out_of_office_on(today):
                return False
            if user.out_of_office_to:
                last = absence.local_date(user.out_of_office_to, zone)
                first = absence.local_date(user.out_of_office_from, zone)
                spans.append(self._get_whole_days(first, last, zone))
        while day - today < LOOK_AHEAD:
            span = absence.working_span(day, absence.USUAL_HOURS, zone)
            is_away = absence.covers_day(span, spans)
            if not is_away and self._is_working_day(calendar, day):
                break
            day += timedelta(days=1)
        return day

    def _get_working_today(self):
        """:return: those who work today by the days of their calendars"""
        calendars = self.sudo()._get_client_calendars()  # asked on everybody's behalf
        return self.filtered(
            lambda user: self._is_working_day(
                calendars[user.sudo()], user._get_client_today()
            )
        )

    def _is_working_day(self, calendar, day):
        """Say whether a day of the week has hours; a calendar without any has all."""
        days = calendar.attendance_ids.mapped("dayofweek")
        return not days or str(day.weekday()) in days

    def _get_whole_days(self, first, last, zone):
        """:return: begin and end, naive UTC"""
        begin, end = (
            datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)
            for day in (first, last + timedelta(days=1))
        )
        return begin, end
