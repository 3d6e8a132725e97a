from collections import defaultdict
from datetime import datetime, time, timedelta

from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _fetch_leaves(self, days):
        """Add the leaves that were granted, in the calendar of absences or not.

        What is in both counts once: absences that overlap are one absence.
        """
        leaves = defaultdict(list, super()._fetch_leaves(days))
        for user, spans in self._fetch_granted_leaves(days).items():
            leaves[user] = [*leaves[user], *spans]
        return dict(leaves)

    def _fetch_granted_leaves(self, days):
        """:return: user id -> begin and end of granted leaves around ``days``, UTC"""
        first = datetime.combine(min(days), time()) - timedelta(days=1)
        last = datetime.combine(max(days), time()) + timedelta(days=2)
        # sudo: who is there is asked on everybody's behalf, and no more is told
        found = (
            self.env["hr.leave"]
            .sudo()
            .search(
                [
                    ("user_id", "in", self.ids),
                    ("state", "=", "validate"),
                    ("holiday_status_id.time_type", "=", "leave"),
                    ("date_from", "<", last),
                    ("date_to", ">", first),
                ]
            )
        )
        spans = defaultdict(list)
        for leave in found:
            spans[leave.user_id.id].append((leave.date_from, leave.date_to))
        return spans
