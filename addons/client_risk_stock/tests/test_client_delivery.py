from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged, users

from odoo.addons.client_risk.tests.common import RiskCommon

MODEL = "stock.picking"


@tagged("post_install", "-at_install")
@freeze_time("2026-02-03 12:00:00")
class TestClientDelivery(RiskCommon):
    """Which transfers are purchases, and what they are worth."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.product = cls._create_product("Paint")
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )

    @classmethod
    def _create_product(cls, name, **values):
        return cls.env["product.product"].create(
            {"name": name, "type": "consu", "list_price": 100, "taxes_id": False}
            | values
        )

    def _sell(self, quantity=5, partner=None, line=None, **values):
        """:return: a confirmed order of so many hundred, whoever asks for it"""
        asked = {
            "product_id": self.product.id,
            "product_uom_qty": quantity,
            "tax_ids": False,
        }
        order = (
            self.env["sale.order"]
            .sudo()
            .create(
                {
                    "partner_id": (partner or self.client).id,
                    "order_line": [Command.create({**asked, **(line or {})})],
                    **values,
                }
            )
        )
        order.action_confirm()
        return order

    def _finish(self, pickings, quantity=None):
        """Do transfers, of so much if not of all; the rest waits in a back order."""
        for picking in pickings.filtered(
            lambda one: one.state not in ("done", "cancel")
        ):
            for move in picking.move_ids:
                move.quantity = move.product_uom_qty if quantity is None else quantity
                move.picked = True
            picking.with_context(skip_backorder=True).button_validate()

    def _send_back(self, picking, quantity, **values):
        """:return: the finished transfer by which goods came back"""
        wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_model=MODEL
        )
        returning = wizard.create({"picking_id": picking.id})
        returning.product_return_moves.write({"quantity": quantity, **values})
        back = returning._create_return()
        self._finish(back)
        return back

    def _get_purchases(self, client=None):
        """:return: (date, amount, model) of each purchase, in order"""
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.env["client.purchase"].search(
            [("partner_id", "=", (client or self.client).id)], order="date, id"
        )
        return [(one.date, one.amount, one.res_model) for one in found]

    def _get_amounts(self, client=None):
        return [amount for _day, amount, _model in self._get_purchases(client)]

    # === WHICH EVENT COUNTS ===

    def test_order_counts_until_something_is_delivered(self):
        order = self._sell()
        self.assertEqual(self._get_purchases(), [(date(2026, 2, 3), 500, "sale.order")])
        with freeze_time("2026-02-05 12:00:00"):
            self._finish(order.picking_ids)
        self.assertEqual(self._get_purchases(), [(date(2026, 2, 5), 500, MODEL)])

    def test_several_documents_of_one_sale_are_one_purchase(self):
        order = self._sell()
        self._finish(order.picking_ids)
        self._tell(self._make_row("I-1", kind="invoice", amount=500))
        self.assertEqual(self._get_amounts(), [500])
        for event in ("shipment", "invoice", "order"):
            self.env.company.client_purchase_event = event
            self.assertEqual(self._get_amounts(), [500], event)

    def test_deliveries_do_not_count_where_invoices_do(self):
        self._finish(self._sell().picking_ids)
        self.env.company.client_purchase_event = "invoice"
        self.assertEqual(self._get_purchases(), [])

    def test_day_is_that_of_the_company(self):
        self.env.company.partner_id.tz = "Europe/Kyiv"
        with freeze_time("2026-02-03 22:30:00"):
            self._finish(self._sell().picking_ids)
        self.assertEqual(self._get_purchases()[0][0], date(2026, 2, 4))

    # === WHAT IT IS WORTH ===

    def test_each_delivery_of_an_order_is_worth_its_part(self):
        order = self._sell(5)
        self._finish(order.picking_ids, 2)
        self.assertEqual(self._get_amounts(), [200])
        with freeze_time("2026-02-09 12:00:00"):
            self._finish(order.picking_ids)
        self.assertEqual(self._get_amounts(), [200, 300])

    def test_price_is_untaxed_and_discounted(self):
        group = self.env["account.tax.group"].create({"name": "Taxes"})
        tax = self.env["account.tax"].create(
            {
                "name": "Twenty",
                "amount": 20,
                "price_include_override": "tax_included",
                "tax_group_id": group.id,
            }
        )
        line = {"tax_ids": tax.ids, "price_unit": 120, "discount": 10}
        self._finish(self._sell(2, line=line).picking_ids)
        self.assertEqual(self._get_amounts(), [180])

    def test_unit_of_the_order_may_differ_from_that_of_the_stock(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        line = {"product_uom_id": dozen.id, "price_unit": 1200}
        self._finish(self._sell(2, line=line).picking_ids)
        self.assertAlmostEqual(self._get_amounts()[0], 2400)

    def test_foreign_order_counts_in_company_currency(self):
        currency = self.env["res.currency"].with_context(active_test=False)
        franc = currency.search([("name", "=", "CHF")])
        franc.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": franc.id, "name": "2026-01-01", "inverse_company_rate": 50}
        )
        prices = self.env["product.pricelist"].create(
            {"name": "Francs", "currency_id": franc.id}
        )
        order = self._sell(2, line={"price_unit": 3}, pricelist_id=prices.id)
        self._finish(order.picking_ids)
        self.assertAlmostEqual(self._get_amounts()[0], 2 * 3 * 50)

    def test_what_the_warehouse_has_added_has_its_price(self):
        order = self._sell(1)
        brush = self._create_product("Brush", list_price=7, invoice_policy="delivery")
        order.picking_ids.move_ids.create(
            {
                "product_id": brush.id,
                "product_uom_qty": 3,
                "picking_id": order.picking_ids.id,
                "location_id": order.picking_ids.location_id.id,
                "location_dest_id": order.picking_ids.location_dest_id.id,
            }
        )
        self._finish(order.picking_ids)
        self.assertEqual(self._get_amounts(), [121])

    def test_parts_of_a_set_are_worth_the_set(self):
        order = self._sell(1)
        parts = [self._create_product(name) for name in ("Lid", "Bucket")]
        move = order.picking_ids.move_ids
        other = move.copy({"product_id": parts[1].id, "product_uom_qty": 3})
        move.product_id = parts[0]
        moves = move + other
        moves.sale_line_id = order.order_line
        self._finish(order.picking_ids)
        self.assertEqual(moves.mapped("state"), ["done", "done"])
        self.assertEqual(self._get_amounts(), [100])

    # === WHAT CAME BACK ===

    def test_what_came_back_is_below_zero(self):
        order = self._sell(5)
        self._finish(order.picking_ids)
        with freeze_time("2026-02-10 12:00:00"):
            self._send_back(order.picking_ids, 2)
        self.assertEqual(
            self._get_purchases(),
            [(date(2026, 2, 3), 500, MODEL), (date(2026, 2, 10), -200, MODEL)],
        )
        back = self.env["client.purchase"].search(
            [("partner_id", "=", self.client.id), ("is_return", "=", True)]
        )
        self.assertEqual(back.amount, -200)

    def test_exchange_changes_nothing(self):
        order = self._sell(5)
        self._finish(order.picking_ids)
        back = self._send_back(order.picking_ids, 2, to_refund=False)
        self._send_back(back, 2, to_refund=False)
        self.assertEqual(self._get_amounts(), [500])

    # === WHAT IS NONE ===

    def test_cancelled_and_waiting_deliveries_are_none(self):
        self._finish(self._sell(1).picking_ids)
        self._sell(2).picking_ids.action_cancel()
        self._sell(3)
        self.assertEqual(self._get_amounts(), [100])

    def test_steps_inside_the_warehouse_are_none(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._sell(4)
        self._finish(order.picking_ids)
        self._finish(order.picking_ids)
        self.assertGreater(len(order.picking_ids), 1)
        self.assertEqual(set(order.picking_ids.mapped("state")), {"done"})
        self.assertEqual(self._get_amounts(), [400])

    def test_picked_is_not_delivered(self):
        self.warehouse.delivery_steps = "pick_ship"
        self.env.company.client_purchase_event = "shipment"
        self._finish(self._sell(4).picking_ids[:1])
        self.assertEqual(self._get_purchases(), [])

    def test_delivery_without_an_order_has_no_price(self):
        self.env.company.client_purchase_event = "shipment"
        gift = self.env[MODEL].create(
            {
                "partner_id": self.client.id,
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.client.property_stock_customer.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": self.client.property_stock_customer.id,
                        }
                    )
                ],
            }
        )
        gift.action_confirm()
        self._finish(gift)
        self.assertEqual(gift.state, "done")
        self.assertEqual(self._get_purchases(), [])

    def test_our_own_companies_buy_nothing(self):
        other = self._create_company(name="Other Company")
        self._finish(self._sell(partner=other.partner_id).picking_ids)
        self.assertEqual(self._get_purchases(other.partner_id), [])

    # === WHOSE IT IS ===

    def test_straight_from_the_supplier_is_a_delivery(self):
        order = self._sell(2)
        supplier = self.env.ref("stock.stock_location_suppliers")
        order.picking_ids.location_id = supplier
        order.picking_ids.move_ids.location_id = supplier
        self._finish(order.picking_ids)
        self.assertEqual(self._get_amounts(), [200])

    def test_it_is_the_client_s_who_ordered_wherever_it_goes(self):
        order = self._sell(1, partner_shipping_id=self.other_client.id)
        self._finish(order.picking_ids)
        self.assertEqual(self._get_amounts(), [100])
        self.assertEqual(self._get_amounts(self.other_client), [])

    def test_client_is_judged_when_goods_leave_and_come_back(self):
        self.env.company.client_purchase_event = "shipment"
        order = self._sell(3)
        profile = self.env["client.profile"].search(
            [("partner_id", "=", self.client.id)]
        )
        self.assertEqual(profile.purchase_count, 0)
        self._finish(order.picking_ids)
        self.assertRecordValues(profile, [{"purchase_count": 1, "turnover": 300}])
        self._send_back(order.picking_ids, 1)
        self.assertEqual(profile.turnover, 200)

    @users("client_user")
    def test_user_reads_deliveries_among_purchases(self):
        self._finish(self._sell(1).picking_ids)
        found = self.env["client.purchase"].search(
            [("partner_id", "=", self.client.id)]
        )
        self.assertEqual(found.action_open_document()["res_model"], MODEL)
        self.assertEqual(found.amount, 100)

    # === WHAT STANDS ON IT ===

    def _fetch_goods(self):
        """:return: {key of the item: what was bought of it}"""
        self.env.flush_all()
        root = self.env(su=True)
        goods = root["client.suggestion"]._fetch_goods(root.company, date(2026, 2, 3))
        items = root["client.item"].browse(goods.item.tolist())
        return dict(zip(items.mapped("key"), goods.amount.tolist(), strict=True))

    def test_lines_of_a_delivery_are_worth_what_was_moved(self):
        glue = self._create_product("Glue", list_price=30)
        self._finish(self._sell(5).picking_ids, 3)
        self._finish(self._sell(2, line={"product_id": glue.id}).picking_ids)
        self.assertEqual(
            self._fetch_goods(),
            {f"product {self.product.id}": 300, f"product {glue.id}": 60},
        )

    def test_lines_that_came_back_are_taken_off(self):
        order = self._sell(5)
        self._finish(order.picking_ids)
        self._send_back(order.picking_ids, 2)
        self.assertEqual(self._fetch_goods(), {f"product {self.product.id}": 300})
