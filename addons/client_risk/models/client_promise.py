from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# How far back documents that come in late may still change what became of a promise.
LATE_DAYS = 60


class ClientPromise(models.Model):
    """A day on which a client said he would buy, and what became of it.

    Kept by a purchase after he said so and up to a few days after the day he named;
    a day put off before it came is neither kept nor missed. Written by the evaluation
    and by whoever writes the told date of a profile.
    """

    _name = "client.promise"
    _description = "Date Told by a Client"
    _order = "told_on desc, id desc"
    _rec_name = "partner_id"

    profile_id = fields.Many2one(
        comodel_name="client.profile",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    manager_id = fields.Many2one(related="partner_id.user_id", string="Manager")
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    told_on = fields.Date(required=True, readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Told to", readonly=True, index=True
    )
    date = fields.Date(string="Date Told", required=True, readonly=True)
    comment = fields.Char(readonly=True)
    state = fields.Selection(
        selection=[
            ("open", "Expected"),
            ("kept", "Kept"),
            ("missed", "Missed"),
            ("withdrawn", "Put Off"),
        ],
        required=True,
        default="open",
        readonly=True,
    )
    bought_on = fields.Date(readonly=True, help="The purchase by which it was kept.")

    _open_idx = models.Index("(company_id, partner_id) WHERE state = 'open'")

    # === TELLING ===

    @api.model
    def _note(self, profiles, comment):
        """Write down the dates that clients have just told, in place of former ones.

        :param comment: what else was said
        """
        found = self.search(
            [("profile_id", "in", profiles.ids), ("state", "=", "open")]
        )
        former = found.filtered(lambda one: one.date != one.profile_id.told_date)
        former._give_up()
        told = profiles - (found - former).profile_id
        return self.create(
            [
                values
                for profile in told.filtered("told_date")
                if (values := self._prepare_promise_values(profile, comment))
            ]
        )

    @api.model
    def _prepare_promise_values(self, profile, comment):
        """:return: nothing for a day that is over: nobody promises the past"""
        today = profile._get_today(profile.company_id)
        if profile.told_date < today:
            return None
        return {
            "profile_id": profile.id,
            "partner_id": profile.partner_id.id,
            "company_id": profile.company_id.id,
            "told_on": today,
            "user_id": self.env.uid,
            "date": profile.told_date,
            "comment": comment,
        }

    def _give_up(self):
        """Another date, or none, was told before this one came.

        One that has come is left to the evaluation: it was kept, or missed.
        """
        for company, promises in self.grouped("company_id").items():
            today = self.env["client.profile"]._get_today(company)
            promises.filtered(lambda one, day=today: one.date >= day).write(
                {"state": "withdrawn"}
            )

    # === EVALUATION ===

    @api.model
    def _evaluate(self, company, today, partner_ids=None):
        """Tell which promises were kept or missed, by what is known to be bought now.

        A promise that was kept is over: the date told makes room for the forecast.

        :param partner_ids: commercial partners, None for all clients
        """
        self.env.flush_all()
        domain = self._get_doubtful_domain(company, today, partner_ids)
        # the evaluation is of all clients, whoever has caused it
        found = self.sudo().search_fetch(domain, ["partner_id", "told_on"])
        if not found:
            return
        changed = self.env.execute_query(self._sql_settle(found, company, today))
        if not changed:
            return
        self._follow_told_dates(changed)
        self._recount([profile_id for profile_id, _date, _state in changed])
        self.env["client.promise"].invalidate_model()

    @api.model
    def _get_doubtful_domain(self, company, today, partner_ids):
        """What is open, and, for a few clients, what late documents may change."""
        domain = Domain("state", "=", "open")
        if partner_ids is not None:
            recent = fields.Date.subtract(today, days=LATE_DAYS)
            settled = Domain("state", "in", ["kept", "missed"])
            domain |= settled & Domain("date", ">=", recent)
            domain &= Domain("partner_id", "in", list(partner_ids))
        return domain & Domain("company_id", "=", company.id)

    @api.model
    def _sql_settle(self, found, company, today):
        """:return: SQL of profile_id, date and state of each promise that changes"""
        return SQL(
            """
            WITH verdict AS (
                SELECT promise.id,
                       MIN(purchase.date) AS bought_on,
                       CASE WHEN MIN(purchase.date) IS NOT NULL THEN 'kept'
                            WHEN promise.date + %(patience)s < %(today)s THEN 'missed'
                            ELSE 'open'
                       END AS state
                  FROM client_promise promise
             LEFT JOIN (%(purchases)s) AS purchase(partner_id, date)
                    ON purchase.partner_id = promise.partner_id
                   AND purchase.date <= promise.date + %(patience)s
                   AND (
                       purchase.date > promise.told_on
                    OR (purchase.date = promise.told_on
                        AND promise.date = promise.told_on)
                   )
                 WHERE promise.id = ANY(%(ids)s)
              GROUP BY promise.id
            )
            UPDATE client_promise promise
               SET state = verdict.state,
                   bought_on = verdict.bought_on
              FROM verdict
             WHERE verdict.id = promise.id
               AND (promise.state, promise.bought_on)
                   IS DISTINCT FROM (verdict.state, verdict.bought_on)
         RETURNING promise.profile_id, promise.date, promise.state
            """,
            patience=max(company.client_promise_days, 0),
            today=today,
            purchases=self._select_purchases(found, company),
            ids=found.ids,
        )

    @api.model
    def _select_purchases(self, found, company):
        Purchase = self.env["client.purchase"]
        domain = [
            ("company_id", "=", company.id),
            ("partner_id", "in", found.partner_id.ids),
            ("date", ">=", min(found.mapped("told_on"))),
            ("amount", ">", 0),
        ]
        query = Purchase._search(domain, bypass_access=True)  # of all clients
        return query.select(
            *(
                Purchase._field_to_sql(query.table, name, query)
                for name in ("partner_id", "date")
            )
        )

    @api.model
    def _follow_told_dates(self, changed):
        """Take kept dates off the profiles, and put back what is expected again."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_profile profile
                   SET told_date = CASE changed.state WHEN 'open' THEN changed.date END
                  FROM unnest(%s::int[], %s::date[], %s::varchar[])
                       AS changed(profile_id, date, state)
                 WHERE profile.id = changed.profile_id
                   AND (
                       (changed.state = 'kept' AND profile.told_date = changed.date)
                    OR (changed.state = 'open' AND profile.told_date IS NULL)
                   )
                """,
                *(list(column) for column in zip(*changed, strict=True)),
            )
        )

    @api.model
    def _recount(self, profile_ids):
        """Count on the profiles how many promises were kept and missed."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_profile profile
                   SET promise_kept_count = counted.kept,
                       promise_missed_count = counted.missed
                  FROM (
                      SELECT one.id,
                             COUNT(*) FILTER (WHERE promise.state = 'kept') AS kept,
                             COUNT(*) FILTER (WHERE promise.state = 'missed') AS missed
                        FROM unnest(%s::int[]) AS one(id)
                   LEFT JOIN client_promise promise
                          ON promise.profile_id = one.id
                    GROUP BY one.id
                       ) AS counted
                 WHERE counted.id = profile.id
                """,
                list(set(profile_ids)),
            )
        )
        self.env["client.profile"].invalidate_model(
            ["told_date", "promise_kept_count", "promise_missed_count"], flush=False
        )
