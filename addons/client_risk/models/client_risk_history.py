import datetime as dt
from dataclasses import dataclass

import numpy as np

from odoo import api, models
from odoo.tools import SQL

from ..tools import columns, history
from ..tools.transactions import MIN_YEAR

EPOCH = dt.date(1, 1, 1)
# Nobody's documents are older; a date that is was mistyped: the year 26, or 202.
FIRST_DAY = dt.date(MIN_YEAR, 1, 1).toordinal()


@dataclass(frozen=True)
class Bought:
    """Purchase days of clients: ``partner_ids`` says who client 0, 1 ... is.

    ``size`` clients have bought. ``segment`` is the number of each one's segment.
    """

    partner_ids: np.ndarray
    segment: np.ndarray
    events: history.Events

    @property
    def size(self):
        return len(self.partner_ids)


class ClientRiskHistory(models.AbstractModel):
    """Brings the purchases of clients to the statistics, as columns of numbers.

    The database finds them; what they add up to is computed by ``tools``, on columns:
    several times faster than window functions, and the same code for one client and
    for all.
    """

    _name = "client.risk.history"
    _description = "Purchases Added Up"

    @api.model
    def _fetch_bought(self, company, today, types, partner_ids=None):
        """Fetch who has bought when and for how much, returns taken off.

        :param types: ids of the types of client that are segments, in their order;
            False is the segment of all others
        :rtype: Bought
        """
        partner, day, amount = self._fetch_columns(
            self._select_purchases(company, today, partner_ids),
            [columns.INT, columns.INT, columns.FLOAT],
        )
        dated = day >= FIRST_DAY
        partner, day, amount = partner[dated], day[dated], amount[dated]
        ids, row = np.unique(partner, return_inverse=True)
        events = history.net_events(row.astype(np.int64), day, amount)
        left, client = np.unique(events.client, return_inverse=True)
        return Bought(
            ids[left],
            self._fetch_segments(ids[left], types),
            history.Events(client.astype(np.int64), events.day, events.amount),
        )

    @api.model
    def _fetch_segments(self, partner_ids, types):
        """:return: the place of each client's type among ``types``"""
        segment = np.full(len(partner_ids), types.index(False), dtype=np.int64)
        if len(types) == 1:
            return segment
        partner, place = self._fetch_columns(
            SQL(
                """
                SELECT id, ARRAY_POSITION(%(types)s, client_type_id) - 1
                  FROM res_partner
                 WHERE client_type_id = ANY(%(types)s)
                """,
                types=SQL("%s::int4[]", [type_ or 0 for type_ in types]),
            ),
            [columns.INT, columns.INT],
        )
        _ids, ours, theirs = np.intersect1d(
            partner_ids, partner, assume_unique=True, return_indices=True
        )
        segment[ours] = place[theirs]
        return segment

    @api.model
    def _fetch_columns(self, query, kinds):
        """Run a query; its rows, in any order, as columns of numbers.

        All rows come as one value of up to 1 GB: 60 million purchases.

        :param kinds: ``columns.INT`` or ``columns.FLOAT`` of each column; no NULL
        :rtype: list[np.ndarray]
        """
        names = [SQL.identifier(f"column{number}") for number in range(len(kinds))]
        senders = (SQL.identifier(f"{kind}send") for kind in kinds)
        values = (
            SQL("%s(%s)", sender, name)
            for sender, name in zip(senders, names, strict=True)
        )
        ((data,),) = self.env.execute_query(
            SQL(
                "SELECT STRING_AGG(%s, ''::bytea) FROM (%s) AS found(%s)",
                SQL(" || ").join(values),
                query,
                SQL(", ").join(names),
            )
        )
        return columns.read(data or b"", kinds)

    @api.model
    def _select_purchases(self, company, today, partner_ids):
        Purchase = self.env["client.purchase"]
        domain = [("company_id", "=", company.id), ("date", "<=", today)]
        if partner_ids is not None:
            domain.append(("partner_id", "in", list(partner_ids)))
        query = Purchase._search(domain, bypass_access=True)  # risk is company-wide
        partner, date, amount = (
            Purchase._field_to_sql(query.table, name, query)
            for name in ("partner_id", "date", "amount")
        )
        return query.select(
            partner, SQL("%s - %s + 1", date, EPOCH), SQL("%s::float8", amount)
        )
