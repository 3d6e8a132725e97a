from odoo import api, models
from odoo.tools import SQL

from ..tools import books

TOLD = "told"
ODOO = "odoo"
# A payment without a journal entry of its own leaves the residual of its invoice as it
# was: then the state of the invoice knows better.
PAID = ("in_payment", "paid", "reversed")


class ClientFinance(models.AbstractModel):
    """Knows who owes how much since when: by what accounting told, else by Odoo.

    Where an accounting system tells payments, its invoices (its shipments, where it
    tells no invoices), returns and payments are the books, and payments cover the
    oldest charge first. A system that tells none says nothing of debts. Where no system
    tells them it is what is not reconciled on receivable accounts. Amounts are in
    company currency, with tax.
    """

    _name = "client.finance"
    _description = "What Clients Owe"

    # === WHOSE WORD ===

    @api.model
    def _get_books(self, company, wanted=None):
        """:return: ``told``, ``odoo``, or False where nobody knows who has paid"""
        wanted = wanted or company.client_payment_source
        if self._get_charges(company, wanted):
            return TOLD
        if wanted == TOLD:
            return False
        return ODOO if self._has_invoices(company) else False

    @api.model
    def _get_charges(self, company, wanted=None):
        """Tell which accounting systems count, and what of them has to be paid.

        :param wanted: where payments come from; what the company says when left out
        :return: dict of the kind of document, by accounting system
        """
        wanted = wanted or company.client_payment_source
        if wanted == ODOO:
            return {}
        return books.choose_charges(
            self._fetch_told_kinds(company), together=wanted == TOLD
        )

    @api.model
    def _describe_books(self, company, wanted):
        """Tell by whose word clients owe.

        :param wanted: where payments come from
        """
        charges = self._get_charges(company, wanted)
        if not charges:
            return self._describe_no_charges(company, wanted)
        counted = self.env._(
            "Now by what %(systems)s told.", systems=", ".join(charges)
        )
        silent = sorted(set(self._fetch_told_kinds(company)) - set(charges))
        if not silent:
            return counted
        left_out = self.env._(
            "%(systems)s told no payment yet: what clients got there is no debt.",
            systems=", ".join(silent),
        )
        return f"{counted} {left_out}"

    @api.model
    def _describe_no_charges(self, company, wanted):
        if self._get_books(company, wanted) == ODOO:
            return self.env._("Now by the invoices in Odoo.")
        return self.env._("No payment is known yet: no client has a debt.")

    @api.model
    def _fetch_told_kinds(self, company):
        """Fetch what each accounting system tells.

        Hops through the index from one kind to the next, however many documents there
        are of each: a sale judges its client while somebody waits.

        :return: dict of sets of kinds, by accounting system
        """
        found = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE told AS (
                         (
                             SELECT source, kind
                               FROM client_transaction
                              WHERE company_id = %(company)s
                                AND active
                                AND is_cancelled IS NOT TRUE
                           ORDER BY source, kind
                              LIMIT 1
                         )
                      UNION ALL
                         SELECT following.source, following.kind
                           FROM told
                     CROSS JOIN LATERAL (
                                SELECT source, kind
                                  FROM client_transaction
                                 WHERE company_id = %(company)s
                                   AND active
                                   AND is_cancelled IS NOT TRUE
                                   AND (source, kind) > (told.source, told.kind)
                              ORDER BY source, kind
                                 LIMIT 1
                                ) AS following
                     )
                SELECT source, ARRAY_AGG(kind) FROM told GROUP BY source
                """,
                company=company.id,
            )
        )
        return {source: set(kinds) for source, kinds in found}

    @api.model
    def _has_invoices(self, company):
        """Tell whether invoices are written in Odoo."""
        return bool(
            self.env.execute_query(
                SQL(
                    """
                    SELECT 1
                      FROM account_journal journal
                     WHERE journal.company_id = %s
                       AND journal.type = 'sale'
                       AND EXISTS (
                               SELECT 1
                                 FROM account_move
                                WHERE journal_id = journal.id AND state = 'posted'
                           )
                     LIMIT 1
                    """,
                    company.id,
                )
            )
        )

    # === CHARGES AND CREDITS ===

    @api.model
    def _select_entries(self, company, partner_ids=None):
        """Select what clients were charged and what they gave.

        :param partner_ids: commercial partners, None for all
        :return: SQL of partner_id, id, source (NULL: Odoo), due, charge, credit; None
            without books
        """
        found = self._get_books(company)
        clients = SQL("TRUE")
        if partner_ids is not None:
            clients = SQL("contact.commercial_partner_id = ANY(%s)", list(partner_ids))
        if found == TOLD:
            return self._select_told_entries(company, clients)
        return self._select_move_entries(company, clients) if found else None

    @api.model
    def _select_told_entries(self, company, clients):
        charges = self._get_charges(company)
        return SQL(
            """
            SELECT contact.commercial_partner_id AS partner_id,
                   told.id,
                   told.kind,
                   told.source,
                   told.write_date AS told_at,
                   COALESCE(told.due_date, told.date) AS due,
                   CASE WHEN told.kind = books.charged AND amount.due > 0
                        THEN amount.due ELSE 0 END AS charge,
                   CASE WHEN told.kind = 'payment' THEN amount.due
                        ELSE GREATEST(-amount.due, 0) END AS credit
              FROM client_transaction told
              JOIN unnest(%(sources)s::varchar[], %(charges)s::varchar[])
                   AS books(source, charged)
                ON books.source = told.source
              JOIN res_partner contact ON contact.id = told.partner_id
        CROSS JOIN LATERAL (
                   SELECT COALESCE(
                              NULLIF(told.company_total, 0), told.company_amount
                          ) AS due
                   ) amount
             WHERE told.company_id = %(company)s
               AND told.kind IN ('invoice', 'shipment', 'payment', 'return')
               AND (told.kind IN ('payment', 'return') OR told.kind = books.charged)
               AND told.active
               AND told.is_cancelled IS NOT TRUE
               AND %(clients)s
            """,
            sources=list(charges),
            charges=list(charges.values()),
            company=company.id,
            clients=clients,
        )

    @api.model
    def _select_move_entries(self, company, clients):
        return SQL(
            """
            SELECT contact.commercial_partner_id AS partner_id,
                   line.id,
                   NULL::varchar AS source,
                   COALESCE(line.date_maturity, line.date) AS due,
                   CASE WHEN move.payment_state IN %(paid)s THEN 0
                        ELSE GREATEST(line.amount_residual, 0) END AS charge,
                   GREATEST(-line.amount_residual, 0) AS credit
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN account_account account ON account.id = line.account_id
              JOIN res_partner contact ON contact.id = line.partner_id
             WHERE line.company_id = %(company)s
               AND line.parent_state = 'posted'
               AND account.account_type = 'asset_receivable'
               AND NOT COALESCE(line.reconciled, FALSE)
               AND %(clients)s
            """,
            paid=PAID,
            company=company.id,
            clients=clients,
        )

    @api.model
    def _select_overdue(self, company, limit, least, partner_ids=None):
        """Select who owes what was due before a day.

        :param limit: the day; what is due on it or later is not overdue
        :param least: an amount below which a debt is none
        :return: SQL of partner_id, amount, since (due day of the oldest charge that is
            not covered) and source (accounting systems of such charges, NULL: Odoo);
            None without books
        """
        entries = self._select_entries(company, partner_ids)
        if entries is None:
            return None
        return SQL(
            """
            WITH entry AS MATERIALIZED (
                     SELECT partner_id, id, source, due, charge, credit
                       FROM (%(entries)s) AS every_entry
                 ),
                 debtor AS (
                     SELECT partner_id,
                            SUM(credit) AS credit,
                            SUM(charge) FILTER (WHERE due < %(limit)s) - SUM(credit)
                                AS amount
                       FROM entry
                   GROUP BY partner_id
                     HAVING SUM(charge) FILTER (WHERE due < %(limit)s) - SUM(credit)
                                > %(least)s
                 ),
                 covered AS (
                     SELECT partner_id,
                            source,
                            due,
                            debtor.amount,
                            debtor.credit,
                            SUM(charge) OVER (
                                PARTITION BY partner_id ORDER BY due, entry.id
                            ) AS charged
                       FROM entry
                       JOIN debtor USING (partner_id)
                      WHERE charge > 0
                 )
            SELECT partner_id,
                   MIN(amount) AS amount,
                   MIN(due) AS since,
                   STRING_AGG(DISTINCT source, ', ') FILTER (WHERE due < %(limit)s)
                       AS source
              FROM covered
             WHERE charged > covered.credit
          GROUP BY partner_id
            """,
            entries=entries,
            limit=limit,
            least=least,
        )

    # === ONE CLIENT ===

    @api.model
    def _fetch_balance(self, company, client, today):
        """Fetch what one client was charged, has paid and owes in all.

        :return: dict of billed, paid, debt, overdue, since (False: nothing overdue),
            sources (names of accounting systems, empty: Odoo's own books) and told_on;
            None where nobody knows
        """
        self.env.flush_all()
        found = self._get_books(company)
        if not found:
            return None
        select = self._select_told_sums if found == TOLD else self._select_move_sums
        ((billed, paid, debt, sources, told_on),) = self.env.execute_query(
            select(company, client)
        )
        if found == TOLD and not sources:
            return None  # nothing was told of this client
        overdue = self.env.execute_query(
            self._select_overdue(company, today, 0, [client.id])
        )
        _client, amount, since, _source = overdue[0] if overdue else (0, 0, False, None)
        return {
            "billed": float(billed or 0),
            "paid": float(paid or 0),
            "debt": float(debt or 0),
            "overdue": float(amount),
            "since": since,
            "sources": sources or "",
            "told_on": told_on or False,
        }

    @api.model
    def _select_told_sums(self, company, client):
        clients = SQL("contact.commercial_partner_id = %s", client.id)
        return SQL(
            """
            SELECT SUM(charge - credit) FILTER (WHERE kind <> 'payment'),
                   SUM(credit) FILTER (WHERE kind = 'payment'),
                   SUM(charge - credit),
                   STRING_AGG(DISTINCT source, ', '),
                   MAX(told_at)::date
              FROM (%s) AS entry
            """,
            self._select_told_entries(company, clients),
        )

    @api.model
    def _select_move_sums(self, company, client):
        """What is billed and not paid is not what is owed: there are advances, too."""
        return SQL(
            """
            SELECT SUM(move.amount_total_signed),
                   SUM(
                       move.amount_total_signed
                       - CASE WHEN move.payment_state IN %(paid)s THEN 0
                              ELSE move.amount_residual_signed END
                   ),
                   (
                       SELECT SUM(charge - credit) FROM (%(entries)s) AS entry
                   ),
                   NULL,
                   NULL
              FROM account_move move
             WHERE move.company_id = %(company)s
               AND move.commercial_partner_id = %(client)s
               AND move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
            """,
            entries=self._select_move_entries(
                company, SQL("contact.commercial_partner_id = %s", client.id)
            ),
            paid=PAID,
            company=company.id,
            client=client.id,
        )
