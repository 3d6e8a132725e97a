from datetime import date, datetime

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged, users

from .common import RiskCommon


@tagged("post_install", "-at_install")
class TestClientPurchase(RiskCommon):
    """Which documents are purchases, and what they are worth."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.product = cls.env["product.product"].create(
            {"name": "Paint", "list_price": 100, "taxes_id": False}
        )

    def _sell(self, quantity=2, partner=None, date_order=None, **values):
        """:return: a confirmed order of so many hundred"""
        line = {"product_id": self.product.id, "product_uom_qty": quantity}
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.client).id,
                "order_line": [Command.create({**line, "tax_ids": False})],
                **values,
            }
        )
        order.action_confirm()
        order.date_order = date_order or datetime(2026, 2, 3, 12)
        return order

    def _get_purchases(self, client=None):
        """:return: (date, amount, model) of each purchase, in order"""
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.env["client.purchase"].search(
            [("partner_id", "=", (client or self.client).id)], order="date, id"
        )
        return [(one.date, one.amount, one.res_model) for one in found]

    def test_company_without_other_documents_counts_orders(self):
        self._sell()
        draft = self._sell(7)
        draft._action_cancel()
        self.env["sale.order"].create({"partner_id": self.client.id})
        self.assertEqual(self._get_purchases(), [(date(2026, 2, 3), 200, "sale.order")])

    def test_day_of_an_order_is_that_of_the_company(self):
        self.env.company.partner_id.tz = "Europe/Kyiv"
        self._sell(date_order=datetime(2026, 2, 3, 22, 30))
        self.assertEqual(self._get_purchases()[0][0], date(2026, 2, 4))

    def test_several_documents_of_one_sale_are_one_purchase(self):
        self._sell()
        self._tell(
            *(
                self._make_row(kind, kind=kind)
                for kind in ("order", "shipment", "invoice", "payment")
            )
        )
        found = [(date(2026, 2, 3), 1000, "client.transaction")]
        self.assertEqual(self._get_purchases(), found)
        for event in ("invoice", "shipment"):
            self.env.company.client_purchase_event = event
            self.assertEqual(self._get_purchases(), found)
        self.env.company.client_purchase_event = "order"
        self.assertEqual(len(self._get_purchases()), 2)

    def test_invoices_count_where_nothing_is_shipped(self):
        self._tell(
            self._make_row("I-1", kind="invoice", amount=7),
            self._make_row("O-1", kind="order", amount=8),
        )
        self.assertEqual([amount for _day, amount, _m in self._get_purchases()], [7])

    def test_what_came_back_is_below_zero_whatever_sign_was_told(self):
        self._tell(
            self._make_row("S-1"),
            self._make_row("R-1", kind="return", amount=300, date="2026-02-05"),
            self._make_row("R-2", kind="return", amount=-50, date="2026-02-06"),
            self._make_row("S-2", amount=-20, date="2026-02-07"),
        )
        amounts = [amount for _day, amount, _model in self._get_purchases()]
        self.assertEqual(amounts, [1000, -300, -50, -20])

    def test_cancelled_archived_and_empty_documents_are_none(self):
        self._tell(
            self._make_row("S-1", cancelled=True),
            self._make_row("S-2", amount=0),
            self._make_row("S-3"),
            self._make_row("S-4", kind="payment"),
        )
        self._get_stored("S-3").active = False
        self.assertEqual(self._get_purchases(), [])

    def test_our_own_companies_buy_nothing(self):
        other = self._create_company(name="Other Company")
        other.partner_id.write({"sync_source": "1c", "sync_key": "OWN"})
        self._tell(self._make_row(partner_key="OWN"))
        self.assertTrue(self._get_stored())
        self.assertEqual(self._get_purchases(other.partner_id), [])

    def test_purchase_of_a_branch_is_the_client_s(self):
        site = self._create_client("Site", parent_id=self.client.id, type="delivery")
        self._sell(partner=site)
        self.env.flush_all()
        found = self.env["client.purchase"].search([("contact_id", "=", site.id)])
        self.assertEqual(found.partner_id, self.client)

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
        order = self._sell(pricelist_id=prices.id)
        self.assertEqual(order.currency_id, franc)
        order.order_line.price_unit = 3
        self.assertAlmostEqual(self._get_purchases()[0][1], 2 * 3 * 50)

    @users("client_user")
    def test_user_sees_purchases_of_his_companies(self):
        other = self._create_company(name="Other Company")
        self._tell(self._make_row())
        transaction = self._get_stored()
        hidden = transaction.copy({"company_id": other.id, "key": "S-9"})
        self.env.flush_all()
        purchases = self.env["client.purchase"]
        found = purchases.search([("partner_id", "=", self.client.id)])
        self.assertEqual(found.mapped("res_id"), transaction.ids)
        self.assertEqual(
            found.action_open_document()["res_model"], "client.transaction"
        )
        sudo = purchases.sudo().search([("res_id", "=", hidden.id)])
        with self.assertRaises(AccessError):
            sudo.with_env(self.env).read(["amount"])
