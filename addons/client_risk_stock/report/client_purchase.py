from odoo import models


class ClientPurchase(models.Model):
    _inherit = "client.purchase"
    _depends = {
        "sale.order.line": [
            "discount",
            "order_id",
            "price_subtotal",
            "price_unit",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
        ],
        "stock.location": ["usage"],
        "stock.move": [
            "location_dest_id",
            "location_id",
            "origin_returned_move_id",
            "picking_id",
            "product_id",
            "product_qty",
            "product_uom",
            "quantity",
            "sale_line_id",
            "state",
            "to_refund",
        ],
        "stock.picking": ["company_id", "date_done", "name", "sale_id", "state"],
        "uom.uom": ["factor"],
    }
