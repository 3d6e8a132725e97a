from odoo import api, fields, models
from odoo.tools import SQL


class LeadOutcome(models.Model):
    _inherit = "lead.outcome"
    _depends = {
        "sale.order": [
            "amount_untaxed",
            "currency_rate",
            "opportunity_id",
            "state",
        ],
        "sale.order.line": ["order_id", "untaxed_amount_invoiced"],
    }

    ordered_amount = fields.Monetary(
        string="Ordered", readonly=True, help="Confirmed orders, without tax."
    )
    invoiced_amount = fields.Monetary(
        string="Invoiced", readonly=True, help="Of these orders, without tax."
    )

    @api.model
    def _select(self):
        return SQL(
            "%s, COALESCE(ordered.amount, 0) AS ordered_amount, "
            "COALESCE(ordered.invoiced, 0) AS invoiced_amount",
            super()._select(),
        )

    @api.model
    def _from(self):
        return SQL(
            """
            %s
  LEFT JOIN (
            SELECT confirmed.opportunity_id,
                   SUM(confirmed.amount_untaxed / confirmed.rate) AS amount,
                   SUM(line.invoiced / confirmed.rate) AS invoiced
              FROM (
                   SELECT id, opportunity_id, amount_untaxed,
                          COALESCE(NULLIF(currency_rate, 0), 1)::numeric AS rate
                     FROM sale_order
                    WHERE state = 'sale'
                      AND opportunity_id IS NOT NULL
                   ) AS confirmed
         LEFT JOIN LATERAL (
                   SELECT SUM(untaxed_amount_invoiced) AS invoiced
                     FROM sale_order_line
                    WHERE order_id = confirmed.id
                   ) AS line ON TRUE
          GROUP BY confirmed.opportunity_id
            ) AS ordered ON ordered.opportunity_id = lead.id
            """,
            super()._from(),
        )
