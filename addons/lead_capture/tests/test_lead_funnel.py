import datetime as dt

from freezegun import freeze_time

from odoo.tests import tagged, users

from .stage_common import StageCommon

START = dt.datetime(2026, 3, 2, 9)


@tagged("post_install", "-at_install")
class TestLeadFunnel(StageCommon):
    """Four leads: won, lost at the need, taken back to the call, still there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.need.required_field_ids = False
        cls.lead.unlink()
        cls.site, cls.fair = cls.env["utm.source"].create(
            [{"name": "Site of the Tests"}, {"name": "Fair of the Tests"}]
        )
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Too dear"})
        with freeze_time(START):
            cls.won_lead, cls.lost_lead, cls.back_lead, cls.new_lead = (
                cls._create_lead(name, expected_revenue=revenue, source_id=source.id)
                for name, revenue, source in (
                    ("Виграна", 1000, cls.site),
                    ("Втрачена", 300, cls.site),
                    ("Повернута", 200, cls.fair),
                    ("Нова", 100, cls.fair),
                )
            )
        cls._move(2, cls.won_lead, cls.need)
        cls._move(4, cls.lost_lead, cls.need)
        cls._move(6, cls.back_lead, cls.need)
        cls._move(7, cls.back_lead, cls.call)
        cls._move(8, cls.won_lead, cls.won)
        with freeze_time(START + dt.timedelta(days=9)):
            cls.lost_lead.action_set_lost(lost_reason_id=cls.reason.id)
        cls.env.flush_all()

    @classmethod
    def _move(cls, days, lead, stage):
        with freeze_time(START + dt.timedelta(days=days)):
            lead.stage_id = stage

    def _read(self, model, groupby, *measures):
        return self.env[model]._read_group(
            [("team_id", "=", self.team.id)], groupby, measures
        )

    @users("client_manager")
    def test_funnel_counts_each_lead_once_in_a_stage(self):
        found = self._read(
            "lead.funnel",
            ["stage_id"],
            "entered_count:sum",
            "passed_count:sum",
            "lost_count:sum",
            "left_count:sum",
            "open_count:sum",
        )
        self.assertEqual(
            {stage.name: numbers for stage, *numbers in found},
            {
                "Call": [4, 2, 0, 0, 2],
                "Need": [3, 1, 1, 1, 0],
                "Quotation": [1, 1, 0, 0, 0],
                "Won": [1, 1, 0, 0, 0],
            },
        )

    @users("client_manager")
    def test_shares_and_medians_of_a_group_are_its_own(self):
        found = self._read(
            "lead.funnel",
            ["stage_id"],
            "conversion:avg",
            "loss_rate:avg",
            "stay_days:avg",
        )
        numbers = {stage.name: values for stage, *values in found}
        self.assertEqual(numbers["Call"], [1, 0, 4])  # 2, 4 and 6 days
        self.assertAlmostEqual(numbers["Need"][0], 1 / 3)
        self.assertEqual(numbers["Need"][2], 5)  # 1, 5 and 6 days
        self.assertIsNone(numbers["Quotation"][2] or None)
        ((total,),) = self._read("lead.funnel", [], "conversion:avg")
        self.assertAlmostEqual(total, 5 / 7)

    @users("client_manager")
    def test_loss_knows_its_stage_and_reason(self):
        found = self._read(
            "lead.funnel", ["lost_reason_id", "stage_id"], "lost_amount:sum"
        )
        self.assertIn((self.reason, self.need, 300), found)

    @users("client_manager")
    def test_conversion_by_source(self):
        found = self._read(
            "lead.outcome",
            ["source_id"],
            "lead_count:sum",
            "conversion:avg",
            "won_amount:sum",
            "value_per_lead:sum",
            "open_amount:sum",
        )
        numbers = {source.name: values for source, *values in found}
        self.assertEqual(numbers["Site of the Tests"], [2, 0.5, 1000, 500, 0])
        self.assertEqual(numbers["Fair of the Tests"][2:], [0, 0, 300])

    @users("client_user")
    def test_salesperson_sees_own_numbers_alone(self):
        self.new_lead.sudo().user_id = self.client_manager
        self.env.flush_all()
        self.assertNotIn(
            self.new_lead, self.env["lead.outcome"].search([]).lead_id.sudo()
        )
        self.assertNotIn(
            self.new_lead, self.env["lead.funnel"].search([]).lead_id.sudo()
        )

    @users("client_manager")
    def test_merged_and_deleted_leads_are_counted_no_more(self):
        self.new_lead.with_env(self.env).unlink()
        found = self._read("lead.funnel", ["stage_id"], "entered_count:sum")
        self.assertIn(
            (self.call, 3), [(one.with_env(self.call.env), n) for one, n in found]
        )

    @users("client_manager")
    def test_row_opens_its_lead(self):
        row = self.env["lead.outcome"].search([("lead_id", "=", self.won_lead.id)])
        self.assertEqual(row.action_open_lead()["res_id"], self.won_lead.id)
