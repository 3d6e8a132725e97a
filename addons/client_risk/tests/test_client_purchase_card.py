import json

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged, users

from .test_client_profile import ProfileCommon
from .test_client_standing import StandingCommon


@tagged("post_install", "-at_install")
class TestClientPurchaseCard(StandingCommon):
    """A client who bought 15 times for 1000 in 300 days."""

    def _get_card(self, client=None):
        return (client or self.client).with_env(self.env).get_client_purchases()

    @users("client_user")
    def test_card_says_what_the_client_is_and_why(self):
        verdict = self._get_card()["verdict"]
        self.assertEqual(verdict["sector"], "growth")
        self.assertEqual(verdict["status_label"], "Stable")
        self.assertIn("15 purchases", verdict["reason"])
        self.assertTrue(verdict["expected"])

    @users("client_user")
    def test_months_add_up_to_what_was_bought_with_empty_ones_between(self):
        card = self._get_card()
        months = card["months"]
        self.assertEqual(len(months), 24)
        self.assertEqual(sum(month["amount"] for month in months), 15_000)
        self.assertEqual(months[0]["amount"], 0)
        self.assertIn("Mar", months[-1]["label"])
        self.assertEqual(card["totals"]["count"], 15)
        self.assertIn("1,000", card["totals"]["average"])
        self.assertFalse(card["totals"]["returned"])

    @users("client_user")
    def test_what_came_back_is_taken_off(self):
        self._ask(self._make_row("R", kind="return", date="2026-03-01", amount=400))
        card = self._get_card()
        self.assertEqual(sum(month["amount"] for month in card["months"]), 14_600)
        self.assertEqual(card["totals"]["count"], 15)
        self.assertIn("400", card["totals"]["returned"])

    @users("client_user")
    def test_purchases_of_an_address_are_those_of_the_client(self):
        site = self._create_client("Site", parent_id=self.client.id, type="delivery")
        self.assertEqual(self._get_card(site)["totals"], self._get_card()["totals"])

    @users("client_user")
    def test_client_who_bought_nothing_has_an_empty_card(self):
        card = self._get_card(self.other_client)
        self.assertFalse(card["months"])
        self.assertFalse(card["totals"])
        self.assertFalse(card["finance"])
        self.assertEqual(card["claims"], [])

    @users("client_user")
    def test_open_claims_stand_on_the_card(self):
        claims = self.env["client.claim"].create(
            [
                {"name": "Leaks", "partner_id": self.client.id},
                {"name": "Late", "partner_id": self.client.id},
            ]
        )
        claims[1].action_close()
        self.assertEqual(
            [claim["name"] for claim in self._get_card()["claims"]], ["Leaks"]
        )

    @users("client_user")
    def test_without_payments_told_there_is_no_finance(self):
        self.assertFalse(self._get_card()["finance"])

    @users("client_user")
    def test_finance_is_what_accounting_told(self):
        self._ask(self._make_row("P", kind="payment", date="2026-03-01", amount=12_500))
        finance = self._get_card()["finance"]
        self.assertIn("15,000", finance["billed"])
        self.assertIn("12,500", finance["paid"])
        self.assertIn("2,500", finance["debt"])
        self.assertIn("2,500", finance["overdue"])
        self.assertEqual(finance["overdue_days"], 45)
        self.assertIn("1c", finance["source"])

    @users("client_user")
    def test_who_paid_more_has_paid_in_advance(self):
        self._ask(self._make_row("P", kind="payment", date="2026-03-01", amount=17_000))
        finance = self._get_card()["finance"]
        self.assertTrue(finance["is_advance"])
        self.assertIn("2,000", finance["debt"])
        self.assertNotIn("-", finance["debt"])

    def test_card_goes_through_a_door_that_knows_no_none(self):
        text = json.dumps(self._get_card())
        self.assertNotIn("null", text)

    def test_other_companies_are_left_out(self):
        other = self._create_company(name="Other")
        card = self.client.with_company(other).with_context(
            allowed_company_ids=other.ids
        )
        self.assertFalse(card.get_client_purchases()["months"])

    def test_who_does_not_work_with_clients_is_told_nothing(self):
        for user in (self.internal_user, self.sync_user, self.portal_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.client.with_user(user).get_client_purchases()

    @users("client_user")
    def test_form_reads_nothing_of_the_page(self):
        arch = self.env["res.partner"].get_view(
            self.env.ref("base.view_partner_form").id
        )["arch"]
        page = arch[arch.index('name="client_purchases"') :]
        self.assertNotIn("<field", page[: page.index("</page>")])

    @users("client_user")
    def test_status_on_the_form_is_one_query(self):
        client = self.client.with_env(self.env)
        client.fetch(["name", "commercial_partner_id"])
        self.env["client.profile"].search([], limit=1)  # rules are known by now
        self.env["client.profile"].invalidate_model()
        with self.assertQueryCount(1):
            self.assertEqual(client.client_status, "stable")
            self.assertEqual(client.client_sector, "growth")

    @users("client_user")
    def test_buttons_open_what_belongs_to_the_client(self):
        client = self.client.with_env(self.env)
        profile = client.action_open_client_profile()
        self.assertEqual(profile["res_id"], self.profile.id)
        purchases = client.action_open_client_purchases()
        found = self.env["client.purchase"].search_count(purchases["domain"])
        self.assertEqual(found, 15)
        new = client.action_new_client_claim()
        claim = Form(self.env["client.claim"].with_context(**new["context"]))
        claim.name = "Leaks"
        self.assertEqual(claim.save().partner_id, client)


@tagged("post_install", "-at_install")
class TestClientFinanceInOdoo(StandingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.env.company, install_demo=False
        )
        cls.env.company.client_purchase_event = "shipment"

    def test_finance_is_that_of_the_invoices_in_odoo(self):
        line = {"name": "Paint", "price_unit": 700, "tax_ids": []}
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.client.id,
                    "invoice_date": self._get_day(days),
                    "invoice_date_due": self._get_day(days),
                    "invoice_line_ids": [Command.create(line)],
                }
                for days in (40, 10)
            ]
        )
        moves.action_post()
        register = Form.from_action(self.env, moves[0].action_register_payment())
        register.amount = 300
        register.save().action_create_payments()
        client = self.client.with_user(self.client_user).with_company(self.env.company)
        finance = client.get_client_purchases()["finance"]
        self.assertIn("1,400", finance["billed"])
        self.assertIn("300", finance["paid"])
        self.assertIn("1,100", finance["debt"])
        self.assertEqual(finance["overdue_days"], 40)
        self.assertIn("Odoo", finance["source"])


