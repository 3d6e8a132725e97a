import datetime as dt
import json
from dataclasses import dataclass

import numpy as np

from odoo import api, models
from odoo.tools import SQL

from ..tools import business_time, history, money, trend


@dataclass(frozen=True)
class Summed:
    """What purchases add up to: columns with one row a client, see ``tools.judge``."""

    partner_ids: list
    histories: history.Histories
    last: np.ndarray
    baskets: money.Baskets
    windows: trend.Windows


class ClientRiskHistory(models.AbstractModel):
    """Adds up in the database what the statistics need of every client.

    The same sums as ``tools.history``, ``tools.money`` and ``tools.trend`` make of the
    same purchases, to 1e-9; a test holds one against the other.
    """

    _name = "client.risk.history"
    _description = "Purchases Added Up"

    @api.model
    def _fetch_summed(self, company, today, ruler, segments, partner_ids=None):
        """Add up the purchases of clients until ``today``, in one statement.

        :param ruler: ``tools.business_time.BusinessTime`` that covers every purchase
        :param segments: dict of type of client -> ``trend.TrendPriors``; False stands
            for the clients of no type and of any other
        :param partner_ids: clients to add up, None for all
        :rtype: Summed
        """
        lines = self.env.execute_query(
            SQL(
                """
                  WITH purchase AS (%(purchases)s),
                       event AS (%(events)s),
                       segment AS (%(segments)s)
                SELECT event.partner_id,
                       MAX(segment.number),
                       COUNT(*),
                       %(gaps)s,
                       %(windows)s
                  FROM event
                  JOIN segment ON segment.partner_id = event.partner_id
              GROUP BY event.partner_id
              ORDER BY event.partner_id
                """,
                purchases=self._select_purchases(company, today, partner_ids),
                events=self._select_events(),
                segments=self._select_segments(segments),
                gaps=self._sum_gaps(ruler),
                windows=self._sum_windows(today),
            )
        )
        return self._make_columns(lines, today, ruler)

    @api.model
    def _select_purchases(self, company, today, partner_ids):
        Purchase = self.env["client.purchase"]
        domain = [("company_id", "=", company.id), ("date", "<=", today)]
        if partner_ids is not None:
            domain.append(("partner_id", "in", list(partner_ids)))
        query = Purchase._search(domain, bypass_access=True)  # risk is company-wide
        names = ("id", "partner_id", "date", "amount")
        return query.select(
            *(
                SQL(
                    "%s AS %s",
                    Purchase._field_to_sql(query.table, name, query),
                    SQL.identifier(name),
                )
                for name in names
            )
        )

    @api.model
    def _select_events(self):
        """One row for each client and day, what came back taken off, with its place.

        What came back belongs to the latest day before it that covers it, else to the
        latest day before it; a day on which nothing is left is none.
        """
        return SQL(
            """
              WITH bought AS MATERIALIZED (
                       SELECT partner_id, date, SUM(amount) AS amount
                         FROM purchase
                        WHERE amount > 0
                     GROUP BY partner_id, date
                   ),
                   placed AS (
                       SELECT DISTINCT ON (back.id)
                              back.partner_id, bought.date, back.amount
                         FROM purchase back
                         JOIN bought
                           ON bought.partner_id = back.partner_id
                          AND bought.date <= back.date
                        WHERE back.amount < 0
                     ORDER BY back.id,
                              bought.amount >= -back.amount DESC,
                              bought.date DESC
                   ),
                   taken AS (
                       SELECT partner_id, date, SUM(amount) AS amount
                         FROM placed
                     GROUP BY partner_id, date
                   ),
                   net AS (
                       SELECT partner_id,
                              date,
                              bought.amount + COALESCE(taken.amount, 0) AS amount
                         FROM bought
                    LEFT JOIN taken USING (partner_id, date)
                   )
            SELECT partner_id,
                   date,
                   amount::float8 AS amount,
                   LAG(date) OVER client AS previous,
                   MAX(date) OVER (PARTITION BY partner_id) AS last,
                   COUNT(*) OVER (PARTITION BY partner_id)
                       - ROW_NUMBER() OVER client + 1 AS from_end
              FROM net
             WHERE amount > 0
            WINDOW client AS (PARTITION BY partner_id ORDER BY date)
            """
        )

    @api.model
    def _select_segments(self, segments):
        """The segment of each client: number, window, cap; a type not named is none."""
        rows = [
            {
                "number": number,
                "type_id": type_ or 0,
                "width": prior.window,
                "cap": None if np.isinf(prior.cap) else prior.cap,
            }
            for number, (type_, prior) in enumerate(segments.items())
        ]
        return SQL(
            """
              WITH told AS (
                       SELECT *
                         FROM jsonb_to_recordset(%s::jsonb)
                           AS row(number int4, type_id int4, width int4, cap float8)
                   )
            SELECT partner.id AS partner_id,
                   told.number,
                   told.width,
                   COALESCE(told.cap, 'Infinity') AS cap
              FROM res_partner partner
              JOIN told
                ON told.type_id = CASE
                       WHEN partner.client_type_id = ANY(%s)
                       THEN partner.client_type_id
                       ELSE 0
                   END
            """,
            json.dumps(rows),
            [type_ for type_ in segments if type_],
        )

    @api.model
    def _sum_gaps(self, ruler):
        """Number, logarithms and squares of the gaps that tell a rhythm; last day."""
        first = dt.date.fromordinal(ruler.first)
        positions = SQL("(%s::float8[])", ruler.position.tolist())

        def at(day):
            return SQL("%s[%s - %s + 1]", positions, SQL(day), first)

        log = SQL(
            "LN(GREATEST(%s - %s, %s))",
            at("event.date"),
            at("event.previous"),
            business_time.MIN_GAP,
        )
        kept = SQL(
            """event.previous IS NOT NULL
               AND event.from_end <= %s
               AND (event.previous >= event.last - %s OR event.from_end <= %s)""",
            history.MAX_GAPS,
            history.LOOK_BACK_DAYS,
            history.MIN_GAPS,
        )
        return SQL(
            """COUNT(*) FILTER (WHERE %(kept)s),
               COALESCE(SUM(%(log)s) FILTER (WHERE %(kept)s), 0),
               COALESCE(SUM(POWER(%(log)s, 2)) FILTER (WHERE %(kept)s), 0),
               MAX(event.date),
               MIN(event.date),
               COUNT(*) FILTER (WHERE event.from_end <= %(most)s),
               SUM(event.amount) FILTER (WHERE event.from_end <= %(most)s)""",
            kept=kept,
            log=log,
            most=history.MAX_GAPS + 1,
        )

    @api.model
    def _sum_windows(self, today):
        """Amounts, squares and days of the older window, then of the last one."""
        amount = SQL("LEAST(event.amount, segment.cap)")
        back = SQL("(%s - event.date) / segment.width", today)
        sums = [
            SQL("COALESCE(SUM(%s) FILTER (WHERE %s = %s), 0)", value, back, window)
            for value in (amount, SQL("POWER(%s, 2)", amount), SQL("1"))
            for window in (1, 0)
        ]
        return SQL(", ").join(sums)

    @api.model
    def _make_columns(self, lines, today, ruler):
        columns = [list(column) for column in zip(*lines, strict=True)] or [[]] * 16
        ids, segment, count, gaps, logs, squares, last, first, *rest = columns
        segment = np.array(segment, dtype=np.int64)
        last = self._to_ordinals(last)
        floats = [np.array(column, dtype=np.float64) for column in rest]
        baskets, windows = floats[:2], floats[2:]
        return Summed(
            partner_ids=ids,
            histories=history.Histories(
                np.array(count, dtype=np.int64),
                np.array(gaps, dtype=np.float64),
                np.array(logs, dtype=np.float64),
                np.array(squares, dtype=np.float64),
                ruler.silence(last, today.toordinal()),
                segment,
            ),
            last=last,
            baskets=money.Baskets(baskets[0].astype(np.int64), baskets[1]),
            windows=trend.Windows(
                *windows[:4],
                *(column.astype(np.int64) for column in windows[4:]),
                age=today.toordinal() - self._to_ordinals(first),
                segment=segment,
            ),
        )

    @api.model
    def _to_ordinals(self, days):
        return np.array([day.toordinal() for day in days], dtype=np.int64)
