from datetime import time, timedelta

from babel.dates import format_time as format_babel_time
from babel.dates import get_day_names

from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.misc import babel_locale_parse, get_lang

from ..tools.letter_text import is_advert
from ..tools.opening_hours import summarize

USER = "client_base.group_client_user"
# What anybody may put into a letter about a request, template editors aside.
LETTER_EXPRESSIONS = (
    "object.letter_greeting",
    "object.letter_number",
    "object.letter_manager",
    "object.letter_hours",
    "object.letter_deadline",
    "object.letter_opening",
    "object.letter_signature",
)


class LeadLetterWords(models.AbstractModel):
    """Gives letters about a request the words that a bare column does not give.

    Each is a whole phrase in the language of the letter, and never empty where a
    letter would look torn without it.
    """

    _name = "lead.letter.words"
    _description = "Lead in a Letter"

    letter_lang = fields.Char(
        string="Language of Letters", compute="_compute_letter_lang", groups=USER
    )
    letter_greeting = fields.Char(
        string="Greeting", compute="_compute_letter_greeting", groups=USER
    )
    letter_number = fields.Char(
        string="Number of the Request",
        compute="_compute_letter_number",
        groups=USER,
        help="Of the last request of the lead; of a lead made by hand, its own.",
    )
    letter_manager = fields.Char(
        string="Who Answers", compute="_compute_letter_manager", groups=USER
    )
    letter_hours = fields.Char(
        string="Working Hours in a Letter",
        compute="_compute_letter_times",
        groups=USER,
    )
    letter_deadline = fields.Char(
        string="Deadline in a Letter", compute="_compute_letter_times", groups=USER
    )
    letter_opening = fields.Char(
        string="When We Are Back", compute="_compute_letter_times", groups=USER
    )
    letter_signature = fields.Char(
        string="Signature in a Letter",
        compute="_compute_letter_signature",
        groups=USER,
    )

    # === WHO ===

    @api.depends("lang_id", "partner_id.lang", "channel_id.lang")
    def _compute_letter_lang(self):
        for lead in self:
            lead.letter_lang = (
                lead.partner_id.lang
                or lead.lang_id.code
                or lead.channel_id.lang
                or lead.company_id.partner_id.lang
                or self.env.lang
            )

    @api.depends("contact_name", "partner_id.letter_greeting")
    @api.depends_context("lang")
    def _compute_letter_greeting(self):
        for lead in self:
            greeting = lead.partner_id.letter_greeting
            if lead.contact_name:
                greeting = self.env._("Hello, %(name)s!", name=lead.contact_name)
            if not greeting or is_advert(greeting):
                greeting = self.env._("Hello!")
            lead.letter_greeting = greeting

    @api.depends("request_ids.number")
    def _compute_letter_number(self):
        for lead in self:
            # a slice would be read by itself, for each lead
            numbers = lead.request_ids.mapped("number")
            lead.letter_number = str(next(iter(numbers), 0) or lead.id or "")

    @api.depends("user_id.name", "user_id.phone")
    @api.depends_context("lang")
    def _compute_letter_manager(self):
        for lead in self:
            person_sudo = lead.user_id.sudo()  # name and phone of a colleague
            names = [person_sudo.name, person_sudo.phone]
            lead.letter_manager = ", ".join(filter(None, names)) or self.env._(
                "our manager"
            )

    @api.depends("user_id.name", "company_id.name")
    @api.depends_context("uid", "company")
    def _compute_letter_signature(self):
        """Sign as whoever sends it; what nobody sends by hand, as the manager."""
        sender = self.env.user if self._is_human(self.env.user) else None
        for lead in self:
            person_sudo = (sender or lead.user_id).sudo()  # the name of a colleague
            company = lead.company_id or self.env.company
            lead.letter_signature = ", ".join(
                filter(None, [person_sudo.name, company.name])
            )

    # === WHEN ===

    @api.depends("team_id", "company_id", "response_deadline")
    @api.depends_context("lang")
    def _compute_letter_times(self):
        now = fields.Datetime.now()
        calendars = {lead: lead._get_letter_calendar() for lead in self}
        every = self.env["resource.calendar"].union(*calendars.values())
        times = every._get_lead_times(now)
        for lead, calendar in calendars.items():
            working = times.get(calendar)
            opening = working.plan(now, 0) if working else None
            lead.letter_hours = self._say_hours(calendar)
            lead.letter_opening = self._say_opening(working, opening, now)
            lead.letter_deadline = lead._say_deadline(working, now)

    def _get_letter_calendar(self):
        return self.team_id._get_lead_calendar(self.company_id or self.env.company)

    def _get_away(self):
        """:return: those of the leads for whose team it is no working hour now"""
        now = fields.Datetime.now()
        calendars = {lead: lead._get_letter_calendar() for lead in self}
        every = self.env["resource.calendar"].union(*calendars.values())
        times = every._get_lead_times(now)
        return self.filtered(
            lambda lead: (
                (working := times.get(calendars[lead])) and working.plan(now, 0) != now
            )
        )

    @api.model
    def _say_hours(self, calendar):
        """:return: for example "Mon-Fri 9:00-18:00", in the language of the letter"""
        locale = babel_locale_parse(get_lang(self.env).code)
        days = get_day_names("abbreviated", locale=locale)
        parts = []
        for one in summarize(calendar._get_lead_shifts()) if calendar else ():
            names = dict.fromkeys([days[one.first], days[one.last]])
            begin, end = self._say_minutes(one.begin), self._say_minutes(one.end)
            parts.append(f"{'–'.join(names)} {begin}–{end}")
        return ", ".join(parts) or self.env._("every day")

    @api.model
    def _say_minutes(self, minutes):
        hour, minute = divmod(minutes % (24 * 60), 60)
        return self._say_time(time(hour, minute))

    @api.model
    def _say_time(self, moment):
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_babel_time(moment, format="short", locale=locale)

    def _say_deadline(self, working, now):
        """:return: until when the client is answered, for after "we answer" """
        deadline = self.response_deadline
        if not deadline or deadline <= now or working is None:
            return self.env._("as soon as we can")
        local, today = working.to_local(deadline), working.to_local(now).date()
        values = {"time": self._say_time(local.time()), "date": self._say_day(local)}
        if local.date() == today:
            return self.env._("today by %(time)s", **values)
        if local.date() == today + timedelta(days=1):
            return self.env._("tomorrow by %(time)s", **values)
        return self.env._("by %(time)s on %(date)s", **values)

    @api.model
    def _say_opening(self, working, opening, now):
        """:return: from when somebody is there again, for after "we are back" """
        if not opening:
            return self.env._("as soon as we can")
        if opening == now:
            return self.env._("now")
        local, today = working.to_local(opening), working.to_local(now).date()
        values = {"time": self._say_time(local.time()), "date": self._say_day(local)}
        if local.date() == today:
            return self.env._("today from %(time)s", **values)
        if local.date() == today + timedelta(days=1):
            return self.env._("tomorrow from %(time)s", **values)
        return self.env._("on %(date)s from %(time)s", **values)

    @api.model
    def _say_day(self, moment):
        return format_date(self.env, moment.date(), date_format="EEEE, d MMMM")

    @api.model
    @api.private
    def mail_allowed_qweb_expressions(self):
        return (*super().mail_allowed_qweb_expressions(), *LETTER_EXPRESSIONS)
