import datetime as dt
import logging
from dataclasses import asdict

from odoo import api, models
from odoo.fields import Command, Domain

from odoo.addons.client_base.models.concurrency import (
    CONCURRENCY_ERRORS,
    MAX_FAILURES,
)

from ..tools import replay
from ..tools.policy import POLICY
from ..tools.status import BY_PEOPLE, Status
from .client_risk_replay_source import MIN_REGULARS, MONTHS

_logger = logging.getLogger(__name__)

# So many clients are judged anew while one waits: a second or two.
SMALL = 5000
# Whom one calls comes first.
SECTOR_ORDER = ("risk", "growth", "watch")


class ClientRiskReplayWorker(models.AbstractModel):
    """Plays a history: at once for a small company, else in the background.

    A replay is computed as a whole and stored with one transaction: a process that is
    killed leaves nothing but its progress, and the next run begins anew.
    """

    _name = "client.risk.replay.worker"
    _description = "Work on the Accuracy of the Statuses"

    def _start(self, user):
        self._wait(user)
        if self._is_small():
            self._play()
        else:
            self.env.ref("client_risk.ir_cron_client_risk_replay")._trigger()

    def _wait(self, user):
        self.write(
            {
                "state": "running",
                "user_id": user.id,
                "date": self.env["client.profile"]._get_today(self.company_id),
                "progress": 0,
                "attempt_count": 0,
                "problem_code": False,
            }
        )

    def _is_small(self):
        domain = [("company_id", "=", self.company_id.id), ("purchase_count", ">", 0)]
        profiles = self.env["client.profile"].with_context(active_test=False)
        return profiles.search_count(domain, limit=SMALL + 1) <= SMALL

    def _play(self, tell=None):
        """Play the history and keep what is found, or why nothing was.

        :param tell: called after each month end with the number of those done
        """
        policies = self.env["client.risk.policy"]._get_of_company(self.company_id)
        known = self._fetch_known(
            self.company_id, self.month_count, self.horizon_days, [policies]
        )
        self.write(self._prepare_known_values(known))
        if known.problem:
            self.write({"state": "failed", "problem_code": known.problem})
            return
        thresholds = [policy._to_thresholds() for policy in policies]
        chosen = known.choose(0, thresholds)
        (found,) = replay.run_all(known.past, known.managers, [chosen], tell)
        named = dict(
            enumerate(zip(policies.mapped("name"), thresholds, strict=True), 1)
        )
        named[0] = (False, POLICY)
        self.write(
            {
                **self._prepare_found_values(found),
                "thresholds": [
                    {"name": named[place][0], "values": asdict(named[place][1])}
                    for place in sorted(set(known.places[0].tolist()))
                ],
            }
        )

    @api.model
    def _prepare_known_values(self, known):
        def to_date(day):
            return dt.date.fromordinal(day) if day else False

        days = known.past.days
        return {
            "first_date": to_date(known.first),
            "last_date": to_date(known.last),
            "date_from": to_date(days[0] if days else 0),
            "date_to": to_date(days[-1] if days else 0),
            "played_count": len(days),
            "client_count": len(known.places[0]),
            "regular_count": known.regulars,
            "manager_count": known.managers,
        }

    @api.model
    def _prepare_found_values(self, found):
        lines = [
            Command.create(self._prepare_line(one))
            for one in found.scores
            if Status.of(one.name) not in BY_PEOPLE  # had not bought yet
        ]
        return {
            "state": "done",
            "progress": 100,
            "alerts_per_week": found.alerts_per_week,
            "waiting_share": found.waiting_share,
            "line_ids": [Command.clear(), *lines],
            **self._prepare_score(found.risk),
        }

    @api.model
    def _prepare_line(self, score):
        sector = Status.of(score.name).sector
        return {
            "status": score.name,
            "sector": sector,
            "sequence": SECTOR_ORDER.index(sector),
            **self._prepare_score(score),
        }

    @api.model
    def _prepare_score(self, score):
        return {
            "named_count": score.named,
            "right_count": score.right,
            "stopped_count": score.stopped,
            "precision": score.precision or 0.0,
            "recall": score.recall or 0.0,
            "warning_days": score.warning_days or 0.0,
        }

    # === IN THE BACKGROUND ===

    @api.model
    def _cron_play(self):
        """Play what is waiting, and once a month the history of every company."""
        self._plan_monthly()
        waiting = self.search([("state", "=", "running")], order="id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(waiting))
        for one in waiting:
            one._play_in_background(progress)
            if not progress(1):
                break

    @api.model
    def _plan_monthly(self):
        """Start this month's replay of each company that has a history."""
        for company in self.env["res.company"].search(Domain.TRUE):
            month = self.env["client.profile"]._get_today(company).replace(day=1)
            is_known = self.search_count(
                [("company_id", "=", company.id), ("month", "=", month)], limit=1
            )
            if not is_known and self._has_history(company):
                one = self.create({"company_id": company.id, "month": month})
                one._wait(self.env.user)

    @api.model
    def _has_history(self, company):
        """Tell by the profiles, which are quickly read, whether to play at all."""
        profiles = self.env["client.profile"].with_context(active_test=False)
        ((first, last),) = profiles._read_group(
            [("company_id", "=", company.id), ("purchase_count", ">", 0)],
            aggregates=["first_date:min", "last_date:max"],
        )
        regulars = profiles.search_count(
            [("company_id", "=", company.id), ("purchase_count", ">=", 3)],
            limit=MIN_REGULARS,
        )
        return regulars >= MIN_REGULARS and bool(
            replay.month_ends(
                first.toordinal(), last.toordinal(), MONTHS, replay.HORIZON_DAYS
            )
        )

    def _play_in_background(self, progress):
        """Play one; whatever happens, the others come next.

        The attempt is committed before it begins: who ends the process each time does
        not end it for ever.
        """
        own = self.with_company(self.company_id)
        if own.attempt_count >= MAX_FAILURES:
            own.write({"state": "failed", "problem_code": "stopped"})
            return
        own.attempt_count += 1
        progress()

        def tell(done):
            own.progress = 100 * done / own.played_count
            progress()

        try:
            own._play(tell)
            self.env.flush_all()
        except CONCURRENCY_ERRORS:
            self._forget()  # somebody else wrote it: the next run begins anew
        except Exception:
            self._forget()
            _logger.exception("Replay %d cannot be played", own.id)
            own.write({"state": "failed", "problem_code": "error"})

    def _forget(self):
        self.env.cr.rollback()
        self.env.invalidate_all()
