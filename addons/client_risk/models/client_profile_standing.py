import datetime as dt

from odoo import api, fields, models
from odoo.tools import SQL, format_amount, format_date

# What is noted beside a verdict, and its type in the database.
STANDING = {
    "overdue_debt": "numeric",
    "overdue_since": "date",
    "overdue_source": "varchar",
    "promise_date": "date",
    "promise_text": "varchar",
    "claim_id": "int4",
}


class ClientProfileStanding(models.AbstractModel):
    """Knows what stands between us and a client: a promise, a debt, a claim.

    It is found before clients are judged, all of them with one statement, and noted in
    the profile with its numbers. The company says which of the three count.
    """

    _name = "client.profile.standing"
    _description = "What Stands between Us and a Client"
    _inherit = ["client.profile.judge", "client.profile.reason"]

    # The profile has its own; an amount needs one here, too.
    currency_id = fields.Many2one(comodel_name="res.currency")
    overdue_debt = fields.Monetary(
        readonly=True, help="What the client should have paid by now, with tax."
    )
    overdue_since = fields.Date(string="Debt Overdue since", readonly=True)
    overdue_source = fields.Char(
        string="Debt Told by",
        readonly=True,
        help="The accounting system by whose word this is a debt; empty: Odoo.",
    )
    promise_date = fields.Date(
        string="We Promised by",
        readonly=True,
        help="The day by which we promised something and did not do it.",
    )
    promise_text = fields.Char(string="What We Promised", readonly=True)
    claim_id = fields.Many2one(
        comodel_name="client.claim",
        string="Open Claim",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    @api.model
    def _get_facts(self, company):
        return {
            **super()._get_facts(company),
            "promise_overdue": SQL("profile.promise_date IS NOT NULL"),
            "debt_overdue": SQL("COALESCE(profile.overdue_debt, 0) > 0"),
            "open_claim": SQL("profile.claim_id IS NOT NULL"),
        }

    @api.model
    def _prepare_judging(self, company, today, partner_ids=None):
        result = super()._prepare_judging(company, today, partner_ids)
        self._note_standing(company, today, partner_ids)
        return result

    @api.model
    def _follow_up(self, company, today, partner_ids=None):
        """Judge again the clients whose profile there was nothing to note in before."""
        result = super()._follow_up(company, today, partner_ids)
        fresh = self._fetch_new_clients(company, partner_ids)
        noted = self._note_standing(company, today, fresh) if fresh else []
        if noted:
            self._judge(company, noted)
        return result

    @api.model
    def _fetch_new_clients(self, company, partner_ids):
        """:return: ids of the clients whose profile was made in this transaction"""
        clients = SQL("TRUE")
        if partner_ids is not None:
            clients = SQL("partner_id = ANY(%s)", list(partner_ids))
        found = self.env.execute_query(
            SQL(
                """
                SELECT partner_id
                  FROM client_profile
                 WHERE company_id = %s AND create_date = %s AND %s
                """,
                company.id,
                self.env.cr.now(),
                clients,
            )
        )
        return [partner_id for (partner_id,) in found]

    # === NOTING ===

    @api.model
    def _note_standing(self, company, today, partner_ids):
        """Note what stands between us and clients in their profiles.

        :return: ids of the clients of whom something else is noted now
        """
        self.env.flush_all()
        names = [SQL.identifier(name) for name in STANDING]
        clients = SQL("TRUE")
        if partner_ids is not None:
            clients = SQL("known.partner_id = ANY(%s)", list(partner_ids))
        changed = self.env.execute_query(
            SQL(
                """
                UPDATE client_profile profile
                   SET (%(names)s) = ROW(%(fresh)s)
                  FROM (
                       SELECT known.id,
                              debt.amount AS overdue_debt,
                              debt.since AS overdue_since,
                              debt.source AS overdue_source,
                              promise.due AS promise_date,
                              promise.text AS promise_text,
                              claim.id AS claim_id
                         FROM client_profile known
                    LEFT JOIN (%(debts)s) debt
                           ON debt.partner_id = known.partner_id
                    LEFT JOIN (%(promises)s) promise
                           ON promise.partner_id = known.partner_id
                    LEFT JOIN (%(claims)s) claim
                           ON claim.partner_id = known.partner_id
                        WHERE known.company_id = %(company)s
                          AND %(clients)s
                       ) AS fresh
                 WHERE profile.id = fresh.id
                   AND (%(known)s) IS DISTINCT FROM (%(fresh)s)
             RETURNING profile.partner_id
                """,
                names=SQL(", ").join(names),
                fresh=SQL(", ").join(SQL("fresh.%s", name) for name in names),
                known=SQL(", ").join(SQL("profile.%s", name) for name in names),
                debts=self._select_debts(company, today, partner_ids),
                promises=self._select_promises(company, today, partner_ids),
                claims=self._select_claims(company, partner_ids),
                company=company.id,
                clients=clients,
            )
        )
        if changed:
            self.env["client.profile"].invalidate_model(list(STANDING))
        return [partner_id for (partner_id,) in changed]

    @api.model
    def _of_clients(self, partner_ids):
        """:return: the condition that ``contact`` belongs to one of the clients"""
        if partner_ids is None:
            return SQL("TRUE")
        return SQL("contact.commercial_partner_id = ANY(%s)", list(partner_ids))

    @api.model
    def _select_debts(self, company, today, partner_ids):
        """:return: SQL of partner_id, amount, since, source"""
        found = None
        if company.client_risk_debt:
            found = self.env["client.finance"]._select_overdue(
                company,
                today - dt.timedelta(days=company.client_risk_debt_days),
                company.client_risk_debt_amount,
                partner_ids,
            )
        return found or SQL(
            """SELECT NULL::int4 AS partner_id,
                      NULL::numeric AS amount,
                      NULL::date AS since,
                      NULL::varchar AS source
                WHERE FALSE"""
        )

    @api.model
    def _select_promises(self, company, today, partner_ids):
        """Select the oldest promise of ours that is overdue.

        A promise is an activity of a type that is one, with its deadline, or materials
        that a client asked for, from the day of the offer.

        :return: SQL of partner_id, due, text
        """
        return SQL(
            """
              SELECT DISTINCT ON (partner_id) partner_id, due, text
                FROM (
                     SELECT contact.commercial_partner_id AS partner_id,
                            activity.date_deadline AS due,
                            NULLIF(activity.summary, '') AS text
                       FROM mail_activity activity
                       JOIN mail_activity_type type
                         ON type.id = activity.activity_type_id
                        AND type.is_client_promise
                       JOIN res_partner contact ON contact.id = activity.res_id
                      WHERE activity.res_model = 'res.partner'
                        AND activity.active
                        AND %(clients)s
                  UNION ALL
                     SELECT contact.commercial_partner_id,
                            offer.date,
                            COALESCE(NULLIF(offer.materials_note, ''), offer.name)
                       FROM client_offer offer
                       JOIN res_partner contact ON contact.id = offer.partner_id
                      WHERE offer.materials = 'asked'
                        AND offer.outcome = 'open'
                        AND offer.company_id = %(company)s
                        AND %(clients)s
                     ) AS promised
               WHERE due < %(limit)s
                 AND %(counts)s
            ORDER BY partner_id, due, text
            """,
            clients=self._of_clients(partner_ids),
            company=company.id,
            limit=today - dt.timedelta(days=company.client_risk_promise_days),
            counts=bool(company.client_risk_promise),
        )

    @api.model
    def _select_claims(self, company, partner_ids):
        """:return: SQL of partner_id and id of the oldest claim that is open"""
        return SQL(
            """
              SELECT DISTINCT ON (contact.commercial_partner_id)
                     contact.commercial_partner_id AS partner_id,
                     claim.id
                FROM client_claim claim
                JOIN res_partner contact ON contact.id = claim.partner_id
               WHERE claim.company_id = %(company)s
                 AND claim.closed_on IS NULL
                 AND claim.active
                 AND %(clients)s
                 AND %(counts)s
            ORDER BY contact.commercial_partner_id, claim.date, claim.id
            """,
            company=company.id,
            clients=self._of_clients(partner_ids),
            counts=bool(company.client_risk_claim),
        )

    @api.model
    def _judge_freed(self, partners, status):
        """Judge the clients who have a status of this kind at once: it may be over.

        :param status: ``promise_overdue`` or ``debt_overdue``; who has another one is
            left to the night
        """
        # sudo: whoever does what was promised; profiles are measured by the system
        profiles_sudo = (
            self.env["client.profile"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", partners.commercial_partner_id.ids),
                    ("status", "=", status),
                ]
            )
        )
        profiles_sudo._judge_again()

    # === REASONS ===

    @api.depends(*STANDING)
    def _compute_reason(self):
        return super()._compute_reason()

    def _get_reason_makers(self):
        return {
            **super()._get_reason_makers(),
            "debt_overdue": self._explain_debt,
            "promise_overdue": self._explain_promise,
            "open_claim": self._explain_claim,
        }

    def _count_days_since(self, day):
        return (fields.Date.context_today(self) - day).days

    def _explain_debt(self):
        if not self.overdue_since:
            return self._get_simple_reasons()["debt_overdue"]
        values = {
            "amount": format_amount(self.env, self.overdue_debt, self.currency_id),
            "ago": self._say_ago(self._count_days_since(self.overdue_since)),
        }
        if not self.overdue_source:
            return self.env._("Owes %(amount)s; due %(ago)s.", **values)
        return self.env._(
            "Owes %(amount)s, as %(system)s tells; due %(ago)s.",
            system=self.overdue_source,
            **values,
        )

    def _explain_promise(self):
        if not self.promise_date:
            return self._get_simple_reasons()["promise_overdue"]
        values = {
            "day": format_date(self.env, self.promise_date),
            "time": self._say_days(self._count_days_since(self.promise_date)),
        }
        if not self.promise_text:
            return self.env._(
                "A promise of ours is overdue since %(day)s, %(time)s.", **values
            )
        return self.env._(
            "We owe the client “%(what)s” since %(day)s, %(time)s.",
            what=self.promise_text,
            **values,
        )

    def _explain_claim(self):
        # sudo: one query for a whole list; of his companies' claims the reader may know
        claim_sudo = self.claim_id.sudo()
        if not (self.env.su or claim_sudo.company_id <= self.env.companies):
            claim_sudo = claim_sudo.browse()  # a value that a form was told to have
        if not claim_sudo:
            return self._get_simple_reasons()["open_claim"]
        return self.env._(
            "Complained %(ago)s, and it is not settled: %(what)s.",
            ago=self._say_ago(self._count_days_since(claim_sudo.date)),
            what=claim_sudo.name.rstrip("."),
        )
