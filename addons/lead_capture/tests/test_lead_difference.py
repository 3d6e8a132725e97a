from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import LeadCommon

PHONE = "+380671234567"
OTHER = "+380501112233"


@tagged("post_install", "-at_install")
class TestLeadDifference(LeadCommon):
    """What a request says unlike the card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._create_client(
            "Олена Вітер", phone="+380 67 123 4567", email="o.viter@vitriak.example"
        )

    def _get_difference(self):
        request = self._process({"email": "o.viter@vitriak.example", "phone": OTHER})
        request.lead_id.user_id = self.client_user
        return request.lead_id.difference_ids

    def test_card_is_never_changed(self):
        lead = self._process(
            {"email": "o.viter@vitriak.example", "phone": OTHER, "company": "Вітряк"}
        ).lead_id
        self.assertRecordValues(
            self.card,
            [{"phone": "+380 67 123 4567", "company_name": False}],
        )
        self.assertPoints(self.card, [PHONE])
        self.assertEqual(lead.phone, self.card.phone)
        self.assertEqual(
            sorted(lead.difference_ids.mapped("field")), ["company", "phone"]
        )

    def test_value_the_card_lacks_stays_on_the_lead(self):
        self.card.phone = False
        lead = self._process(
            {"email": "o.viter@vitriak.example", "phone": OTHER}
        ).lead_id
        self.assertEqual(lead.phone, "+380 50 111 2233")
        self.assertFalse(self.card.phone)
        self.assertEqual(lead.difference_ids.mapped("field"), ["phone"])

    def test_second_phone_of_the_card_is_no_difference(self):
        self.env["client.contact.point"].create(
            {"partner_id": self.card.id, "kind": "phone", "value": OTHER}
        )
        request = self._process({"email": "o.viter@vitriak.example", "phone": OTHER})
        self.assertFalse(request.lead_id.difference_ids)

    def test_same_difference_is_noted_once(self):
        payload = {"email": "o.viter@vitriak.example", "phone": OTHER}
        lead = self._process(payload, payload).lead_id
        self.assertEqual(len(lead.difference_ids), 1)

    def test_accepting_writes_and_keeps_the_old_phone(self):
        difference = self._get_difference()
        difference.with_user(self.client_user).action_accept()
        self.assertPoints(self.card, [OTHER, PHONE])
        self.assertRecordValues(
            difference,
            [{"state": "accepted", "decided_by_id": self.client_user.id}],
        )
        with self.assertRaises(UserError):
            difference.with_user(self.client_user).action_decline()

    def test_declining_leaves_the_card(self):
        difference = self._get_difference()
        difference.with_user(self.client_user).action_decline()
        self.assertEqual(difference.state, "declined")
        self.assertPoints(self.card, [PHONE])

    def test_accepting_needs_rights(self):
        difference = self._get_difference()
        stranger = new_test_user(
            self.env, "other_seller", "client_base.group_client_user"
        )
        for user in (stranger, self.internal_user, self.portal_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                difference.with_user(user).action_accept()
        self.assertPoints(self.card, [PHONE])

    def test_account_for_requests_cannot_write_cards(self):
        with self.assertRaises(AccessError):
            self.card.with_user(self.intake_user).write({"email": "thief@example.com"})
