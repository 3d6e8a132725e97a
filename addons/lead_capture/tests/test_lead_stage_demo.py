from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from odoo.addons.client_base.tests.common import USER

from .common import LeadCommon


@tagged("post_install", "-at_install")
class TestLeadStageDemo(LeadCommon):
    """Four months that somebody who tries the addon can believe."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rival = new_test_user(cls.env, "rival", USER)
        cls.people = cls.client_user | rival
        cls.team.write({"is_dispatched": False, "member_ids": cls.people.ids})
        cls.env["lead.stage.demo"]._load(cls.team.id, cls.people.ids)
        leads = cls.env["crm.lead"].with_context(active_test=False)
        cls.leads = leads.search([("team_id", "=", cls.team.id)])

    def test_leads_were_made_by_whoever_has_them(self):
        rows = self.leads.assignment_ids
        self.assertEqual(rows.lead_id, self.leads)
        for row in rows:
            self.assertEqual(row.by_user_id, row.to_user_id)
            self.assertEqual(row.moment, row.lead_id.create_date)

    def test_nobody_waits_for_days(self):
        waiting = self.leads.filtered("waiting_since")
        now = fields.Datetime.now()
        self.assertTrue(all(now <= one.response_deadline for one in waiting))
        answered = self.leads.filtered("first_response_at")
        self.assertGreater(len(answered), 40)
        self.assertLess(len(waiting), 10)
        for lead in answered:
            self.assertLess(
                lead.first_response_at - lead.create_date, timedelta(days=5)
            )
