from odoo import api, models
from odoo.tools import SQL


class ClientPurchaseSource(models.AbstractModel):
    """Adds what is delivered from Odoo's warehouse.

    One row for each transfer to or from a client, worth the untaxed price of the order
    times the quantity that was moved. What moves inside, to suppliers or to scrap is
    none, and neither is what belongs to no order: it has no price.
    """

    _inherit = "client.purchase.source"

    @api.model
    def _get_sources(self):
        return {**super()._get_sources(), "stock.picking": self._select_deliveries()}

    @api.model
    def _get_findings(self):
        findings = super()._get_findings()
        told = findings.get("shipment", [])
        return {**findings, "shipment": [*told, self._has_delivery()]}

    @api.model
    def _has_delivery(self):
        return SQL(
            """EXISTS (
                SELECT 1
                  FROM stock_picking shipped
                  JOIN stock_location goal ON goal.id = shipped.location_dest_id
                 WHERE shipped.company_id = company.id
                   AND shipped.state = 'done'
                   AND shipped.sale_id IS NOT NULL
                   AND goal.usage = 'customer'
            )"""
        )

    @api.model
    def _select_deliveries(self):
        """The client is the order's: goods may go to somebody else's address.

        Amounts are added up beside each transfer and not in a group of all of them, so
        that those of one client are found by indexes.
        """
        return SQL(
            """
            SELECT shipped.id,
                   sold.partner_id,
                   sold.company_id,
                   (shipped.date_done AT TIME ZONE 'UTC' AT TIME ZONE counted.tz)::date
                       AS date,
                   moved.amount / COALESCE(NULLIF(sold.currency_rate, 0), 1) AS amount,
                   shipped.name,
                   'stock.picking' AS res_model,
                   shipped.id AS res_id
              FROM stock_picking shipped
              JOIN sale_order sold ON sold.id = shipped.sale_id
              JOIN counted
                ON counted.company_id = sold.company_id
               AND counted.kind = 'shipment'
        CROSS JOIN LATERAL (%s) AS moved
             WHERE shipped.state = 'done'
            """,
            self._select_moved(),
        )

    @api.model
    def _select_moved(self):
        """:return: SQL of the worth of what a transfer has ``shipped``, by its order"""
        return SQL(
            """
            SELECT SUM(%s) AS amount
                   %s
               AND moved.picking_id = shipped.id
            """,
            self._get_signed_worth(),
            self._join_moves(),
        )

    @api.model
    def _get_signed_worth(self):
        """:return: SQL of the worth of one move, below zero for what came back"""
        return SQL(
            "CASE WHEN goal.usage = 'customer' THEN 1 ELSE -1 END * %s",
            self._get_worth(),
        )

    @api.model
    def _join_moves(self):
        """:return: SQL of the moves that count, with their ``line`` of an order

        As Odoo counts delivered quantities: what came back to be exchanged changes
        nothing, neither does what then goes out in its place.
        """
        return SQL(
            """
              FROM stock_move moved
              JOIN sale_order_line line ON line.id = moved.sale_line_id
              JOIN stock_location origin ON origin.id = moved.location_id
              JOIN stock_location goal ON goal.id = moved.location_dest_id
              JOIN uom_uom unit ON unit.id = moved.product_uom
              JOIN uom_uom line_unit ON line_unit.id = line.product_uom_id
             WHERE moved.state = 'done'
               AND (origin.usage = 'customer') <> (goal.usage = 'customer')
               AND goal.usage <> 'inventory'
               AND (
                   moved.to_refund
                OR goal.usage = 'customer' AND moved.origin_returned_move_id IS NULL
               )
            """
        )

    @api.model
    def _get_worth(self):
        """:return: SQL of the worth of one move, in the currency of its order

        A line of no quantity has been added by the warehouse. Parts of a set have no
        price: each is worth its share of the set.
        """
        return SQL(
            """
            CASE
                WHEN moved.product_id <> line.product_id
                THEN line.price_subtotal * %(share)s
                ELSE moved.quantity * unit.factor / line_unit.factor * COALESCE(
                    line.price_subtotal / NULLIF(line.product_uom_qty, 0),
                    line.price_unit * (1 - COALESCE(line.discount, 0) / 100)
                )
            END
            """,
            share=self._get_share_of_set(),
        )

    @api.model
    def _get_share_of_set(self):
        """:return: SQL of the share that a move has in all that a line sends out"""
        return SQL(
            """
            COALESCE(moved.quantity * unit.factor / NULLIF((
                SELECT SUM(part.product_uom_qty * part_unit.factor)
                  FROM stock_move part
                  JOIN stock_location place ON place.id = part.location_dest_id
                  JOIN uom_uom part_unit ON part_unit.id = part.product_uom
                 WHERE part.sale_line_id = line.id
                   AND part.state <> 'cancel'
                   AND place.usage = 'customer'
                   AND part.origin_returned_move_id IS NULL
            ), 0), 0)
            """
        )
