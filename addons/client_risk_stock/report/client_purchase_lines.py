from odoo import api, models
from odoo.tools import SQL


class ClientPurchaseLines(models.AbstractModel):
    """Adds what stands on deliveries: what was sold, also where its parts moved."""

    _inherit = "client.purchase.lines"

    @api.model
    def _get_line_sources(self):
        return {
            **super()._get_line_sources(),
            "stock.picking": self._select_delivery_lines(),
        }

    @api.model
    def _select_delivery_lines(self):
        documents = self.env["client.purchase.source"]
        return SQL(
            """
            SELECT moved.picking_id AS document_id,
                   line.product_id,
                   NULL::varchar AS product_key,
                   NULL::varchar AS product,
                   NULL::varchar AS category,
                   %s / COALESCE(
                       NULLIF((
                           SELECT currency_rate
                             FROM sale_order
                            WHERE id = line.order_id
                       ), 0),
                       1
                   ) AS amount
                   %s
            """,
            documents._get_signed_worth(),
            documents._join_moves(),
        )
