import datetime as dt
from dataclasses import dataclass

import numpy as np

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import columns, replay
from ..tools.classify import OWN_RHYTHM_COUNT
from ..tools.policy import POLICY, Policy

# A year shows every season.
MONTHS = 12
# Fewer clients with a rhythm of their own prove nothing.
MIN_REGULARS = 20


@dataclass(frozen=True)
class Known:
    """What of a company's history is played again, or why nothing is.

    ``places`` say, for each choice of policies, whose thresholds judge client 0, 1 ...:
    of which policy, from 1, or 0 for the measured ones. ``first``
    and ``last`` are ordinals of the first and the last purchase, 0 without any.
    ``regulars`` had a rhythm of their own at the last month end. ``problem`` is empty
    where it can be played.
    """

    past: replay.Past
    places: list[np.ndarray]
    managers: int
    first: int
    last: int
    regulars: int
    problem: str

    def choose(self, number, thresholds):
        """Give every client the thresholds of his policy.

        :param number: of the choice of policies
        :param thresholds: ``tools.policy.Policy`` of each of its policies, in order
        :rtype: tools.policy.Policy
        """
        return Policy.of([POLICY, *thresholds], self.places[number])


class ClientRiskReplaySource(models.AbstractModel):
    """Reads the history of a company for being played again."""

    _name = "client.risk.replay.source"
    _description = "History to Be Played Again"

    @api.model
    def _fetch_known(self, company, months, horizon, choices):
        """Fetch the purchases of a company, also of clients who are archived by now.

        :param months: so many month ends at most, the latest that are decided
        :param horizon: days in which a client who has not stopped buys again
        :param choices: one or more client.risk.policy, in the order in which they count
        :rtype: Known
        """
        self.env.flush_all()
        today = self.env["client.profile"]._get_today(company)
        types = [False, *self.env["client.type"].search(Domain.TRUE, order="id").ids]
        bought = self.env["client.risk.history"]._fetch_bought(company, today, types)
        events = bought.events
        first, last = (
            (int(events.day.min()), int(events.day.max())) if bought.size else (0, 0)
        )
        days = replay.month_ends(first, last, months, horizon) if bought.size else []
        past = replay.Past(
            events=events,
            segment=bought.segment,
            segments=len(types),
            days=days,
            rulers=self._make_rulers(company, events, days),
            horizon=horizon,
        )
        places, managers = self._fetch_owners(bought.partner_ids, choices)
        regulars = self._count_regulars(events, days)
        problem = self._find_problem(bought.size, days, regulars)
        return Known(past, places, managers, first, last, regulars, problem)

    @api.model
    def _make_rulers(self, company, events, days):
        """:return: the business time of the company as it was known on each day"""
        Month = self.env["client.risk.month"]
        return [
            Month._make_ruler(
                Month._describe_ruler(
                    company, dt.date.fromordinal(day), events.until(day)
                )
            )
            for day in days
        ]

    @api.model
    def _fetch_owners(self, partner_ids, choices):
        """Fetch by which policy each client is judged, and how many managers there are.

        Groups and managers are those of today: older ones are not kept.

        :return: places of policies for each choice, number of managers (at least 1)
        """
        ids, manager, *places = self.env["client.risk.history"]._fetch_columns(
            SQL(
                """
                SELECT partner.id, COALESCE(partner.user_id, 0), %(places)s
                  FROM res_partner partner
                 WHERE partner.id = ANY(%(ids)s)
                """,
                places=SQL(", ").join(
                    self.env["client.risk.policy"]._select_choice(policies)
                    for policies in choices
                ),
                ids=partner_ids.tolist(),
            ),
            [columns.INT] * (2 + len(choices)),
        )
        managers, order = len(set(manager.tolist()) - {0}), np.argsort(ids)
        return [place[order] for place in places], max(managers, 1)

    @api.model
    def _count_regulars(self, events, days):
        """:return: who had a rhythm of their own at the last of the days"""
        if not days:
            return 0
        counts = np.bincount(events.until(days[-1]).client)
        return int((counts >= OWN_RHYTHM_COUNT).sum())

    @api.model
    def _find_problem(self, size, days, regulars):
        """:return: why there is nothing to learn from; empty if there is"""
        if not size:
            return "empty"
        if not days:
            return "short"
        return "few" if regulars < MIN_REGULARS else ""
