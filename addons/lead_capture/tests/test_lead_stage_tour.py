from odoo.tests import HttpCase, tagged

from .stage_common import StageCommon


@tagged("post_install", "-at_install")
class TestLeadStageTour(StageCommon, HttpCase):
    """A stage is refused for a missing phone; it is filled in, and the lead is won."""

    def test_stage_is_refused_then_filled_in_and_won(self):
        self.start_tour(
            f"/odoo/crm/{self.lead.id}", "lead_stage", login="client_user", timeout=120
        )
        self.assertEqual(self.lead.won_status, "won")
        self.assertEqual(
            [stage for stage, _entry, _end in self._get_way(self.lead)],
            ["Call", "Need", "Quotation", "Won"],
        )
