from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged, users

from ..models.lead_stage_gate import StagePass
from ..models.lead_staged import LeadStaged
from .stage_common import StageCommon


@tagged("post_install", "-at_install")
class TestLeadStage(StageCommon):
    """What a stage asks for is asked of whatever writes it."""

    def test_new_lead_begins_in_the_pipeline_of_its_team(self):
        self.assertEqual(self.lead.stage_id, self.call)

    def test_lead_that_comes_from_another_team_begins_anew(self):
        shared = self.env["crm.stage"].search([("team_ids", "=", False)], limit=1)
        other = self.env["crm.team"].create({"name": "Other Sales"})
        lead = self._create_lead("Кав'ярня", team_id=other.id, stage_id=shared.id)
        self.assertEqual(lead.stage_id, shared)
        lead.team_id = self.team
        self.assertEqual(lead.stage_id, self.call)

    @users("client_user")
    def test_refusal_names_lead_stage_and_what_is_missing(self):
        lead = self.lead.with_env(self.env)
        with self.assertRaisesRegex(
            ValidationError, "“Лавка на розі” cannot go to “Need” yet. Missing: Phone."
        ):
            lead.stage_id = self.need

    @users("client_user")
    def test_what_is_filled_in_at_once_counts(self):
        lead = self.lead.with_env(self.env)
        lead.write({"stage_id": self.need.id, "phone": "+380501112233"})
        self.assertEqual(lead.stage_id, self.need)

    @users("client_user")
    def test_jumping_spares_nobody_the_stages_before(self):
        with self.assertRaisesRegex(ValidationError, "Phone"):
            self.lead.with_env(self.env).stage_id = self.quotation

    @users("client_user")
    def test_winning_asks_for_all(self):
        with self.assertRaisesRegex(ValidationError, "Phone"):
            self.lead.with_env(self.env).action_set_won_rainbowman()

    @users("client_user")
    def test_going_back_is_free(self):
        lead = self.lead.with_env(self.env)
        lead.write({"stage_id": self.need.id, "phone": "+380501112233"})
        lead.write({"stage_id": self.call.id, "phone": False})
        self.assertEqual(lead.stage_id, self.call)

    @users("client_user")
    def test_new_lead_cannot_begin_behind_the_gate(self):
        leads = self.env["crm.lead"]
        values = {
            "name": "Швидкий",
            "type": "opportunity",
            "team_id": self.team.id,
            "stage_id": self.need.id,
        }
        with self.assertRaisesRegex(ValidationError, "Phone"):
            leads.create(values)
        self.assertTrue(leads.create({**values, "phone": "+380501112233"}))

    @users("client_user")
    def test_import_is_asked_too(self):
        result = self.env["crm.lead"].load(
            ["name", "type", "team_id/.id", "stage_id/.id"],
            [["З файлу", "Opportunity", str(self.team.id), str(self.need.id)]],
        )
        self.assertIn("Phone", result["messages"][0]["message"])

    @users("client_user")
    def test_condition_is_told_in_its_words(self):
        self.quotation.sudo().write(
            {
                "criteria_domain": "[('expected_revenue', '>', 1000)]",
                "criteria_text": "a budget above 1,000",
            }
        )
        lead = self.lead.with_env(self.env)
        with self.assertRaisesRegex(ValidationError, "Phone, a budget above 1,000"):
            lead.stage_id = self.quotation
        lead.write(
            {
                "stage_id": self.quotation.id,
                "phone": "+380501112233",
                "expected_revenue": 1500,
            }
        )

    @users("client_user")
    def test_one_message_for_many_leads(self):
        leads = self.lead.with_env(self.env) | self._create_lead("Друга").with_env(
            self.env
        )
        with self.assertRaises(ValidationError) as refused:
            leads.write({"stage_id": self.need.id})
        self.assertIn("Лавка на розі → Need: Phone", str(refused.exception))
        self.assertIn("Друга → Need: Phone", str(refused.exception))

    @users("client_user")
    def test_stage_of_another_team_is_no_way_round(self):
        foreign = (
            self.env["crm.stage"]
            .sudo()
            .create(
                {
                    "name": "Foreign Won",
                    "is_won": True,
                    "team_ids": self.env["crm.team"].sudo().create({"name": "X"}).ids,
                }
            )
        )
        with self.assertRaisesRegex(ValidationError, "is not a stage of the team"):
            self.lead.with_env(self.env).stage_id = foreign

    @users("client_user")
    def test_context_from_outside_lets_nobody_pass(self):
        lead = self.lead.with_env(self.env)
        for forged in ("override", True, {"code": "override", "reason": "x"}):
            with self.subTest(forged=forged), self.assertRaises(ValidationError):
                lead.with_context(lead_stage_pass=forged).stage_id = self.need

    @users("client_user")
    def test_salesperson_does_not_override(self):
        with self.assertRaises(AccessError):
            self.lead.with_env(self.env)._override_stage(self.need, "I want")
        with self.assertRaises(AccessError):
            self.env["lead.stage.override"].create({"stage_id": self.need.id})

    @users("client_manager")
    def test_head_overrides_with_a_reason(self):
        lead = self.lead.with_env(self.env)
        wizard = Form(
            self.env["lead.stage.override"].with_context(
                active_model="crm.lead", active_ids=lead.ids
            )
        )
        self.assertEqual(wizard.stage_id, self.need)
        self.assertIn("Phone", wizard.missing)
        wizard.reason = "Old client, known by sight"
        wizard.save().action_move()
        self.assertEqual(lead.stage_id, self.need)
        stay = lead.stage_log_ids[0]
        self.assertEqual(
            (stay.entry_code, stay.override_reason, stay.moved_by_id),
            ("override", "Old client, known by sight", self.client_manager),
        )

    def test_card_tells_what_is_missing_before_the_drop(self):
        lead = self.lead.with_user(self.client_user)
        self.assertEqual(
            (lead.next_stage_id, lead.missing_for_next), (self.need, "Phone")
        )
        with Form(lead) as form:
            form.phone = "+380501112233"
            self.assertFalse(form.missing_for_next)
        self.assertFalse(lead.missing_for_next)

    def test_merged_leads_stay_where_the_first_of_them_is(self):
        self.lead.write({"stage_id": self.need.id, "phone": "+380501112233"})
        other = self._create_lead("Та сама")
        merged = (self.lead | other).merge_opportunity()
        self.assertEqual(merged.stage_id, self.need)
        self.assertNotIsInstance(merged.env.context.get("lead_stage_pass"), StagePass)

    def test_stage_asks_only_for_what_people_fill_in(self):
        for name in ("probability", "id", "won_status", "active"):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self.need.required_field_ids = self._get_field(name)

    def test_condition_that_is_none_is_refused(self):
        for text in ("[('nothing', '=', 1)]", "print(1)", "[(1,", "[('id', 'x', 1)]"):
            with self.subTest(text=text), self.assertRaises(ValidationError):
                self.need.criteria_domain = text
        with self.assertRaisesRegex(ValidationError, "all of them"):
            self.need.is_automatic = True

    def test_moving_many_costs_as_much_as_moving_few(self):
        """What core does for each lead of its own is not ours: our part is counted."""
        counts = []
        for number in (20, 200):
            leads = self._create_many(number)
            before = leads._get_standing()
            leads.write({"stage_id": self.need.id})
            self.env.flush_all()
            self.env.invalidate_all()
            after = leads._get_standing()
            start = self.env.cr.sql_log_count
            leads._check_stage_entry(dict.fromkeys(leads, self.call.id))
            leads._note_stays(before, after)
            leads._follow_chains(before, after)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[1], 15)

    def _create_many(self, number):
        return self.env["crm.lead"].create(
            [
                {
                    "name": f"L{n}",
                    "type": "opportunity",
                    "team_id": self.team.id,
                    "phone": "+380501112233",
                }
                for n in range(number)
            ]
        )

    # pylint: disable-next=missing-return  # what core's write costs is measured
    def test_write_that_touches_no_stage_asks_the_database_no_more_than_core(self):
        counts = []
        for lead in (super(LeadStaged, self.lead), self.lead) * 2:
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            lead.write({"referred": f"R{start}"})
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[2], counts[3])
