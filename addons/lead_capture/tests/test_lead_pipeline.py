from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged, users

from .common import LeadCommon


@tagged("post_install", "-at_install")
class TestLeadPipeline(LeadCommon):
    """A team takes the ready pipeline; nobody else's stages change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = cls.env["crm.stage"].search([("team_ids", "=", False)])
        values = {"type": "opportunity", "user_id": False, "team_id": cls.team.id}
        cls.open_lead, cls.won_lead, cls.lost_lead = cls.env["crm.lead"].create(
            [{**values, "name": name} for name in ("Відкрита", "Виграна", "Втрачена")]
        )
        cls.won_lead.action_set_won()
        cls.lost_lead.action_set_lost()

    def _take(self):
        team = self.team.with_env(self.env)
        action = team.action_take_ready_pipeline()
        wizard = Form(
            self.env[action["res_model"]].with_context(**action["context"])
        ).save()
        wizard.action_take()
        return self.env["crm.stage"].search([("team_ids", "in", self.team.ids)])

    @users("client_manager")
    def test_team_gets_stages_of_its_own(self):
        names = self.shared.mapped("name")
        stages = self._take()
        self.assertEqual(
            stages.mapped("ready_code"),
            ["call", "need", "quotation", "meeting", "rework", "closing", "won"],
        )
        self.assertEqual(self.shared.mapped("name"), names)
        self.assertFalse(self.shared.team_ids)
        path = self.env["crm.stage"]._get_pipeline(self.team)
        self.assertEqual([stage.id for stage in path], stages.ids)

    @users("client_manager")
    def test_leads_move_along_and_lost_ones_stay(self):
        before = self.lost_lead.stage_id, self.lost_lead.date_closed
        self._take()
        self.assertEqual(self.open_lead.stage_id.ready_code, "call")
        self.assertEqual(self.won_lead.won_status, "won")
        self.assertEqual(self.won_lead.stage_id.ready_code, "won")
        self.assertEqual((self.lost_lead.stage_id, self.lost_lead.date_closed), before)

    @users("client_manager")
    def test_other_teams_begin_where_they_did(self):
        other = self.env["crm.team"].create({"name": "Other Sales"})
        first = self.env["crm.lead"]._stage_find(team_id=other.id)
        self._take()
        self.assertEqual(self.env["crm.lead"]._stage_find(team_id=other.id), first)

    @users("client_manager")
    def test_board_of_the_team_has_its_columns_alone(self):
        stages = self._take()
        leads = self.env["crm.lead"].with_context(default_team_id=self.team.id)
        shown = leads._read_group_stage_ids(self.env["crm.stage"], [])
        self.assertEqual(shown, stages)

    @users("client_manager")
    def test_pipeline_is_taken_once(self):
        self._take()
        with self.assertRaisesRegex(UserError, "stages of its own"):
            self.team.with_env(self.env).action_take_ready_pipeline()

    @users("client_user")
    def test_salesperson_takes_none(self):
        with self.assertRaises(AccessError):
            self.team.with_env(self.env).action_take_ready_pipeline()

    @users("client_manager")
    def test_stage_names_are_in_every_language(self):
        self.env["res.lang"].sudo()._activate_lang("uk_UA")
        stages = self._take()
        self.assertTrue(all(stages.with_context(lang="uk_UA").mapped("name")))

    @users("client_manager")
    def test_team_of_another_company_took_it_before(self):
        company = self.env["res.company"].sudo().create({"name": "Інша"})
        other = (
            self.env["crm.team"]
            .sudo()
            .create({"name": "Чужі", "company_id": company.id})
        )
        self.shared.sudo().excluded_team_ids |= other
        self.assertEqual(len(self._take()), 7)

    @users("client_manager")
    def test_head_finds_the_switches_of_a_team(self):
        """Core hides a group of this form unless its own assignment is on."""
        view = self.env.ref("sales_team.crm_team_view_form")
        form = etree.fromstring(self.env["crm.team"].get_view(view.id, "form")["arch"])
        for path in (
            "//field[@name='is_dispatched']",
            "//button[@name='action_take_ready_pipeline']",
        ):
            with self.subTest(path=path):
                (switch,) = form.xpath(path)
                hidden = " ".join(switch.xpath("ancestor::*/@invisible"))
                self.assertNotIn("assignment_enabled", hidden)
