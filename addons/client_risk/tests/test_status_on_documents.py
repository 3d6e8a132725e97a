from odoo.tests import Form, new_test_user, tagged

from .test_client_profile import ProfileCommon


@tagged("post_install", "-at_install")
class TestStatusOnOrders(ProfileCommon):
    """A salesperson sees on orders what the client is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env,
            "seller",
            "client_base.group_client_user,sales_team.group_sale_salesman_all_leads",
        )
        person = cls._create_client("Олена", parent_id=cls.client.id)
        cls.orders = cls.env["sale.order"].create(
            [
                {"partner_id": person.id},
                {"partner_id": cls.client.id},
                {"partner_id": cls.other_client.id},
            ]
        )

    def setUp(self):
        super().setUp()
        self._buy(*range(45, 400, 20))
        self.Order = self.env(user=self.seller)["sale.order"]
        self.own = [("id", "in", self.orders.ids)]

    def test_order_shows_the_client_as_his_card_does(self):
        orders = self.orders.with_user(self.seller)
        self.assertEqual(
            orders.mapped("client_status"), ["missed_date", "missed_date", False]
        )

    def test_orders_are_found_by_sector_and_status(self):
        found = self.Order.search([*self.own, ("client_sector", "=", "risk")])
        self.assertEqual(found, self.orders[:2].with_user(self.seller))
        found = self.Order.search([*self.own, ("client_status", "=", False)])
        self.assertEqual(found, self.orders[2].with_user(self.seller))

    def test_orders_are_grouped_by_sector_and_status(self):
        for name, value in (
            ("client_sector", "risk"),
            ("client_status", "missed_date"),
        ):
            groups = dict(self.Order._read_group(self.own, [name], ["__count"]))
            self.assertEqual(groups, {value: 2, False: 1})
            self.assertTrue(self.Order.fields_get([name])[name]["groupable"])

    def test_who_does_not_work_with_clients_sees_an_order_as_before(self):
        other = new_test_user(
            self.env, "other_seller", "sales_team.group_sale_salesman_all_leads"
        )
        Order = self.env(user=other)["sale.order"]
        self.assertNotIn("client_status", Order.fields_get())
        with Form(Order.browse(self.orders[0].id)) as form:
            self.assertNotIn("client_status", form._view["fields"])
