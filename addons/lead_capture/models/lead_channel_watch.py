import logging
from datetime import timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS

from ..tools import silence

_logger = logging.getLogger(__name__)

WEEKS = 8
BACKLOG = timedelta(minutes=15)
FAILED_TYPE = "lead_capture.mail_activity_type_failed_requests"
SILENT_TYPE = "lead_capture.mail_activity_type_silent_channel"


class LeadChannelWatch(models.AbstractModel):
    """Notices when a channel falls silent, or when its requests stay failed."""

    _name = "lead.channel.watch"
    _description = "Watch over Channels"
    _inherit = ["mail.activity.mixin"]

    silent_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="The last request before a silence that is unusual for this channel.",
    )
    failed_count = fields.Integer(
        string="Failed Requests",
        compute="_compute_failed_count",
        groups="client_base.group_client_user",
    )

    def _compute_failed_count(self):
        counts = dict(
            self.env["lead.request"]._read_group(
                [("channel_id", "in", self.ids), ("state", "=", "failed")],
                ["channel_id"],
                ["__count"],
            )
        )
        for channel in self:
            channel.failed_count = counts.get(channel, 0)

    def action_open_failed(self):
        """Open the requests of this channel that could not be worked on."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_request_failed_action"
        )
        domain = [("channel_id", "=", self.id), ("state", "=", "failed")]
        return {**action, "domain": domain}

    # === CRON ===

    @api.model
    def _cron_watch(self):
        """Look at every channel, each by itself; twice is once."""
        self._watch_work()
        channels = self.env["lead.channel"].search(Domain.TRUE)
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(channels))
        for channel in channels:
            try:
                with self.env.cr.savepoint():
                    channel._watch()
            except CONCURRENCY_ERRORS:
                self.env.cr.rollback()  # the next hour looks again
                self.env.invalidate_all()
            except Exception:
                _logger.exception("Channel %d could not be watched", channel.id)
            if not progress(1):
                break

    @api.model
    def _watch_work(self):
        """Have the work done again when requests wait and nobody works on them.

        Odoo switches a scheduled action off without a word when it fails for long.
        """
        before = fields.Datetime.now() - BACKLOG
        domain = [("state", "=", "new"), ("received_at", "<", before)]
        waiting = self.env["lead.request"].search(domain, limit=1)
        if not waiting:
            return
        cron = self.env.ref("lead_capture.ir_cron_lead_request", False)
        if cron and not cron.active:
            cron.active = True
        waiting.channel_id._alarm_safely(
            FAILED_TYPE, self.env._("Requests wait and are not worked on")
        )
        self.env["lead.request"]._wake()

    def _watch(self):
        """Alarm once when it is silent; take that back when requests come again."""
        verdict = self._judge_silence(fields.Datetime.now())
        if verdict and not self.silent_since:
            self.silent_since = self._get_last_moment() or self.create_date
            self._alarm(SILENT_TYPE, self._say_silence(verdict))
        elif not verdict and self.silent_since:
            last = self._get_last_moment()
            if last and last > self.silent_since:
                self.silent_since = False
                self._end_alarm(SILENT_TYPE)

    def _say_silence(self, verdict):
        return self.env._(
            "Nothing for %(hours)s hours; in such a time about %(count)s usually come",
            hours=verdict.hours,
            count=round(verdict.expected),
        )

    # === SILENCE ===

    def _judge_silence(self, now):
        """:rtype: silence.Silence | None"""
        zone = timezone(self.company_id.resource_calendar_id.tz or "UTC")
        local_now = utc.localize(now).astimezone(zone).replace(tzinfo=None)
        since = local_now - timedelta(weeks=WEEKS)
        return silence.judge(
            self._fetch_hours(zone, now - timedelta(weeks=WEEKS)),
            local_now,
            since=max(since, self._get_beginning(zone)),
            told_per_day=self.usual_volume or 0.0,
            closed=self._fetch_closed_days(since, local_now),
        )

    def _get_beginning(self, zone):
        return utc.localize(self.create_date).astimezone(zone).replace(tzinfo=None)

    def _get_last_moment(self):
        domain = [("channel_id", "=", self.id)]
        last = self.env["lead.request"].search(
            domain, order="received_at DESC", limit=1
        )
        return last.received_at

    def _fetch_hours(self, zone, since):
        """:return: hour on the clock of the company -> how many came in"""
        self.env["lead.request"].flush_model(["received_at", "channel_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT date_trunc('hour', received_at AT TIME ZONE 'UTC'
                                          AT TIME ZONE %(zone)s),
                       COUNT(*)
                  FROM lead_request
                 WHERE channel_id = %(channel)s
                   AND received_at >= %(since)s
                   AND %(has_rhythm)s
              GROUP BY 1
                """,
                zone=zone.zone,
                channel=self.id,
                since=since,
                has_rhythm=self._sql_has_rhythm(),
            )
        )
        return dict(rows)

    @api.model
    def _sql_has_rhythm(self):
        """:return: condition on ``lead_request``: it says when others are due"""
        return SQL("TRUE")

    def _fetch_closed_days(self, start, end):
        """:return: dates on which the whole company is closed"""
        # sudo: only when the company is closed
        leaves_sudo = self.env["resource.calendar.leaves"].sudo()
        leaves = leaves_sudo.search(
            Domain("resource_id", "=", False)
            & Domain("company_id", "in", [False, self.company_id.id])
            & Domain("date_from", "<=", end)
            & Domain("date_to", ">=", start)
        )
        days = set()
        for leave in leaves:
            day = leave.date_from.date()
            while day <= leave.date_to.date():
                days.add(day)
                day += timedelta(days=1)
        return days

    # === ALARM ===

    def _alarm(self, type_xmlid, summary):
        """Give the responsible of each channel one activity, unless one is open."""
        type_ = self.env.ref(type_xmlid)
        for channel in self.sudo():  # whoever notices it
            open_ones = channel.activity_ids.filtered(
                lambda one: one.activity_type_id == type_
            )
            user = channel._get_alarmed()
            if not open_ones and user:
                channel.activity_schedule(
                    activity_type_id=type_.id, user_id=user.id, summary=summary
                )

    def _alarm_safely(self, type_xmlid, summary):
        """Alarm; when that fails, the work goes on that it is about."""
        try:
            with self.env.cr.savepoint():
                self._alarm(type_xmlid, summary)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            _logger.exception("Nobody could be told about channels %s", self.ids)

    def _end_alarm(self, type_xmlid):
        type_ = self.env.ref(type_xmlid)
        open_ones = self.sudo().activity_ids.filtered(
            lambda one: one.activity_type_id == type_
        )
        open_ones.action_feedback(feedback=self.env._("Requests come in again."))

    def _get_alarmed(self):
        """:return: the responsible of the channel or the head, or who acts for him"""
        head = self.user_id or self.company_id.client_head_id
        if not head:
            managers = self.env.ref("client_base.group_client_manager").all_user_ids
            head = managers.filtered(
                lambda user: user.active and self.company_id in user.company_ids
            ).sorted("id", reverse=True)[:1]
        return head._get_acting_users().get(head) or head
