from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL, format_date

# Documents come in late: revenue is counted anew so long after its time was over.
LATE_DAYS = 60


class ClientReactivationResult(models.AbstractModel):
    """Sees what came of the cases: purchases, revenue, clients who are gone."""

    _name = "client.reactivation.result"
    _description = "Results of Winning Back"

    # === PURCHASES ===

    @api.model
    def _note_purchases(self, company, today, partner_ids=None):
        """Close the cases of those who have bought since, in one statement.

        Won back is who bought after an attempt and within the window; who bought
        otherwise came back by himself.
        """
        self.flush_model()
        open_ids = self._fetch_open(company, partner_ids)
        if not open_ids:
            return
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE client_reactivation cases
                   SET state = CASE
                           WHEN bought.date >= cases.first_attempt_on
                            AND bought.date <= COALESCE(cases.window_until, 'infinity')
                           THEN 'won'
                           ELSE 'self'
                       END,
                       won_on = bought.date,
                       closed_on = %(today)s,
                       revenue_until = (
                           bought.date + MAKE_INTERVAL(months => %(months)s)
                       )::date,
                       next_on = NULL
                  FROM (
                      SELECT found.id, MIN(purchase.date) AS date
                        FROM client_reactivation found
                        JOIN (%(purchases)s) AS purchase(partner_id, date, amount)
                          ON purchase.partner_id = found.partner_id
                       WHERE found.company_id = %(company)s
                         AND found.state IN ('open', 'waiting', 'decide')
                         AND purchase.amount > 0
                         AND purchase.date > COALESCE(found.bought_on, '-infinity')
                    GROUP BY found.id
                       ) AS bought
                 WHERE cases.id = bought.id
             RETURNING cases.id
                """,
                today=today,
                months=company.client_reactivation_months,
                purchases=self._select_purchases(company, today, open_ids),
                company=company.id,
            )
        )
        returned = self._refresh(rows)
        returned._drop_tasks()
        self._count_revenue(company, today, returned)
        returned._log({one: one._explain_return() for one in returned})

    @api.model
    def _fetch_open(self, company, partner_ids):
        """:return: clients with open cases, of those at hand"""
        at_hand = (
            SQL("partner_id = ANY(%s)", list(partner_ids))
            if partner_ids is not None
            else SQL("TRUE")
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id
                  FROM client_reactivation
                 WHERE state IN ('open', 'waiting', 'decide')
                   AND company_id = %s
                   AND %s
                """,
                company.id,
                at_hand,
            )
        )
        return [partner_id for (partner_id,) in rows]

    @api.model
    def _select_purchases(self, company, today, partner_ids):
        """:return: SQL of purchases and returns: client, day, amount"""
        Purchase = self.env["client.purchase"]
        query = Purchase._search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("date", "<=", today),
            ],
            bypass_access=True,  # statistics are company-wide
        )
        return query.select(
            *(
                Purchase._field_to_sql(query.table, name, query)
                for name in ("partner_id", "date", "amount")
            )
        )

    @api.model
    def _refresh(self, rows):
        """:return: the cases of these rows, read anew"""
        self.invalidate_model()
        return self.browse([id_ for (id_,) in rows])

    @api.model
    def _count_revenue(self, company, today, cases=None):
        """Add up what returned clients have bought for since, in one statement.

        :param cases: only of these; None for all that may still change
        """
        self.flush_model()
        domain = [("company_id", "=", company.id), ("state", "in", ["won", "self"])]
        if cases is None:
            since = today - relativedelta(days=LATE_DAYS)
            domain.append(("revenue_until", ">=", since))
        else:
            domain.append(("id", "in", cases.ids))
        counted = self.search(domain)
        if not counted:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_reactivation cases
                   SET returned_revenue = found.amount
                  FROM (
                      SELECT won.id, COALESCE(SUM(purchase.amount), 0) AS amount
                        FROM client_reactivation won
                   LEFT JOIN (%(purchases)s) AS purchase(partner_id, date, amount)
                          ON purchase.partner_id = won.partner_id
                         AND purchase.date BETWEEN won.won_on AND won.revenue_until
                       WHERE won.id = ANY(%(ids)s)
                    GROUP BY won.id
                       ) AS found
                 WHERE cases.id = found.id
                   AND cases.returned_revenue IS DISTINCT FROM found.amount
                """,
                purchases=self._select_purchases(
                    company, today, counted.partner_id.ids
                ),
                ids=counted.ids,
            )
        )
        self.invalidate_model(["returned_revenue"])

    def _explain_return(self):
        """:return: a sentence for the history of the card"""
        day = format_date(self.env, self.won_on)
        if self.state == "won":
            return self.env._("Won back: bought on %(day)s.", day=day)
        return self.env._("Came back by himself: bought on %(day)s.", day=day)

    # === OTHER ENDS ===

    @api.model
    def _end_unwanted(self, company, today, partner_ids=None):
        """Close the cases of those who are off active sales or no clients any more."""
        self.env.flush_all()
        open_ids = self._fetch_open(company, partner_ids)
        if not open_ids:
            return
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE client_reactivation cases
                   SET state = CASE
                           WHEN gone.reason_id IS NULL THEN 'cancelled'
                           ELSE 'lost'
                       END,
                       reason_id = gone.reason_id,
                       closed_on = %(today)s,
                       next_on = NULL
                  FROM (
                      SELECT found.id, removal.reason_id
                        FROM client_reactivation found
                        JOIN res_partner partner ON partner.id = found.partner_id
                   LEFT JOIN client_profile profile
                          ON profile.partner_id = found.partner_id
                         AND profile.company_id = found.company_id
                   LEFT JOIN client_removal removal
                          ON removal.partner_id = found.partner_id
                         AND removal.company_id = found.company_id
                         AND removal.state = 'removed'
                       WHERE found.company_id = %(company)s
                         AND found.partner_id = ANY(%(clients)s)
                         AND found.state IN ('open', 'waiting', 'decide')
                         AND (removal.id IS NOT NULL
                              OR NOT partner.active
                              OR NOT COALESCE(profile.active, FALSE))
                       ) AS gone
                 WHERE cases.id = gone.id
             RETURNING cases.id
                """,
                today=today,
                company=company.id,
                clients=open_ids,
            )
        )
        self._refresh(rows)._drop_tasks()

    def _drop_tasks(self):
        """Take back the tasks of closed cases that nobody has done."""
        # sudo: whoever closes the case, the task is somebody else's
        self.sudo().activity_id.filtered("active").unlink()

    def _close(self, state, **values):
        """Close cases by what a person told."""
        self._end(state, **values)
        self._drop_tasks()

    def _end(self, state, **values):
        """Close cases; their tasks are taken back at night."""
        for company, cases in self.grouped("company_id").items():
            cases.write(
                {
                    "state": state,
                    "closed_on": self.env["client.profile"]._get_today(company),
                    "closed_by_id": self.env.uid,
                    "next_on": False,
                    **values,
                }
            )

    @api.model
    def _drop_leftovers(self, company):
        """Take back the tasks of cases that were closed since, as a merge does."""
        closed = self.search(
            [
                ("company_id", "=", company.id),
                ("is_open", "=", False),
                ("activity_id.active", "=", True),
            ]
        )
        closed._drop_tasks()

    def _wait(self):
        """Wait for the purchase that clients agreed to: a talk is an attempt."""
        for case in self:
            today = self.env["client.profile"]._get_today(case.company_id)
            case.write(
                {
                    **case._prepare_waiting(today),
                    "attempt_count": case.attempt_count + 1,
                    "first_attempt_on": case.first_attempt_on or today,
                    "last_attempt_on": today,
                }
            )
        self._drop_tasks()

    def _mark_profiles(self):
        """Say on the profiles that nobody wins these clients back any more."""
        for company, cases in self.grouped("company_id").items():
            today = self.env["client.profile"]._get_today(company)
            self.env["client.profile"]._mark_silent(
                company, today, cases.partner_id.ids
            )
