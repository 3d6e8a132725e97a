import dataclasses
import logging
import traceback

import numpy as np

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS

from ..tools import columns, money, replay
from ..tools.classify import Facts, Previous
from ..tools.history import LOOK_BACK_DAYS, Events
from ..tools.judge import judge, reasons
from ..tools.policy import POLICY, Policy
from ..tools.schedule import Frozen
from ..tools.status import Status
from .client_profile_writer import ABC, DAY_COLUMNS
from .client_risk_history import EPOCH

_logger = logging.getLogger(__name__)


class ClientProfileJudge(models.AbstractModel):
    """Judges clients: all of a company at night, one who has just bought at once.

    Reads three sets of columns (clients, purchases, what is frozen for the month), lets
    ``tools`` judge, and writes what has changed with one statement.
    """

    _name = "client.profile.judge"
    _description = "Judging of Clients"
    _inherit = ["client.profile.facts", "client.profile.writer"]

    @api.model
    def _judge(self, company, partner_ids=None):
        """Judge clients of a company; their profiles and moves are stored.

        :param partner_ids: commercial partners, None for all clients
        """
        today = self._get_today(company)
        self._prepare_judging(company, today, partner_ids)
        self._evaluate(company, today, partner_ids)
        self._act_upon(company, today, partner_ids)

    @api.model
    def _evaluate(self, company, today, partner_ids=None):
        """Judge clients by what was bought up to a day, and act upon nothing.

        Of days before the last evaluation nothing is to be judged any more.

        :param partner_ids: commercial partners, None for all clients
        """
        self.env.flush_all()
        types, month = self.env["client.risk.month"]._unpack(company, today)
        policies = self.env["client.risk.policy"].sudo()._get_of_company(company)
        bought = self.env["client.risk.history"]._fetch_bought(
            company, today, [False], partner_ids
        )
        known = self._fetch_clients(company, types, policies, partner_ids)
        known = self._leave_out_idle(known, bought)
        events = self._to_events(bought, known["id"])
        day = today.toordinal()
        turnover = self._sum_turnover(events, len(known["id"]), day)
        abc = money.abc_column(turnover) if partner_ids is None else known["abc"]
        clients = self._make_clients(events, known, day, month, abc)
        chosen = [POLICY, *(policy._to_thresholds() for policy in policies)]
        verdicts = judge(clients, month, day, Policy.of(chosen, known["policy"]))
        fresh = self._to_columns(verdicts, known["id"], clients.previous)
        fresh |= {
            "is_known": known["is_known"],
            "abc": abc,
            "turnover": turnover,
            "first_date": self._get_first_days(events, len(known["id"])),
        }
        self._store(company, today, fresh, is_all=partner_ids is None)

    @api.model
    def _prepare_judging(self, company, today, partner_ids=None):
        """Do what must be done before clients are judged; extended where needed.

        :param partner_ids: commercial partners, None for all clients
        """

    @api.model
    def _act_upon(self, company, today, partner_ids):
        """Follow up; a verdict stands even where nobody can act upon it.

        What was not done today is due tomorrow still.
        """
        savepoint = self.env.cr.savepoint()
        try:
            with savepoint:
                self._follow_up(company, today, partner_ids)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is
            self._log_failure("Acting upon verdicts", company, error)

    @api.model
    def _log_failure(self, work, company, error):
        """Say where it failed; what an error says may hold names."""
        _logger.warning(
            "%s in company %d failed: %s\n%s",
            work,
            company.id,
            type(error).__name__,
            "".join(traceback.format_tb(error.__traceback__)),
        )

    @api.model
    def _follow_up(self, company, today, partner_ids=None):
        """Act upon fresh verdicts, by what is true now and not by what has changed.

        A night may be repeated, and an act must not be: twice is once.

        :param partner_ids: commercial partners, None for all clients
        """

    @api.model
    def _get_today(self, company):
        zone = company.resource_calendar_id.tz or "UTC"
        return fields.Date.context_today(self.with_context(tz=zone))

    # === READING ===

    @api.model
    def _fetch_clients(self, company, types, policies, partner_ids):
        """Fetch what the last evaluation and people said of clients, in order of ids.

        :rtype: dict[str, np.ndarray]
        """
        domain = self._get_judged_domain(company)
        if partner_ids is not None:
            domain &= Domain("id", "in", list(partner_ids))
        Partner = self.env["res.partner"]
        query = Partner._search(domain, bypass_access=True)  # risk is company-wide
        selected = self._get_client_columns(company, types, policies)
        found = self.env["client.risk.history"]._fetch_columns(
            SQL(
                """
                SELECT %(columns)s
                  FROM res_partner partner
             LEFT JOIN client_profile profile
                    ON profile.partner_id = partner.id
                   AND profile.company_id = %(company)s
                 WHERE partner.id IN %(clients)s
                """,
                columns=SQL(", ").join(
                    SQL("(%s)::int4", column) for column in selected.values()
                ),
                company=company.id,
                clients=query.subselect(),
            ),
            [columns.INT] * len(selected),
        )
        order = np.argsort(found[0])  # the first column is the id
        return {
            name: column[order] for name, column in zip(selected, found, strict=True)
        }

    @api.model
    def _get_judged_domain(self, company):
        """Who has a profile: clients, and companies below another that buy themselves.

        What the shop of a chain buys is the shop's, as it is in its ledger.
        """
        own = self.env["res.company"]._get_own_card_ids()
        shops = Domain(
            [
                ("parent_id", "!=", False),
                ("is_company", "=", True),
                ("partner_share", "=", True),
                ("id", "not in", own),
            ]
        )
        clients = self.env["res.partner"]._get_client_domain()
        return (clients | shops) & Domain(
            "company_id", "in", [False, *company.parent_ids.ids]
        )

    @api.model
    def _leave_out_idle(self, known, bought):
        """Leave out companies below another that have bought nothing themselves."""
        judged = np.isin(known["id"], bought.partner_ids) | (known["is_shop"] == 0)
        return {name: column[judged] for name, column in known.items()}

    @api.model
    def _fetch_judged_ids(self, company):
        """:return: ids of all who may have a profile in a company, in order"""
        Partner = self.env["res.partner"]
        domain = self._get_judged_domain(company)
        query = Partner._search(domain, bypass_access=True)  # risk is company-wide
        return sorted(query.get_result_ids())

    @api.model
    def _get_client_columns(self, company, types, policies):
        """:return: SQL of each whole number that is known of a client, by name"""
        codes = [status.code for status in Status]

        def day(name):
            column = SQL.identifier("profile", name)
            return SQL("COALESCE(%s - %s + 1, 0)", column, EPOCH)

        days = {name: day(name) for name in ("since", "last_date", "told_date")}
        frozen = {name: day(name) for name in DAY_COLUMNS if name.startswith("forec")}
        return {
            "id": SQL("partner.id"),
            "is_known": SQL("profile.id IS NOT NULL"),
            "is_shop": SQL("partner.parent_id IS NOT NULL"),
            "segment": SQL(
                "COALESCE(ARRAY_POSITION(%s, partner.client_type_id), %s) - 1",
                SQL("%s::int4[]", [type_ or 0 for type_ in types]),
                types.index(False) + 1,
            ),
            "policy": self.env["client.risk.policy"]._select_choice(policies),
            "status": SQL(
                "COALESCE(ARRAY_POSITION(%s, profile.status), 0) - 1",
                SQL("%s::varchar[]", codes),
            ),
            "count": SQL("COALESCE(profile.purchase_count, 0)"),
            "abc": SQL(
                "COALESCE(ARRAY_POSITION(%s, profile.abc_class), 3) - 1",
                SQL("%s::varchar[]", list(ABC)),
            ),
            **self._get_facts(company),
            **days,
            **frozen,
        }

    @api.model
    def _to_events(self, bought, ids):
        """:return: ``Events`` of clients 0, 1 ... of ``ids``, which are in order"""
        row = np.searchsorted(ids, bought.partner_ids)
        inside = np.minimum(row, max(len(ids) - 1, 0))
        found = (
            ids[inside] == bought.partner_ids
            if len(ids)
            else np.zeros(bought.size, dtype=bool)
        )
        events = bought.events
        kept = found[events.client]
        client = inside[events.client][kept].astype(np.int64)
        return Events(client, events.day[kept], events.amount[kept])

    # === JUDGING ===

    @api.model
    def _make_clients(self, events, known, day, month, abc):
        """:rtype: tools.judge.Clients"""
        clients = replay.build_clients(
            events,
            known["segment"],
            day,
            month,
            (
                Previous(
                    known["status"], known["since"], known["count"], known["last_date"]
                ),
                Frozen(
                    *(known[f"forecast_{n}"] for n in ("last", "date", "from", "to"))
                ),
            ),
        )
        told = {one.name for one in dataclasses.fields(Facts)} & known.keys()
        facts = dataclasses.replace(
            Facts.none(len(known["id"])), **{name: known[name] == 1 for name in told}
        )
        is_best = (abc == 0) & (clients.last > day - LOOK_BACK_DAYS)
        return dataclasses.replace(
            clients,
            facts=facts,
            told=known["told_date"],
            protected=(known["protected"] == 1) | is_best,
        )

    @api.model
    def _sum_turnover(self, events, size, day):
        """:return: what each client bought in the last two years"""
        kept = events.day > day - LOOK_BACK_DAYS
        return np.bincount(events.client[kept], events.amount[kept], minlength=size)

    @api.model
    def _get_first_days(self, events, size):
        first = np.zeros(size, dtype=np.int64)
        first[events.client[::-1]] = events.day[::-1]  # the earliest is written last
        return first

    @api.model
    def _to_columns(self, verdicts, ids, previous):
        """:return: what is stored, by name; days as ordinals, 0 for none"""
        plan, frozen, trends = verdicts.schedule, verdicts.frozen, verdicts.trends
        rhythm = verdicts.rhythm
        numbers = {
            "period_days": rhythm.period,
            "regularity": rhythm.beta,
            "alive_probability": rhythm.alive,
            "buy_chance": verdicts.chance,
            "silent_share": rhythm.survival,
            "usual_basket": verdicts.basket,
            "money_at_stake": verdicts.at_stake,
            "winning_value": verdicts.winning,
            "trend_z": trends.z,
            "trend_change": trends.ratio - 1.0,
            "frequency_change": trends.frequency - 1.0,
            "basket_change": trends.basket - 1.0,
        }
        bought = verdicts.count > 0
        return {
            "partner_id": ids,
            "status": verdicts.status,
            "before": previous.status,
            "reason": reasons(verdicts),
            "purchase_count": verdicts.count,
            "overdue_days": plan.overdue,
            "is_told": plan.is_told.astype(np.int64),
            "is_due": verdicts.is_due.astype(np.int64),
            "is_drop_proposed": verdicts.is_drop_proposed.astype(np.int64),
            "last_date": verdicts.last,
            "expected_date": plan.expected,
            "expected_from": plan.from_day,
            "expected_to": plan.to_day,
            "missed_on": plan.missed_on,
            "forecast_last": frozen.last,
            "forecast_date": frozen.expected,
            "forecast_from": frozen.from_day,
            "forecast_to": frozen.to_day,
            **{
                name: np.where(bought, np.nan_to_num(column), 0.0)
                for name, column in numbers.items()
            },
        }
