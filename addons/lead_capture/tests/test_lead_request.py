from odoo.tests import tagged

from .common import LeadCommon


@tagged("post_install", "-at_install")
class TestLeadRequest(LeadCommon):
    """What becomes of a stored request."""

    def test_stranger_gets_a_card_and_a_lead(self):
        request = self._process({"contact_name": "Олена Вітер", "phone": "0671234567"})
        self.assertRecordValues(request, [{"state": "processed", "error": False}])
        self.assertEqual(request.lead_id.partner_id.name, "Олена Вітер")
        self.assertPoints(request.partner_id, ["+380671234567"])
        self.assertFalse(request.lead_id.user_id)

    def test_same_person_again_joins(self):
        first, second = self._process(
            {"contact_name": "Олена Вітер", "phone": "0671234567"},
            {"contact_name": "Олена Вітер", "phone": "+380 67 123 45 67"},
        )
        self.assertEqual(first.mapped("state"), ["processed"])
        self.assertEqual(second.mapped("state"), ["joined"])
        self.assertEqual(first.lead_id, second.lead_id)
