from odoo import api, models
from odoo.tools import SQL


class ClientPurchaseSource(models.AbstractModel):
    """Tells where purchases are found: one SELECT for each source.

    One sale has several documents: an order, a shipment, an invoice. Only those of the
    event that the company counts are purchases; what comes back is taken off whatever
    is counted. Cancelled documents, drafts, documents of no amount and what our own
    companies buy from each other are none.

    Columns of a source, none may be missing: ``id`` (of the row it is made of),
    ``partner_id`` (whom the document names), ``company_id``, ``date``, ``amount`` (in
    company currency without tax, below zero for what came back), ``name``,
    ``res_model`` and ``res_id`` (what to open). ``counted`` is a table of company_id,
    kind and tz.
    """

    _name = "client.purchase.source"
    _description = "Sources of Purchases"

    @api.model
    def _get_sources(self):
        """Name the SELECT of each source; other addons add theirs at the end.

        :rtype: dict[str, SQL]
        """
        return {
            "client.transaction": self._select_transactions(),
            "sale.order": self._select_orders(),
            "account.move": self._select_invoices(),
        }

    @api.model
    def _get_findings(self):
        """Say by which conditions a company is found to have an event, best first.

        They speak of ``company``; a company that has none of them counts orders.

        :rtype: dict[str, list[SQL]]
        """
        return {
            "shipment": [self._has_transaction("shipment")],
            "invoice": [self._has_transaction("invoice"), self._has_invoice()],
        }

    @api.model
    def _has_transaction(self, kind):
        # The order makes the database take the first row of the index: it expects to
        # find one anywhere, and would read a million rows to find that there is none.
        return SQL(
            """(
                SELECT partner_id
                  FROM client_transaction
                 WHERE company_id = company.id
                   AND kind = %s
                   AND active
                   AND is_cancelled IS NOT TRUE
              ORDER BY partner_id, date
                 LIMIT 1
            ) IS NOT NULL""",
            kind,
        )

    @api.model
    def _has_invoice(self):
        return SQL(
            """EXISTS (
                SELECT 1
                  FROM account_journal journal
                 WHERE journal.company_id = company.id
                   AND journal.type = 'sale'
                   AND EXISTS (
                           SELECT 1
                             FROM account_move
                            WHERE journal_id = journal.id
                              AND move_type = 'out_invoice'
                              AND state = 'posted'
                       )
            )"""
        )

    @api.model
    def _select_counted(self):
        """:return: the event each company counts, by its choice or its documents"""
        cases = [
            SQL("WHEN %s THEN %s", SQL(" OR ").join(conditions), kind)
            for kind, conditions in self._get_findings().items()
        ]
        return SQL(
            """
            SELECT company.id AS company_id,
                   COALESCE(
                       NULLIF(company.client_purchase_event, 'auto'),
                       CASE %(cases)s ELSE 'order' END
                   ) AS kind,
                   COALESCE(partner.tz, 'UTC') AS tz
              FROM res_company company
              JOIN res_partner partner ON partner.id = company.partner_id
            """,
            cases=SQL(" ").join(cases),
        )

    @api.model
    def _select_transactions(self):
        return SQL(
            """
            SELECT told.id,
                   told.partner_id,
                   told.company_id,
                   told.date,
                   told.company_amount AS amount,
                   COALESCE(told.number, told.key) AS name,
                   'client.transaction' AS res_model,
                   told.id AS res_id
              FROM client_transaction told
              JOIN counted
                ON counted.company_id = told.company_id
               AND told.kind IN (counted.kind, 'return')
             WHERE told.active
               AND told.is_cancelled IS NOT TRUE
            """
        )

    @api.model
    def _select_orders(self):
        return SQL(
            """
            SELECT sold.id,
                   sold.partner_id,
                   sold.company_id,
                   (sold.date_order AT TIME ZONE 'UTC' AT TIME ZONE counted.tz)::date
                       AS date,
                   sold.amount_untaxed / COALESCE(NULLIF(sold.currency_rate, 0), 1)
                       AS amount,
                   sold.name,
                   'sale.order' AS res_model,
                   sold.id AS res_id
              FROM sale_order sold
              JOIN counted
                ON counted.company_id = sold.company_id
               AND counted.kind = 'order'
             WHERE sold.state = 'sale'
            """
        )

    @api.model
    def _select_invoices(self):
        """Invoices where they count; credit notes where no goods come back."""
        return SQL(
            """
            SELECT billed.id,
                   billed.partner_id,
                   billed.company_id,
                   COALESCE(billed.invoice_date, billed.date) AS date,
                   billed.amount_untaxed_signed AS amount,
                   billed.name,
                   'account.move' AS res_model,
                   billed.id AS res_id
              FROM account_move billed
              JOIN counted
                ON counted.company_id = billed.company_id
             WHERE billed.state = 'posted'
               AND (
                   (counted.kind = 'invoice'
                    AND billed.move_type IN ('out_invoice', 'out_receipt'))
                OR (counted.kind IN ('invoice', 'order')
                    AND billed.move_type = 'out_refund')
               )
            """
        )
