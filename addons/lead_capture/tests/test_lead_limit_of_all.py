from odoo.exceptions import AccessError
from odoo.tests import tagged, users

from .dispatch_common import DispatchCommon


@tagged("post_install", "-at_install")
class TestLeadLimitOfAll(DispatchCommon):
    """Who is in several teams has no more than he can do in all of them together."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        parameters = cls.env["ir.config_parameter"]
        parameters.set_param("sales_team.membership_multi", "True")
        cls.other = cls.env["crm.team"].create(
            {
                "name": "Other",
                "is_dispatched": True,
                "company_id": cls.team.company_id.id,
            }
        )
        cls.env["lead.dispatch.rule"].create(
            {"name": "Rule", "team_id": cls.other.id, "otherwise": "wait"}
        )
        cls.there = cls.env["crm.team.member"].create(
            {"crm_team_id": cls.other.id, "user_id": cls.anna.id, "lead_capacity": 5}
        )
        cls.anna.lead_capacity = 3

    def test_limit_holds_over_all_teams(self):
        here = self._arrive(self._create_leads(6))
        self.assertEqual(self._count(here), {"anna": 2, "boris": 2, "clara": 2})
        there = self._arrive(self._create_leads(3, team_id=self.other.id))
        self.assertEqual(self._count(there), {"anna": 1, "": 2})
        self.assertIn("1 of 1 are full", there[2].sudo().waiting_reason)
        self.assertEqual(
            there[0].sudo().assignment_reason,
            "Rule “Rule”. Only Anna may get such requests. Place 1 of 5. "
            "Place 3 of 3 in all teams.",
        )

    def test_one_round_in_both_teams_counts_them_together(self):
        self.members[1:].is_lead_paused = True
        leads = self._create_leads(2)
        leads |= self._create_leads(2, team_id=self.other.id)
        self._arrive(leads)
        self.assertEqual(self._count(leads), {"anna": 3, "": 1})

    def test_place_that_gets_free_in_one_team_is_one_in_the_other(self):
        self.members[1:].is_lead_paused = True
        here = self._arrive(self._create_leads(3))
        there = self._arrive_one(team_id=self.other.id)
        self.assertFalse(there.user_id)
        with self.assertWakes():
            self._close(here[0])
        self._run_queue()
        self.assertEqual(there.user_id, self.anna)

    def test_higher_limit_wakes_those_that_wait(self):
        self._arrive(self._create_leads(4, team_id=self.other.id))
        with self.assertWakes():
            self.anna.lead_capacity = 4

    def test_own_clients_are_not_refused_and_it_is_said(self):
        client = self._create_client(user_id=self.anna.id)
        leads = self._arrive(self._create_leads(4, partner_id=client.id))
        self.assertEqual(self._count(leads), {"anna": 4})
        reasons = leads.sudo().assignment_ids.mapped("reason")
        told = [one for one in reasons if "over the limit: 3 of 3" in one]
        self.assertEqual(len(told), 1)

    def test_responsible_of_a_channel_has_the_limit_too(self):
        self.channel.user_id = self.anna
        self.members.is_lead_paused = True
        leads = self._arrive(self._create_leads(4))
        self.assertEqual(self._count(leads), {"anna": 3, "": 1})

    @users("client_manager")
    def test_load_shows_the_places_in_all_teams(self):
        self._create_leads(2, user_id=self.anna.id)
        self.env.flush_all()
        loads = self.env["lead.load"].search([("user_id", "=", self.anna.id)])
        self.assertEqual(set(loads.mapped("free_count")), {1})
        self.assertEqual(set(loads.mapped("all_load")), {2})
        self._create_lead(user_id=self.anna.id, team_id=self.other.id)
        self.env.flush_all()
        loads.invalidate_recordset()
        self.assertEqual(set(loads.mapped("load_state")), {"full"})

    @users("client_manager")
    def test_head_sets_the_limit_in_a_team(self):
        members = (self.members[0] | self.there).with_env(self.env)
        members[0].lead_user_capacity = 7
        self.assertEqual(members.mapped("lead_user_capacity"), [7, 7])
        self.assertEqual(self.anna.lead_capacity, 7)

    @users("anna")
    def test_salesperson_sets_no_limit_not_even_the_own(self):
        with self.assertRaises(AccessError):
            self.members[0].with_env(self.env).lead_user_capacity = 0
            self.env.flush_all()
        with self.assertRaises(AccessError):
            self.anna.with_env(self.env).write({"lead_capacity": 0})
