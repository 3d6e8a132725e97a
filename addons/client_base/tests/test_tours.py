from odoo.tests import HttpCase, tagged

from .common import ClientCommon


class ClientTourCommon(ClientCommon, HttpCase):
    """Two clients that the tours look for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cafe = cls._create_client(
            "Кафе «Каштан над рікою»",
            phone="+380 67 555 41 38",
            email="kashtan@example.com",
            city="Львів",
        )
        cls.shop = cls._create_client(
            "Магазин «Ромашка над рікою»", phone="+380 67 555 41 11", city="Львів"
        )


@tagged("post_install", "-at_install")
class TestTours(ClientTourCommon):
    def test_file_is_brought_in_and_taken_back(self):
        self.start_tour("/odoo", "client_base_file", login="client_manager")
        file = self.env["client.import"].search([("filename", "=", "clients.csv")])
        self.assertEqual(file.state, "undone")
        self.assertPoints(self.cafe, ["+380675554138"])
        self.assertFalse(
            self.env["res.partner"].search_count([("name", "=", "Фабрика Каменяр")])
        )

    def test_phone_is_added_and_made_primary(self):
        self.start_tour("/odoo", "client_base_card", login="client_user")
        self.assertPoints(self.cafe, ["+380675557788", "+380675554138"])
        self.assertEqual(
            self._get_points(self.cafe).mapped("state"), ["unknown", "failed"]
        )
        self.assertTrue(self.cafe.reviewed_on)


@tagged("post_install", "-at_install")
class TestPhoneTours(ClientTourCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_client_is_called_from_a_phone(self):
        self.start_tour("/odoo/clients", "client_base_phone", login="client_user")
        self.assertEqual(self._get_points(self.cafe).state, "failed")
