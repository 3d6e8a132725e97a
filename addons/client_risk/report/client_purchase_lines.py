from odoo import api, models
from odoo.tools import SQL


class ClientPurchaseLines(models.AbstractModel):
    """Tells what stands on the documents that count as purchases.

    The documents themselves, and so the event that a company counts, are those of
    ``client.purchase.source``: here are the lines of each source, by its name.
    """

    _name = "client.purchase.lines"
    _description = "Lines of Purchases"

    @api.model
    def _get_line_sources(self):
        """Name the SELECT of the lines of each source; other addons add theirs.

        Columns: ``document_id`` (the id of the source), ``product_id`` or NULL,
        ``product_key``, ``product``, ``category`` (words of the accounting system, or
        NULL), ``amount`` in company currency, below zero for what came back.

        :rtype: dict[str, SQL]
        """
        return {
            "client.transaction": self._select_transaction_lines(),
            "sale.order": self._select_order_lines(),
            "account.move": self._select_invoice_lines(),
        }

    @api.model
    def _select_transaction_lines(self):
        return SQL(
            """
            SELECT transaction_id AS document_id,
                   NULL::int4 AS product_id,
                   product_key,
                   product,
                   category,
                   company_amount AS amount
              FROM client_transaction_line
            """
        )

    @api.model
    def _select_order_lines(self):
        return SQL(
            """
            SELECT line.order_id AS document_id,
                   line.product_id,
                   NULL::varchar AS product_key,
                   NULL::varchar AS product,
                   NULL::varchar AS category,
                   line.price_subtotal / COALESCE(NULLIF(sold.currency_rate, 0), 1)
                       AS amount
              FROM sale_order_line line
              JOIN sale_order sold ON sold.id = line.order_id
             WHERE line.display_type IS NULL
               AND line.is_downpayment IS NOT TRUE
            """
        )

    @api.model
    def _select_invoice_lines(self):
        return SQL(
            """
            SELECT move_id AS document_id,
                   product_id,
                   NULL::varchar AS product_key,
                   NULL::varchar AS product,
                   NULL::varchar AS category,
                   -balance AS amount
              FROM account_move_line
             WHERE display_type = 'product'
            """
        )

    @api.model
    def _select_lines(self, company, since, today):
        """:return: partner_id, day, amount, product_id, product_key, product, category

        What is not known is 0 or an empty text, so that lines are joined by it.
        """
        documents = self.env["client.purchase.source"]
        sources = documents._get_sources()
        lines = self._get_line_sources()
        selects = [
            self._join_lines(sources[name], lines[name], (company, since, today))
            for name in sources
            if name in lines
        ]
        return SQL(
            "WITH counted AS (%s) %s",
            documents._select_counted(),
            SQL(" UNION ALL ").join(selects),
        )

    @api.model
    def _join_lines(self, source, lines, bounds):
        company, since, today = bounds
        return SQL(
            """
            SELECT contact.commercial_partner_id AS partner_id,
                   source.date::date AS day,
                   line.amount::float8 AS amount,
                   COALESCE(line.product_id, 0) AS product_id,
                   COALESCE(line.product_key, '')::text AS product_key,
                   COALESCE(line.product, '')::text AS product,
                   COALESCE(line.category, '')::text AS category
              FROM (%(source)s) AS source
              JOIN (%(lines)s) AS line ON line.document_id = source.id
              JOIN res_partner contact ON contact.id = source.partner_id
             WHERE source.company_id = %(company)s
               AND source.date::date > %(since)s
               AND source.date::date <= %(today)s
               AND line.amount <> 0
               AND NOT EXISTS (
                       SELECT 1
                         FROM res_company own
                        WHERE own.partner_id = contact.commercial_partner_id
                   )
            """,
            source=source,
            lines=lines,
            company=company.id,
            since=since,
            today=today,
        )
