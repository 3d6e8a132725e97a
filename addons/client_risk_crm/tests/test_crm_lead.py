from odoo.tests import new_test_user, tagged

from odoo.addons.client_risk.tests.test_client_profile import ProfileCommon


@tagged("post_install", "-at_install")
class TestStatusOnLeads(ProfileCommon):
    """A salesperson sees on leads what the client is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env,
            "seller",
            "client_base.group_client_user,sales_team.group_sale_salesman_all_leads",
        )
        person = cls._create_client("Олена", parent_id=cls.client.id)
        cls.leads = cls.env["crm.lead"].create(
            [
                {"name": "Facade", "partner_id": person.id, "type": "opportunity"},
                {"name": "Roof", "partner_id": cls.client.id, "type": "opportunity"},
                {"name": "Unknown", "type": "lead"},
            ]
        )

    def setUp(self):
        super().setUp()
        self._buy(*range(45, 400, 20))
        self.Lead = self.env(user=self.seller)["crm.lead"]
        self.own = [("id", "in", self.leads.ids)]

    def test_lead_shows_the_client_as_his_card_does(self):
        leads = self.leads.with_user(self.seller)
        self.assertEqual(
            leads.mapped("client_status"), ["missed_date", "missed_date", False]
        )

    def test_leads_are_found_by_sector(self):
        found = self.Lead.search([*self.own, ("client_sector", "=", "risk")])
        self.assertEqual(found, self.leads[:2].with_user(self.seller))

    def test_leads_are_grouped_by_sector_and_status(self):
        for name, value in (
            ("client_sector", "risk"),
            ("client_status", "missed_date"),
        ):
            groups = dict(self.Lead._read_group(self.own, [name], ["__count"]))
            self.assertEqual(groups, {value: 2, False: 1})
            self.assertTrue(self.Lead.fields_get([name])[name]["groupable"])

    def test_who_does_not_work_with_clients_sees_no_status(self):
        other = new_test_user(
            self.env, "other_seller", "sales_team.group_sale_salesman_all_leads"
        )
        self.assertNotIn("client_status", self.Lead.with_user(other).fields_get())
