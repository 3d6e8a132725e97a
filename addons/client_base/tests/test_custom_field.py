from odoo.tests import tagged

from .common import ClientCommon


@tagged("post_install", "-at_install")
class TestCustomField(ClientCommon):
    """Fields of the card that people make themselves come and go."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.registry.reset_changes)
        self.field = self.env["ir.model.fields"].create(
            {
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "name": "x_shelf",
                "field_description": "Shelf",
                "ttype": "char",
            }
        )
        self.type = self.env["client.type"].create({"name": "Shop"})
        self.rule = self.env["client.type.field"].create(
            {
                "type_id": self.type.id,
                "field_id": self.field.id,
                "requirement": "required",
            }
        )
        self.client = self._create_client(client_type_id=self.type.id, city="Lviv")

    def test_field_counts_while_it_is_there(self):
        self.assertIn("x_shelf", self.client.missing_fields)
        self.client.x_shelf = "A3"
        self.assertNotIn("x_shelf", self.client.missing_fields or "")

    def test_field_can_be_deleted_and_cards_are_counted_anew(self):
        self.field.unlink()
        self.assertFalse(self.rule.exists())
        client = self.env["res.partner"].browse(self.client.id)
        self.assertNotIn("x_shelf", client.missing_fields or "")
        client.write({"city": "Kyiv", "email": "shop@example.com"})
        self.env.flush_all()
        self.assertEqual(client.city, "Kyiv")

    def test_group_says_that_its_field_was_deleted(self):
        group = self.env["client.group"].create(
            {
                "name": "Shelf A",
                "rule": "[('x_shelf', '=', 'A'), ('city', '=', 'Lviv')]",
            }
        )
        self.client.x_shelf = "A"
        group.action_recompute()
        self.env.cr.flush()
        self.field.unlink()
        client = self.env["res.partner"].browse(self.client.id)
        client.city = "Kyiv"
        self.env.cr.flush()
        group = self.env["client.group"].browse(group.id)
        self.assertIn("x_shelf", group.rule_error)
        self.assertEqual(group.partner_ids, client)
        self.assertEqual(client.city, "Kyiv")
