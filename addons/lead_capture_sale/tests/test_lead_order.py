from odoo.tests import tagged, users

from odoo.addons.lead_capture.tests.common import LeadCommon


@tagged("post_install", "-at_install")
class TestLeadOrder(LeadCommon):
    """A quotation moves the lead of the ready pipeline that it was made from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.member_ids = cls.client_user
        cls.stages = cls.team._take_ready_pipeline({})
        cls.client = cls._create_client(phone="+380501112233")
        cls.product = cls.env["product.product"].create(
            {"name": "Стіл", "list_price": 100, "taxes_id": False}
        )
        cls.source = cls.env["utm.source"].create({"name": "Site of the Tests"})
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Меблі для класу",
                "type": "opportunity",
                "team_id": cls.team.id,
                "user_id": cls.client_user.id,
                "partner_id": cls.client.id,
                "source_id": cls.source.id,
                "expected_revenue": 500,
            }
        )

    def _create_order(self):
        return self.env["sale.order"].create(
            {
                "partner_id": self.client.id,
                "opportunity_id": self.lead.id,
                "order_line": [
                    (0, 0, {"product_id": self.product.id, "product_uom_qty": 3})
                ],
            }
        )

    @users("client_user")
    def test_quotation_that_is_sent_moves_its_lead(self):
        order = self._create_order()
        self.assertEqual(self.lead.stage_id, self.stages["call"])
        order.action_quotation_sent()
        self.assertEqual(self.lead.stage_id, self.stages["quotation"])

    @users("client_user")
    def test_what_is_missing_keeps_the_lead_and_not_the_order(self):
        self.lead.date_deadline = False
        order = self._create_order()
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.lead.stage_id, self.stages["quotation"])

    @users("client_user")
    def test_confirmed_order_wins_the_lead(self):
        self.lead.date_deadline = "2026-12-01"
        self._create_order().action_confirm()
        self.assertEqual(self.lead.won_status, "won")

    @users("client_user")
    def test_source_is_worth_what_was_ordered(self):
        self._create_order().action_confirm()
        ((amount, invoiced),) = self.env["lead.outcome"]._read_group(
            [("source_id", "=", self.source.id)],
            [],
            ["ordered_amount:sum", "invoiced_amount:sum"],
        )
        self.assertEqual((amount, invoiced), (300, 0))

    def test_stages_taken_before_are_armed(self):
        quotation = self.stages["quotation"]
        quotation.write({"is_automatic": False, "auto_domain": "[]"})
        self.env["lead.ready.pipeline"]._arm_ready_stages()
        self.assertTrue(quotation.is_automatic)
