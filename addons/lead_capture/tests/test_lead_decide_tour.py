from odoo.tests import HttpCase, tagged

from .chat_common import ChatCommon
from .common import LeadCommon
from .stage_common import StageCommon

OTHER = "+380501112233"


@tagged("post_install", "-at_install")
class TestLeadDecideTour(LeadCommon, HttpCase):
    """What a person decides about a lead with a click."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.is_dispatched = False

    def _start(self, name, record, login="client_user"):
        address = {"crm.lead": "/odoo/crm", "lead.request": "/odoo/lead-requests"}
        url = f"{address[record._name]}/{record.id}"
        self.start_tour(url, name, login=login, timeout=120)
        self.env.invalidate_all()

    def test_what_the_client_wrote_is_put_on_the_card(self):
        card = self._create_client(
            "Олена Вітер", phone="+380 67 123 4567", email="o.viter@vitriak.example"
        )
        lead = self._process({"email": "o.viter@vitriak.example", "phone": OTHER})
        lead = lead.lead_id
        lead.user_id = self.client_user
        self._start("lead_put_on_card", lead)
        self.assertPoints(card, [OTHER, "+380671234567"])

    def test_none_of_the_cards_proposed_makes_a_new_one(self):
        twins = [self._create_client(name, phone=OTHER) for name in ("Rosa", "Lina")]
        lead = self._process({"contact_name": "Taras", "phone": OTHER}).lead_id
        lead.user_id = self.client_user
        self._start("lead_none_of_these", lead)
        self.assertTrue(lead.partner_id)
        self.assertNotIn(lead.partner_id, twins)

    def test_head_gives_a_request_with_a_reason(self):
        lead = self._process({"contact_name": "Taras", "phone": OTHER}).lead_id
        self._start("lead_give", lead, login="client_manager")
        self.assertEqual(lead.user_id, self.client_user)

    def test_request_is_rejected_with_a_reason(self):
        request = self._process({"contact_name": "Taras", "phone": OTHER})
        self._start("lead_reject_request", request)
        self.assertEqual(request.state, "rejected")


@tagged("post_install", "-at_install")
class TestLeadOverrideTour(StageCommon, HttpCase):
    """A head lets a lead pass in spite of what it lacks."""

    def test_head_moves_a_lead_in_spite_of_it(self):
        self.start_tour(
            f"/odoo/crm/{self.lead.id}",
            "lead_move_in_spite",
            login="client_manager",
            timeout=120,
        )
        self.assertEqual(self.lead.stage_id, self.need)


@tagged("post_install", "-at_install")
class TestLeadTelegramTour(ChatCommon, HttpCase):
    """Whoever pastes a wrong token reads what to do."""

    def test_wrong_token_is_told_in_the_browser(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("web.base.url", "https://crm.example.com")
        with self._telegram() as telegram:
            telegram.fail(401, "Unauthorized")
            self.start_tour(
                f"/odoo/action-lead_capture.lead_channel_action/{self.channel.id}",
                "lead_connect_telegram",
                login="client_manager",
                timeout=120,
            )
        self.assertEqual(telegram.calls[0][0], "getMe")
        self.assertNotEqual(self.channel.telegram_state, "connected")
