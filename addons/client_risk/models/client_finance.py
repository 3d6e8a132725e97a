from odoo import api, models
from odoo.tools import SQL

TOLD = "told"
ODOO = "odoo"
# A payment without a journal entry of its own leaves the residual of its invoice as it
# was: then the state of the invoice knows better.
PAID = ("in_payment", "paid", "reversed")


class ClientFinance(models.AbstractModel):
    """Knows who owes how much since when: by what accounting told, else by Odoo.

    Where the accounting system tells payments, its invoices (its shipments, where it
    tells no invoices), returns and payments are the books, and payments cover the
    oldest charge first. Else it is what is not reconciled on receivable accounts.
    Amounts are in company currency, with tax.
    """

    _name = "client.finance"
    _description = "What Clients Owe"

    @api.model
    def _get_books(self, company):
        """:return: ``told``, ``odoo``, or False where nobody knows who has paid"""
        if self._has_told(company, "payment"):
            return TOLD
        found = self.env.execute_query(
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
        return ODOO if found else False

    @api.model
    def _has_told(self, company, kind):
        """Tell whether the accounting system has told any document of a kind."""
        return bool(
            self.env.execute_query(
                SQL(
                    # In the order of the index, as in client.purchase.source.
                    """
                    SELECT id
                      FROM client_transaction
                     WHERE company_id = %s
                       AND kind = %s
                       AND active
                       AND is_cancelled IS NOT TRUE
                  ORDER BY partner_id, date
                     LIMIT 1
                    """,
                    company.id,
                    kind,
                )
            )
        )

    @api.model
    def _select_entries(self, company, partner_ids=None):
        """Select what clients were charged and what they gave.

        :param partner_ids: commercial partners, None for all
        :return: SQL of partner_id, id, due, charge, credit; None without books
        """
        books = self._get_books(company)
        clients = SQL("TRUE")
        if partner_ids is not None:
            clients = SQL("contact.commercial_partner_id = ANY(%s)", list(partner_ids))
        if books == TOLD:
            return self._select_told_entries(company, clients)
        return self._select_move_entries(company, clients) if books else None

    @api.model
    def _select_told_entries(self, company, clients):
        charged = "invoice" if self._has_told(company, "invoice") else "shipment"
        return SQL(
            """
            SELECT contact.commercial_partner_id AS partner_id,
                   told.id,
                   told.kind,
                   told.source,
                   told.write_date AS told_at,
                   COALESCE(told.due_date, told.date) AS due,
                   CASE WHEN told.kind = %(charged)s AND amount.due > 0
                        THEN amount.due ELSE 0 END AS charge,
                   CASE WHEN told.kind = 'payment' THEN amount.due
                        ELSE GREATEST(-amount.due, 0) END AS credit
              FROM client_transaction told
              JOIN res_partner contact ON contact.id = told.partner_id
        CROSS JOIN LATERAL (
                   SELECT COALESCE(
                              NULLIF(told.company_total, 0), told.company_amount
                          ) AS due
                   ) amount
             WHERE told.company_id = %(company)s
               AND told.kind IN (%(charged)s, 'payment', 'return')
               AND told.active
               AND told.is_cancelled IS NOT TRUE
               AND %(clients)s
            """,
            charged=charged,
            company=company.id,
            clients=clients,
        )

    @api.model
    def _select_move_entries(self, company, clients):
        return SQL(
            """
            SELECT contact.commercial_partner_id AS partner_id,
                   line.id,
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
        :return: SQL of partner_id, amount and since (due day of the oldest charge that
            is not covered); None without books
        """
        entries = self._select_entries(company, partner_ids)
        if entries is None:
            return None
        return SQL(
            """
            WITH entry AS MATERIALIZED (
                     SELECT partner_id, id, due, charge, credit
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
            SELECT partner_id, MIN(amount) AS amount, MIN(due) AS since
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
        books = self._get_books(company)
        if not books:
            return None
        select = self._select_told_sums if books == TOLD else self._select_move_sums
        ((billed, paid, debt, sources, told_on),) = self.env.execute_query(
            select(company, client)
        )
        if books == TOLD and not sources:
            return None  # nothing was told of this client
        overdue = self.env.execute_query(
            self._select_overdue(company, today, 0, [client.id])
        )
        _client, amount, since = overdue[0] if overdue else (0, 0, False)
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
