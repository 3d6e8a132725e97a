from collections import defaultdict

from odoo import models
from odoo.tools import SQL, split_every

TIMED_BATCH = 1000


class LeadStageClock(models.AbstractModel):
    """Counts the working time of stays: one look at each calendar for all of them."""

    _name = "lead.stage.clock"
    _description = "Working Time of Stays"

    def _count_working_time(self):
        """Fill in the working seconds of stays that are over."""
        if not self:
            return
        spans = defaultdict(self.browse)
        for stay in self.sudo():  # written by nobody else
            spans[stay._get_stay_calendar()] |= stay
        calendars = self.env["resource.calendar"].concat(*spans)
        times = calendars._get_lead_times(min(self.sudo().mapped("entered_at")))
        ids, seconds = [], []
        for calendar, stays in spans.items():
            time = times.get(calendar)
            for stay in stays:
                begin, end = stay.entered_at, stay.left_at
                # where nobody wrote down hours all time counts
                ids.append(stay.id)
                seconds.append(time.count(begin, end) if time else stay.wall_seconds)
        self.env.cr.execute(
            SQL(
                """
                UPDATE lead_stage_log stay
                   SET working_seconds = counted.seconds
                  FROM UNNEST(%s::int[], %s::float8[]) AS counted(id, seconds)
                 WHERE stay.id = counted.id
                """,
                ids,
                seconds,
            )
        )
        self.invalidate_model(["working_seconds"], flush=False)

    def _get_stay_calendar(self):
        """:return: whose hours count: the team's, else the company's"""
        return self.team_id._get_lead_calendar(self.company_id)

    def _count_waiting_time(self):
        """Count what no one has counted yet, a committed batch at a time."""
        found = self.env.execute_query(
            SQL(
                "SELECT id FROM lead_stage_log "
                "WHERE left_at IS NOT NULL AND working_seconds IS NULL ORDER BY id"
            )
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(found))
        for batch in split_every(TIMED_BATCH, (id_ for (id_,) in found), self.browse):
            batch._count_working_time()
            if not progress(len(batch)):
                break
