import datetime as dt
import json

import numpy as np
from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import replay, stays
from ..tools.columns import INT
from ..tools.status import Status
from .client_risk_history import EPOCH

HISTORY_MONTHS = 24
# A first purchase so many days ago may still be told late; an older one is a history.
LATE_DAYS = 62
INSERT_ROWS = 10000
STAY_ORIGINS = ("opening", "new", "returned", "changed")


class ClientStayCounter(models.AbstractModel):
    """Keeps the stretches of active life equal to what the profiles say.

    At night, after all clients were judged. Clients who bought long before they were
    first seen (the accounting system told their history) have two years played again,
    so that the base can be read from the first day.
    """

    _name = "client.stay.counter"
    _description = "Counting of Active Clients"

    @api.model
    def _cron_count(self):
        """Count every company that was judged since; twice is once."""
        companies = self.env["res.company"].search(Domain.TRUE)
        waiting = companies.filtered(
            lambda one: (
                one.client_judged_on
                and (
                    not one.client_flow_on or one.client_flow_on < one.client_judged_on
                )
            )
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(waiting))
        for company in waiting:
            self.env["client.profile"]._go_on(self._count_night, company)
            if not progress(1):
                break

    @api.model
    def _count_night(self, company):
        self._count(company)
        self.env["client.season"]._measure(company)
        self.env["client.load.notice"]._tell(company)

    @api.model
    def _count(self, company):
        """Bring the stretches of a company up to date with its profiles."""
        today = self.env["client.profile"]._get_today(company)
        if not company.client_flow_from:
            company.client_flow_from = today.replace(day=1) - relativedelta(
                months=HISTORY_MONTHS, days=1
            )
        self.env.flush_all()
        self._play_histories(company, today)
        self._mark_seen(company)
        self._close(company, today)
        self._open(company, today)
        company.client_flow_on = today
        self.env["client.stay"].invalidate_model()

    # === HISTORY ===

    @api.model
    def _play_histories(self, company, today):
        """Play the months of clients who bought long before they were seen."""
        ids = self._fetch_unseen(company, today)
        if not len(ids):
            return
        types, month = self.env["client.risk.month"]._unpack(company, today)
        bought = self.env["client.risk.history"]._fetch_bought(company, today, types)
        days = self._get_month_ends(company, today, bought, ids)
        statuses, lasts = [], []
        for stage in replay.play(
            bought.events, bought.segment, len(types), days, month.ruler
        ):  # a stage is large, and there are two years of them
            statuses.append(stage.verdicts.status)
            lasts.append(stage.verdicts.last)
        first = np.zeros(bought.size, dtype=np.int64)
        first[bought.events.client[::-1]] = bought.events.day[::-1]
        found = stays.find_stays(days, statuses, lasts, first)
        partner = bought.partner_ids[found.client]
        self._insert_played(company, found, partner, np.isin(partner, ids))

    @api.model
    def _fetch_unseen(self, company, today):
        """:return: ids of clients never counted, once one of them has a history"""
        ids, first = self.env["client.risk.history"]._fetch_columns(
            SQL(
                """
                SELECT profile.partner_id, profile.first_date - %s + 1
                  FROM client_profile profile
                 WHERE profile.company_id = %s
                   AND profile.first_date IS NOT NULL
                   AND profile.is_counted IS NOT TRUE
                   AND NOT EXISTS (
                           SELECT 1
                             FROM client_stay
                            WHERE partner_id = profile.partner_id
                              AND company_id = profile.company_id
                       )
                """,
                EPOCH,
                company.id,
            ),
            [INT, INT],
        )
        if not len(ids) or first.min() > today.toordinal() - LATE_DAYS:
            return ids[:0]
        return ids

    @api.model
    def _get_month_ends(self, company, today, bought, ids):
        """:return: ordinals, from the opening or before the first purchase on"""
        rows = np.isin(bought.partner_ids[bought.events.client], ids)
        first = int(bought.events.day[rows].min(initial=today.toordinal()))
        begin = dt.date.fromordinal(first).replace(day=1) - relativedelta(days=1)
        day = max(begin, company.client_flow_from)
        days = []
        while day < today:
            days.append(day.toordinal())
            day += relativedelta(months=1, day=31)
        return days

    @api.model
    def _insert_played(self, company, found, partner, kept):
        """Store stretches that were found, with the managers of today."""
        rows = np.column_stack(
            [
                column[kept]
                for column in (
                    partner,
                    found.status,
                    found.begin,
                    found.end,
                    found.origin,
                    found.target,
                )
            ]
        ).tolist()
        for begin in range(0, len(rows), INSERT_ROWS):
            batch = rows[begin : begin + INSERT_ROWS]
            self.env.cr.execute(self._insert_batch(company, json.dumps(batch)))

    @api.model
    def _insert_batch(self, company, batch):
        statuses = [status.code for status in Status]
        active = [one.code for one in stays.ACTIVE]
        return SQL(
            """
            INSERT INTO client_stay (
                        partner_id, company_id, manager_id, status, sector,
                        date_from, date_to, origin, next_status, end_kind, is_replayed,
                        create_uid, create_date, write_uid, write_date
                      )
               SELECT partner.id, %(company)s, partner.user_id,
                      (%(statuses)s)[row.status + 1], (%(sectors)s)[row.status + 1],
                      %(epoch)s::date + (row.begin - 1),
                      %(epoch)s::date + (NULLIF(row.ended, 0) - 1),
                      (%(origins)s)[row.origin + 1],
                      (%(statuses)s)[NULLIF(row.target, -1) + 1],
                      CASE WHEN row.ended = 0 THEN NULL
                           WHEN (%(statuses)s)[row.target + 1] = ANY(%(active)s)
                           THEN 'changed'
                           ELSE 'left'
                       END,
                      TRUE, %(user)s, %(now)s, %(user)s, %(now)s
                 FROM (
                      SELECT (one->>0)::int AS partner_id, (one->>1)::int AS status,
                             (one->>2)::int AS begin, (one->>3)::int AS ended,
                             (one->>4)::int AS origin, (one->>5)::int AS target
                        FROM jsonb_array_elements(%(batch)s::jsonb) AS one
                      ) AS row
                 JOIN res_partner partner ON partner.id = row.partner_id
            """,
            company=company.id,
            statuses=SQL("%s::varchar[]", statuses),
            sectors=SQL("%s::varchar[]", [status.sector for status in Status]),
            origins=SQL("%s::varchar[]", list(STAY_ORIGINS)),
            active=SQL("%s::varchar[]", active),
            epoch=EPOCH,
            batch=batch,
            user=self.env.uid,
            now=self.env.cr.now(),
        )

    @api.model
    def _mark_seen(self, company):
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_profile
                   SET is_counted = TRUE
                 WHERE company_id = %s
                   AND purchase_count > 0
                   AND is_counted IS NOT TRUE
                """,
                company.id,
            )
        )
        self.env["client.profile"].invalidate_model(["is_counted"])

    # === TODAY ===

    @api.model
    def _select_active(self, company):
        """:return: SQL of who is active now, with status and manager"""
        return SQL(
            """
            SELECT profile.partner_id, profile.status, profile.sector,
                   profile.first_date, profile.last_date,
                   partner.user_id AS manager_id
              FROM client_profile profile
              JOIN res_partner partner ON partner.id = profile.partner_id
             WHERE profile.company_id = %s
               AND profile.active
               AND profile.purchase_count > 0
               AND profile.status = ANY(%s)
            """,
            company.id,
            [one.code for one in stays.ACTIVE],
        )

    @api.model
    def _close(self, company, today):
        """End the stretches of who left, changed or was handed over."""
        self._change_in_place(company, today)
        self._end_stretches(company, today)

    @api.model
    def _change_in_place(self, company, today):
        """Change what began today: a day has one evaluation."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_stay stay
                   SET status = now.status,
                       sector = now.sector,
                       manager_id = now.manager_id
                  FROM (%s) AS now
                 WHERE stay.company_id = %s
                   AND stay.date_to IS NULL
                   AND stay.date_from >= %s
                   AND now.partner_id = stay.partner_id
                   AND (stay.status, stay.manager_id)
                       IS DISTINCT FROM (now.status, now.manager_id)
                """,
                self._select_active(company),
                company.id,
                today,
            )
        )

    @api.model
    def _end_stretches(self, company, today):
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_stay stay
                   SET date_to = GREATEST(%(today)s, stay.date_from),
                       next_status = profile.status,
                       end_kind = CASE
                           WHEN now.partner_id IS NULL THEN 'left'
                           WHEN now.manager_id IS DISTINCT FROM stay.manager_id
                           THEN 'handed'
                           ELSE 'changed'
                       END
                  FROM client_stay found
             LEFT JOIN (%(active)s) AS now ON now.partner_id = found.partner_id
             LEFT JOIN client_profile profile
                    ON profile.partner_id = found.partner_id
                   AND profile.company_id = found.company_id
                   AND profile.active
                 WHERE found.id = stay.id
                   AND found.company_id = %(company)s
                   AND found.date_to IS NULL
                   AND (
                       now.partner_id IS NULL
                    OR (found.status, found.manager_id)
                       IS DISTINCT FROM (now.status, now.manager_id)
                    OR EXISTS (
                           SELECT 1
                             FROM client_stay other
                            WHERE other.partner_id = found.partner_id
                              AND other.company_id = found.company_id
                              AND other.date_to IS NULL
                              AND other.id < found.id
                       )
                   )
                """,
                today=today,
                company=company.id,
                active=self._select_active(company),
            )
        )

    @api.model
    def _open(self, company, today):
        """Begin the stretches of who came, came back, changed or was handed over."""
        origin = SQL(
            """CASE
                WHEN before.date_to = %(today)s AND before.end_kind <> 'left'
                THEN before.end_kind
                WHEN before.date_to IS NOT NULL THEN 'returned'
                WHEN now.first_date > %(start)s THEN 'new'
                ELSE 'returned'
            END""",
            today=today,
            start=company.client_flow_from,
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_stay (
                            partner_id, company_id, manager_id, status, sector,
                            date_from, origin, is_replayed,
                            create_uid, create_date, write_uid, write_date
                          )
                   SELECT came.partner_id, %(company)s, came.manager_id, came.status,
                          came.sector, %(begin)s, came.origin,
                          FALSE, %(user)s, %(now)s, %(user)s, %(now)s
                     FROM (
                          SELECT now.*, before.date_to, %(origin)s AS origin
                            FROM (%(active)s) AS now
                       LEFT JOIN LATERAL (
                                 SELECT date_to, end_kind
                                   FROM client_stay
                                  WHERE partner_id = now.partner_id
                                    AND company_id = %(company)s
                               ORDER BY date_to DESC, id DESC
                                  LIMIT 1
                                 ) AS before ON TRUE
                           WHERE NOT EXISTS (
                                     SELECT 1
                                       FROM client_stay
                                      WHERE partner_id = now.partner_id
                                        AND company_id = %(company)s
                                        AND date_to IS NULL
                                 )
                          ) AS came
                """,
                company=company.id,
                active=self._select_active(company),
                origin=origin,
                begin=self._select_begin(today),
                user=self.env.uid,
                now=self.env.cr.now(),
            )
        )

    @api.model
    def _select_begin(self, today):
        """:return: SQL of the day of the purchase that brought a client, else today

        A purchase may be told late; what is older did not bring him.
        """
        bought = SQL(
            "CASE came.origin WHEN 'new' THEN came.first_date ELSE came.last_date END"
        )
        return SQL(
            """CASE
                WHEN came.origin IN ('new', 'returned')
                 AND %(bought)s BETWEEN %(oldest)s AND %(today)s
                 AND %(bought)s > COALESCE(came.date_to, %(oldest)s - 1)
                THEN %(bought)s
                ELSE %(today)s
            END""",
            bought=bought,
            oldest=SQL("%s::date", today - dt.timedelta(days=LATE_DAYS)),
            today=SQL("%s::date", today),
        )
