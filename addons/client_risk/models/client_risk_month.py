import datetime as dt
from dataclasses import asdict

import numpy as np

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import business_time
from ..tools.month import Month, measure_month
from ..tools.priors import Priors, freeze_day
from ..tools.trend import TrendPriors

# How far beyond its day a month's ruler foretells.
RULER_DAYS = 3 * 365
# How far before the first purchase it begins: older documents may come in late.
RULER_DAYS_BEFORE = 10 * 365

WEEK = 7


class ClientRiskMonth(models.Model):
    """What is measured once a month and then left alone until the next.

    So that a verdict does not waver because others buy: the usual rhythm, growth and
    basket of every segment, and the business time of the company.
    """

    _name = "client.risk.month"
    _description = "Month of the Statistics"
    _order = "day desc, id desc"
    _rec_name = "day"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, ondelete="cascade"
    )
    day = fields.Date(
        required=True, help="The statistics rest on what was known that day."
    )
    client_count = fields.Integer(
        string="Clients Who Bought", help="On whom it was measured."
    )
    period_days = fields.Float(
        string="Usual Period",
        digits=(10, 1),
        help="Days between two purchases of the company's clients of no type.",
    )
    data = fields.Json(help="Parameters of every segment and of the business time.")

    _day_uniq = models.Constraint("UNIQUE (company_id, day)", "Measured already.")

    @api.model
    def _get_current(self, company):
        """:return: what was measured last there, if anything"""
        return self.search([("company_id", "=", company.id)], limit=1)

    @api.model
    def _ensure(self, company, today):
        """Measure the month of ``today`` unless that is done.

        :rtype: client.risk.month
        """
        day = freeze_day(today)
        known = self._get_current(company)
        if known and known.day >= day:
            return known
        types = [False, *self.env["client.type"].search(Domain.TRUE, order="id").ids]
        bought = self.env["client.risk.history"]._fetch_bought(company, day, types)
        ruler = self._describe_ruler(company, day, bought.events)
        month = measure_month(
            bought.events,
            bought.segment,
            len(types),
            day.toordinal(),
            self._make_ruler(ruler),
        )
        return self.create(
            {
                "company_id": company.id,
                "day": day,
                "client_count": bought.size,
                "period_days": float(np.exp(month.priors[0].log_period)),
                "data": self._pack(types, month, ruler),
            }
        )

    # === BUSINESS TIME ===

    @api.model
    def _describe_ruler(self, company, day, events):
        """:return: what a ruler is made of, as JSON takes it"""
        first = int(events.day.min()) if len(events.day) else day.toordinal()
        first -= RULER_DAYS_BEFORE
        last = day.toordinal() + RULER_DAYS
        ruler = {
            "first": first,
            "last": last,
            "weekdays": self._get_closed_weekdays(company),
            "closed": self._fetch_holidays(company, first, last),
            "index": None,
        }
        index = business_time.activity_index(
            events.day, day.toordinal(), self._get_closed(ruler)
        )
        return {**ruler, "index": None if index is None else index.tolist()}

    @api.model
    def _get_closed_weekdays(self, company):
        """:return: the days of the week, from 0, without working hours"""
        hours = company.resource_calendar_id.attendance_ids
        if not hours:
            return []
        return sorted(set(range(WEEK)) - {int(hour.dayofweek) for hour in hours})

    @api.model
    def _fetch_holidays(self, company, first, last):
        """:return: ordinals of the days on which all of the company is away"""
        leaves = self.env["resource.calendar.leaves"].sudo()  # not secret, not personal
        found = leaves.search(
            [
                ("resource_id", "=", False),
                ("company_id", "in", [False, company.id]),
                ("calendar_id", "in", [False, company.resource_calendar_id.id]),
                ("date_to", ">=", dt.date.fromordinal(first)),
                ("date_from", "<=", dt.date.fromordinal(last)),
            ]
        )
        zone = company.resource_calendar_id.tz or "UTC"
        days = set()
        for leave in found.with_context(tz=zone):
            begin = fields.Datetime.context_timestamp(leave, leave.date_from).date()
            end = fields.Datetime.context_timestamp(leave, leave.date_to).date()
            days |= set(range(begin.toordinal(), end.toordinal() + 1))
        return sorted(day for day in days if first <= day <= last)

    @api.model
    def _get_closed(self, ruler):
        rest = (
            day
            for day in range(ruler["first"], ruler["last"] + 1)
            if (day - 1) % WEEK in ruler["weekdays"]  # ordinal 1 is a Monday
        )
        return {dt.date.fromordinal(day) for day in (*rest, *ruler["closed"])}

    @api.model
    def _make_ruler(self, ruler):
        index = ruler["index"]
        return business_time.make_ruler(
            dt.date.fromordinal(ruler["first"]),
            dt.date.fromordinal(ruler["last"]),
            self._get_closed(ruler),
            None if index is None else np.array(index),
        )

    # === STORING ===

    @api.model
    def _pack(self, types, month, ruler):
        """:return: the month as JSON takes it; an infinite cap is none"""
        segments = [
            {
                "type": type_,
                "priors": asdict(prior),
                "trend": {
                    **asdict(trend),
                    "cap": None if np.isinf(trend.cap) else trend.cap,
                },
                "basket": float(basket),
            }
            for type_, prior, trend, basket in zip(
                types, month.priors, month.trends, month.baskets, strict=True
            )
        ]
        return {"segments": segments, "ruler": ruler}

    @api.model
    def _unpack(self, company, today):
        """Give what counts in a company now.

        Before the first night of a company it is what was measured on others.

        :return: types of client that are segments, ``tools.month.Month``
        """
        month = self._get_current(company)
        if not month:
            ruler = self._describe_ruler(company, today, _NoEvents)
            return [False], Month(
                [Priors()], [TrendPriors()], np.zeros(1), self._make_ruler(ruler)
            )
        segments = month.data["segments"]
        return [segment["type"] for segment in segments], Month(
            [Priors(**segment["priors"]) for segment in segments],
            [self._unpack_trend(segment["trend"]) for segment in segments],
            np.array([segment["basket"] for segment in segments]),
            self._make_ruler(month.data["ruler"]),
        )

    @api.model
    def _unpack_trend(self, values):
        known = {name: value for name, value in values.items() if value is not None}
        return TrendPriors(**known)


class _NoEvents:
    """A company without a history."""

    day = np.array([], dtype=np.int64)