@tagged("post_install", "-at_install")
class TestClientPurchaseItems(ProfileCommon):
    """What stands on documents, of the accounting system and of Odoo."""

    def _get_items(self):
        client = self.client.with_user(self.client_user)
        return client.get_client_purchases()["items"]

    def test_told_products_are_listed_by_amount_with_those_left_off(self):
        paint = {"product": "Paint", "category": "Paints", "amount": 900}
        brush = {"product": "Brush", "category": "Tools", "amount": 100}
        self._buy(*range(65, 300, 20), lines=[paint, brush])
        self._buy(*range(5, 60, 20), lines=[paint])
        items = self._get_items()
        self.assertEqual(
            [
                (one["name"], one["count"], one["is_left_off"])
                for one in items["products"]
            ],
            [("Paint", 15, False), ("Brush", 12, True)],
        )
        self.assertEqual(
            [one["name"] for one in items["categories"]], ["Paints", "Tools"]
        )

    def test_products_of_orders_have_the_names_of_odoo(self):
        self.env.company.client_purchase_event = "order"
        product = self.env["product.product"].create({"name": "Facade paint"})
        line = {"product_id": product.id, "product_uom_qty": 2, "price_unit": 50}
        order = self.env["sale.order"].create(
            {"partner_id": self.client.id, "order_line": [Command.create(line)]}
        )
        order.action_confirm()
        self.assertEqual(
            [one["name"] for one in self._get_items()["products"]], ["Facade paint"]
        )

    def test_purchases_without_lines_list_nothing(self):
        self._buy(5, 25, 45)
        self.assertFalse(self._get_items())
