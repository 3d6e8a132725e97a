from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import absence

LINKS = ("client_deputy_id", "client_head_id")


class ResUsers(models.Model):
    _inherit = "res.users"

    client_deputy_id = fields.Many2one(
        comodel_name="res.users",
        string="Deputy",
        domain="[('share', '=', False), ('id', '!=', id)]",
        index="btree_not_null",
        groups="base.group_user",
        help="Who gets the reminders about the clients while this person is away.",
    )
    client_head_id = fields.Many2one(
        comodel_name="res.users",
        string="Head",
        domain="[('share', '=', False), ('id', '!=', id)]",
        index="btree_not_null",
        groups="base.group_user",
        help="Who is asked when neither this person nor the deputy is there.",
    )

    client_daily_cap = fields.Integer(
        string="Reminders a Day",
        groups="base.group_user",
        help="The most reminders of clients this person gets a day. 0: as many as the "
        "company says.",
    )

    @api.model
    def _self_accessible_fields(self):
        """Let colleagues, and no guests, name their deputy in their preferences."""
        readable, writeable = super()._self_accessible_fields()
        if self.env.user._is_internal():
            return readable | set(LINKS), writeable | {"client_deputy_id"}
        return readable, writeable

    @api.constrains("client_deputy_id", "client_head_id")
    def _check_client_deputy(self):
        for user in self.sudo():  # whoever writes his own deputy
            others = user.client_deputy_id | user.client_head_id
            if user in others:
                raise ValidationError(
                    self.env._("Nobody is a deputy or a head of oneself.")
                )
            if others.filtered("share"):
                raise ValidationError(
                    self.env._("A deputy and a head are colleagues, not guests.")
                )

    # === WHO IS THERE ===

    def _is_away(self, day):
        """:param day: a date on the calendar of the user's own time zone"""
        self.ensure_one()
        return self in self._get_away(day)

    def _get_acting_user(self, day=None):
        """:return: who acts for this user; see :meth:`_get_acting_users`"""
        self.ensure_one()
        return self._get_acting_users(day)[self]

    def _get_acting_users(self, day=None):
        """Find who acts for each user, in a fixed number of queries.

        :param day: a date; today of each person's own time zone when it is left out
        :rtype: dict[res.users, res.users]
        """
        involved = self._get_involved_users()
        active = involved.sudo().filtered("active")
        present = active - active._get_away(day)
        links = {
            name: {user.id: user[name].id for user in involved.sudo() if user[name]}
            for name in LINKS
        }
        return {
            user: self.browse(
                absence.choose_acting(
                    user.id,
                    present=set(present.ids),
                    active=set(active.ids),
                    deputies=links["client_deputy_id"],
                    heads=links["client_head_id"],
                )
            )
            for user in self
        }

    def _get_involved_users(self):
        """:return: the users, their deputies and heads, theirs in turn, and so on"""
        involved = newest = self
        while newest:
            # sudo: who stands in for whom is asked on everybody's behalf
            people_sudo = newest.sudo()
            newest = (people_sudo.client_deputy_id | people_sudo.client_head_id).sudo(
                False
            ) - involved
            involved |= newest
        return involved

    def _get_away(self, day=None):
        """:return: those who are away on ``day``; archived ones are away for good"""
        if not self:
            return self
        people_sudo = self.sudo()  # absences are asked for by whoever gives work out
        calendars = people_sudo._get_client_calendars()
        days = {user: day or user._get_client_today() for user in people_sudo}
        leaves = people_sudo._fetch_leaves(days.values())
        away = people_sudo.filtered(
            lambda user: (
                not user.active
                or user._is_out_of_office_on(days[user])
                or absence.covers_day(
                    user._get_working_span(days[user], calendars[user]),
                    leaves.get(user.id, []),
                )
            )
        )
        return self.browse(away.ids)

    def _is_out_of_office_on(self, day):
        """Take both ends as whole days, the way the preferences show them."""
        begin, end = self.out_of_office_from, self.out_of_office_to
        if not begin:
            return False
        zone = self._get_client_zone()
        since = absence.local_date(begin, zone)
        return since <= day and (not end or day <= absence.local_date(end, zone))

    def _get_working_span(self, day, calendar):
        """:return: begin and end of the working day, naive UTC"""
        hours = [
            (line.hour_from, line.hour_to)
            for line in calendar.attendance_ids
            if line.dayofweek == str(day.weekday()) and not line.display_type
        ]
        span = absence.USUAL_HOURS
        if hours:
            span = min(begin for begin, _end in hours), max(end for _b, end in hours)
        return absence.working_span(day, span, self._get_client_zone())

    def _fetch_leaves(self, days):
        """:return: user id -> begin and end of his own leaves around ``days``, UTC

        Leaves of a whole company are no absences: nobody works on these days.
        """
        first = datetime.combine(min(days), time()) - timedelta(days=1)
        last = datetime.combine(max(days), time()) + timedelta(days=2)
        leaves = self.env["resource.calendar.leaves"].search(
            [
                ("resource_id.user_id", "in", self.ids),
                ("time_type", "=", "leave"),
                ("date_from", "<", last),
                ("date_to", ">", first),
            ]
        )
        return {
            user.id: own.mapped(lambda leave: (leave.date_from, leave.date_to))
            for user, own in leaves.grouped(lambda one: one.resource_id.user_id).items()
        }

    def _get_client_calendars(self):
        """:return: user -> the ``resource.calendar`` of his working hours"""
        resources = self.env["resource.resource"].sudo()  # as for the absences
        by_user = resources.search([("user_id", "in", self.ids)]).grouped("user_id")
        calendars = {}
        for user in self.sudo():
            own = by_user.get(user, resources)
            here = own.filtered(lambda one, u=user: one.company_id == u.company_id)
            calendars[user] = (
                here.calendar_id[:1]
                or own.calendar_id[:1]
                or user.company_id.resource_calendar_id
            )
        return calendars

    def _get_client_zone(self):
        """:rtype: ZoneInfo"""
        user = self.sudo()
        return ZoneInfo(user.tz or user.company_id.resource_calendar_id.tz or "UTC")

    def _get_client_today(self):
        """:return: what day it is where the user is"""
        return absence.local_date(fields.Datetime.now(), self._get_client_zone())

    def _get_reminder_cap(self):
        """:return: how many reminders the user may get a day"""
        user = self.sudo()  # the cron asks for everybody
        return max(user.client_daily_cap or user.company_id.client_daily_cap, 0)
