from odoo.fields import Command, Date
from odoo.tests import HttpCase, new_test_user, tagged

from .common import USER, ClientCommon


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
        self.start_tour("/odoo/clients", "client_base_card", login="client_user")
        self.assertPoints(self.cafe, ["+380675557788", "+380675554138"])
        self.assertEqual(
            self._get_points(self.cafe).mapped("state"), ["unknown", "failed"]
        )
        self.assertTrue(self.cafe.reviewed_on)


@tagged("post_install", "-at_install")
class TestDuplicateTour(ClientTourCommon):
    def test_cards_of_one_client_are_merged_and_parted(self):
        one = self._create_client(
            "Шапкець Лариса Леонідівна", phone="+380671234567", city="Полтава"
        )
        other = self._create_client(
            "Shpakets Larisa Leonidivna", phone="067 123 45 67", city="Полтава"
        )
        self.start_tour("/odoo", "client_base_duplicate", login="client_manager")
        merge = self.env["client.merge"].search(
            [("survivor_id", "in", (one | other).ids)]
        )
        self.assertEqual(merge.state, "undone")
        self.assertTrue(one.active and other.active)
        self.assertPoints(other, ["+380671234567"])


@tagged("post_install", "-at_install")
class TestAuditTour(ClientTourCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rules = cls.env["client.issue.rule"].with_context(active_test=False)
        rules.search([]).active = False
        phone = cls.env.ref("client_base.client_issue_rule_phone_format")
        phone.active = True
        cls.city = rules.create(
            {"name": "Without a city", "rule": "[('city', '=', False)]"}
        )
        # what else the database holds is in nobody's way
        (phone | cls.city).user_id = cls.client_user
        cls.factory = cls._create_client("Фабрика Каменяр")
        cls.cafe.phone = "067 555 41 38"
        cls.shop.city = False
        (cls.cafe | cls.shop | cls.factory).user_id = cls.client_manager

    def test_base_is_audited_and_three_problems_are_mended(self):
        self.start_tour("/odoo", "client_base_audit", login="client_manager")
        issues = self.env["client.issue"].search(
            [("partner_id", "in", (self.cafe | self.shop | self.factory).ids)]
        )
        states = {issue.partner_id: issue.state for issue in issues}
        self.assertEqual(
            states, {self.cafe: "done", self.shop: "done", self.factory: "ignored"}
        )
        self.assertEqual(self.cafe.phone, "+380 67 555 4138")


@tagged("post_install", "-at_install")
class TestAuditPhoneTour(ClientTourCommon):
    """A salesperson mends his three problems on the way to work."""

    browser_size = "390x844"
    touch_enabled = True

    def test_list_of_a_salesperson_is_mended_on_the_phone(self):
        rules = self.env["client.issue.rule"].with_context(active_test=False)
        rules.search([]).active = False
        self.env.ref("client_base.client_issue_rule_phone_format").active = True
        rules.create({"name": "Without a city", "rule": "[('city', '=', False)]"})
        factory = self._create_client("Фабрика Каменяр")
        self.cafe.phone = "067 555 41 38"
        self.shop.city = False
        clients = self.cafe | self.shop | factory
        clients.user_id = self.client_user
        audits = self.env["client.audit"].with_user(self.client_manager)
        audit = audits.create({})
        audit.action_run()
        self.start_tour("/odoo", "client_base_audit_phone", login="client_user")
        issues = self.env["client.issue"].search([("partner_id", "in", clients.ids)])
        self.assertEqual(
            {issue.partner_id: issue.state for issue in issues},
            {self.cafe: "done", self.shop: "done", factory: "ignored"},
        )
        self.assertFalse(
            audit.activity_ids.filtered(lambda one: one.user_id == self.client_user)
        )


@tagged("post_install", "-at_install")
class TestHandoverTours(ClientTourCommon):
    """Fifty clients of Anna, who goes on holiday, and two that change together."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna, cls.borys = (
            new_test_user(cls.env, name.lower(), USER, name=name)
            for name in ("Anna", "Borys")
        )
        cls.clients = cls.env["res.partner"].create(
            [
                {
                    "name": f"Крамниця у відпустку {number}",
                    "user_id": cls.anna.id,
                    "child_ids": [Command.create({"name": f"Продавець {number}"})],
                }
                for number in range(50)
            ]
        )

    def test_clients_are_handed_over_and_return(self):
        self.start_tour("/odoo/clients", "client_base_handover", login="client_manager")
        handover = self.env["client.handover"].search(
            [("to_user_id", "=", self.borys.id)]
        )
        self.assertEqual(handover.state, "returned")
        self.assertEqual(len(handover.line_ids), 100)
        self.assertEqual(set(handover.line_ids.mapped("state")), {"returned"})
        self.assertEqual((self.clients + self.clients.child_ids).user_id, self.anna)

    def test_clients_are_changed_together_and_back(self):
        self.cafe.interest_level = "hot"
        self.start_tour("/odoo/clients", "client_base_bulk_edit", login="client_user")
        self.assertEqual((self.cafe.city, self.shop.city), ("Львів", "Львів"))
        self.assertEqual(self.cafe.interest_level, "hot")
        self.assertEqual(len(self.cafe.client_change_ids), 2)


@tagged("post_install", "-at_install")
class TestTypeTour(ClientTourCommon):
    def test_type_is_built_and_a_card_filled_in_by_it(self):
        self.start_tour("/odoo", "client_base_type", login="client_manager")
        shop = self.env["client.type"].search([("name", "=", "Lingerie shop")])
        card = self.env["res.partner"].search([("client_type_id", "=", shop.id)])
        self.assertEqual(shop.field_ids.mapped("requirement"), ["required"])
        self.assertEqual(list(dict(card.client_properties).values()), ["70-95"])
        self.assertPoints(card, ["+380675557788"])
        self.assertFalse(card.entry_problem)


@tagged("post_install", "-at_install")
class TestGroupTour(ClientTourCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warm = cls.env.ref("client_base.client_group_warm_leads")
        cls.warm.company_id = cls.env.company  # where the manager works
        cls.warm.action_switch_off()
        cls.warm.member_ids.unlink()
        cls.env["client.offer"].search([]).unlink()
        cls.env.flush_all()
        for client, outcome in ((cls.cafe, "open"), (cls.shop, "ordered")):
            cls.env["client.offer"].create(
                {
                    "partner_id": client.id,
                    "name": "Catalogue",
                    "materials": "asked",
                    "outcome": outcome,
                    "outcome_date": Date.today() if outcome == "ordered" else False,
                }
            )

    def test_warm_leads_fill_and_are_written_to(self):
        self.start_tour("/odoo", "client_base_warm_leads", login="client_manager")
        self.assertTrue(self.warm.is_rule_on)
        self.assertEqual(self.warm.partner_ids, self.cafe)
        mailing = self.env["mailing.mailing"].search(
            [("subject", "=", "Our autumn offer")]
        )
        self.assertEqual(mailing.state, "in_queue")
        self.assertEqual(mailing._get_recipients(), self.cafe.ids)


@tagged("post_install", "-at_install")
class TestPhoneTours(ClientTourCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_client_is_called_from_a_phone(self):
        self.start_tour("/odoo/clients", "client_base_phone", login="client_user")
        self.assertEqual(self._get_points(self.cafe).state, "failed")
