from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged, users

from .test_client_suggestion import SuggestionCommon


@tagged("post_install", "-at_install")
class TestSuggestionQuote(SuggestionCommon):
    """Suggestions become quotations and opportunities, and quotations end them."""

    @users("seller")
    def test_one_click_makes_a_quotation_with_the_product(self):
        self._sell_paint()
        found = self._get()
        action = found.action_quote()
        order = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(order.partner_id, self.shop)
        self.assertEqual(order.user_id, self.env.user)
        self.assertEqual(order.order_line.product_id, self.brush)
        self.assertEqual(found.state, "quoted")
        self.assertEqual(found.action_open_document()["res_id"], order.id)
        self.assertEqual(found.action_quote()["res_id"], order.id)
        self.assertEqual(len(order.order_line), 1)

    @users("seller")
    def test_open_quotation_of_this_person_takes_the_line(self):
        self._sell_paint()
        order = self.env["sale.order"].create(
            {"partner_id": self.shop.id, "user_id": self.env.uid}
        )
        self.env["sale.order"].sudo().create(
            {"partner_id": self.shop.id, "user_id": self.client_manager.id}
        )
        self._get().action_quote()
        self.assertEqual(order.order_line.product_id, self.brush)

    @users("seller")
    def test_item_without_a_product_becomes_a_heading(self):
        self.brush.sudo().default_code = "ZB-2"
        self._sell_paint()
        order = self._get_order(self._get(key="key zb-1"))
        self.assertRecordValues(
            order.order_line, [{"display_type": "line_section", "name": "Ware ZB-1"}]
        )

    @users("seller")
    def test_several_clients_get_a_quotation_each(self):
        self._sell_paint()
        found = self._get() | self._get(self.shops[1])
        action = found.action_quote()
        orders = self.env["sale.order"].search(action["domain"])
        self.assertEqual(orders.partner_id, self.shops[:2])

    def _get_order(self, suggestion):
        action = suggestion.action_quote()
        return self.env["sale.order"].browse(action["res_id"])

    @users("seller")
    def test_cancelled_quotation_gives_the_suggestion_back(self):
        self._sell_paint()
        found = self._get()
        order = self._get_order(found)
        self._suggest()
        self.assertEqual(found.state, "quoted")
        order.sudo()._action_cancel()
        self._suggest()
        self.assertRecordValues(found, [{"state": "open", "document_id": False}])

    def test_what_is_in_a_quotation_is_not_suggested(self):
        line = Command.create({"product_id": self.brush.id})
        self.env["sale.order"].create(
            {"partner_id": self.shop.id, "order_line": [line]}
        )
        self._sell_paint()
        self.assertFalse(self._get())
        self.assertTrue(self._get(self.shops[1]))

    def test_what_a_person_quotes_himself_is_noted(self):
        self._sell_paint()
        found = self._get()
        order = self.env["sale.order"].create(
            {
                "partner_id": self.shop.id,
                "user_id": self.seller.id,
                "order_line": [Command.create({"product_id": self.brush.id})],
            }
        )
        self._suggest()
        self.assertRecordValues(
            found,
            [
                {
                    "state": "quoted",
                    "document_id": order.id,
                    "answered_by_id": self.seller.id,
                }
            ],
        )

    def test_what_is_offered_now_is_not_suggested(self):
        self.env["client.offer"].create(
            {"partner_id": self.shop.id, "name": "Spring: WARE ZB-1 and more"}
        )
        self._sell_paint()
        self.assertFalse(self._get())
        self.assertTrue(self._get(self.shops[1]))

    @users("seller")
    def test_opportunity_is_made_where_there_is_crm(self):
        self._sell_paint()
        found = self._get()
        self.assertEqual(found.can_make_lead, "crm.lead" in self.env)
        if not found.can_make_lead:
            with self.assertRaisesRegex(UserError, "need the application CRM"):
                found.action_make_lead()
            return
        lead = self.env["crm.lead"].browse(found.action_make_lead()["res_id"])
        self.assertEqual(lead.partner_id, self.shop)
        self.assertEqual(lead.user_id, self.env.user)
        self.assertEqual(lead.expected_revenue, 200)
        self.assertEqual(found.state, "quoted")

    @users("client_user")
    def test_who_may_not_sell_makes_no_quotation(self):
        group = self.env.ref("client_base.group_client_user").sudo()
        group.implied_ids -= self.env.ref("sales_team.group_sale_salesman")
        self._sell_paint()
        with self.assertRaises(AccessError):
            self._get().action_quote()
