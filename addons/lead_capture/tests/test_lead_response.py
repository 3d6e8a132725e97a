from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged, users, warmup

from .time_common import TimeCommon

ARRIVED = "2026-11-18 08:00:00"  # a Wednesday, ten o'clock in Kyiv


@tagged("post_install", "-at_install")
class TestLeadResponse(TimeCommon):
    """Only a person stops the clock; each round of a talk has its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(ARRIVED):
            cls.lead = cls._create_lead()

    def _answer(self, moment, user=None):
        with freeze_time(moment):
            self.lead._note_answer(user or self.client_user, self._at(moment))

    def test_state_to_the_second(self):
        for moment, state in (
            ("2026-11-18 08:44:59", "ok"),
            ("2026-11-18 08:45:00", "soon"),
            ("2026-11-18 09:00:00", "soon"),
            ("2026-11-18 09:00:01", "late"),
        ):
            with self.subTest(moment), freeze_time(moment):
                self.lead.invalidate_recordset(["deadline_state"])
                self.assertEqual(self.lead.deadline_state, state)
                found = self.env["crm.lead"].search(
                    [("deadline_state", "=", state), ("id", "=", self.lead.id)]
                )
                self.assertEqual(found, self.lead)

    def test_answer_at_the_very_second_is_in_time(self):
        self._answer("2026-11-18 09:00:00")
        self.assertRecordValues(
            self.lead.response_ids,
            [
                {
                    "state": "answered",
                    "verdict": "in_time",
                    "in_time_share": 1,
                    "reaction_seconds": 3600,
                    "working_seconds": 3600,
                    "asked_hour": 10,
                    "user_id": self.client_user.id,
                }
            ],
        )
        self.assertEqual(self.lead.deadline_state, "answered")
        self.assertFalse(self.lead.waiting_since)

    def test_answer_a_second_later_is_late(self):
        self._answer("2026-11-18 09:00:01")
        self.assertEqual(self.lead.response_ids.verdict, "late")

    def test_night_is_no_working_time(self):
        self._answer("2026-11-19 07:30:00")
        self.assertEqual(self.lead.reaction_seconds, int(23.5 * 3600))
        self.assertEqual(self.lead.working_seconds, int(7.5 * 3600))

    def test_open_round_is_no_part_of_the_average(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT in_time_share FROM lead_response WHERE lead_id = %s",
            (self.lead.id,),
        )
        self.assertEqual(self.env.cr.fetchall(), [(None,)])

    def test_no_machine_and_no_client_stops_the_clock(self):
        archived = self.client_manager.copy({"login": "gone", "active": False})
        for user in (
            self.env.ref("base.user_root"),
            self.intake_user,
            self.portal_user,
            self.public_user,
            archived,
            self.env["res.users"],
        ):
            with self.subTest(user=user.login):
                self.lead._note_answer(user, self._at("2026-11-18 08:30:00"))
                self.assertTrue(self.lead.waiting_since)

    def test_answer_before_the_question_is_none(self):
        self._answer("2026-11-18 07:59:59")
        self.assertTrue(self.lead.waiting_since)

    def test_answer_in_the_future_is_one_of_now(self):
        with freeze_time("2026-11-18 08:30:00"):
            self.lead._note_answer(self.client_user, self._at("2030-01-01 00:00:00"))
        self.assertEqual(self.lead.reaction_seconds, 1800)

    def test_first_answer_counts_however_late_it_is_told(self):
        self._answer("2026-11-18 08:30:00")
        self._answer("2026-11-18 08:40:00", self.client_manager)
        self.assertEqual(self.lead.reaction_seconds, 1800)
        self._answer("2026-11-18 08:10:00", self.client_manager)
        self.assertEqual(self.lead.reaction_seconds, 600)
        self.assertEqual(self.lead.response_ids.user_id, self.client_manager)

    def test_who_writes_again_after_an_answer_waits_again(self):
        self._answer("2026-11-18 08:30:00")
        request = self._create_request(self.lead, "2026-11-18 12:00:00", state="joined")
        self.lead._follow_arrival(request)
        self.assertEqual(self.lead.waiting_since, self._at("2026-11-18 12:00:00"))
        self.assertEqual(self.lead.response_deadline, self._at("2026-11-18 13:00:00"))
        self._answer("2026-11-18 12:20:00")
        self.assertEqual(self.lead.reaction_seconds, 1200)
        self.assertEqual(self.lead.first_response_at, self._at("2026-11-18 08:30:00"))
        self.assertEqual(self.lead.response_ids.mapped("number"), [2, 1])

    def test_who_writes_again_before_an_answer_waits_since_the_first_time(self):
        request = self._create_request(self.lead, "2026-11-18 08:50:00", state="joined")
        self.lead._follow_arrival(request)
        self.assertEqual(self.lead.waiting_since, self._at(ARRIVED))
        self.assertEqual(len(self.lead.response_ids), 1)

    def test_lost_lead_waits_for_nobody(self):
        with freeze_time("2026-11-18 08:30:00"):
            self.lead.action_set_lost()
        self.assertFalse(self.lead.waiting_since)
        self.assertEqual(self.lead.response_ids.state, "closed")
        self.assertFalse(self.lead.response_ids.verdict)

    def test_open_round_goes_with_its_lead(self):
        self.lead.user_id = self.client_manager
        self.assertEqual(self.lead.response_ids.user_id, self.client_manager)

    def test_merged_leads_keep_their_rounds(self):
        with freeze_time("2026-11-18 08:20:00"):
            other = self._create_lead()
        merged = (self.lead | other).merge_opportunity()
        self.assertEqual(len(merged.response_ids), 2)
        self.assertEqual(merged.waiting_since, self._at(ARRIVED))

    def test_leads_of_a_file_wait_for_nobody(self):
        lead = self.env["crm.lead"].with_context(import_file=True)
        self.assertFalse(lead.create({"name": "Old"}).waiting_since)

    @users("client_user")
    def test_rounds_are_seen_and_not_changed(self):
        rounds = self.lead.with_env(self.env).response_ids
        self.assertEqual(rounds.state, "open")
        self.assertFalse(rounds.has_access("write"))

    def test_share_in_time_is_in_the_digest(self):
        self._answer("2026-11-18 08:30:00")
        with freeze_time("2026-11-18 10:00:00"):
            late = self._create_lead()
        late._note_answer(self.client_user, self._at("2026-11-18 15:00:00"))
        digest = self.env["digest.digest"].create(
            {"name": "Daily", "company_id": self.env.company.id}
        )
        digest = digest.with_user(self.client_manager).with_context(
            start_datetime=self._at("2026-11-18 00:00:00"),
            end_datetime=self._at("2026-11-19 00:00:00"),
        )
        self.assertEqual(digest.sudo(False).kpi_lead_in_time_value, 50)

    @warmup
    def test_batch_of_200_costs_as_much_as_one(self):
        self.env.flush_all()
        leads = (
            self.env["crm.lead"]
            .with_user(self.intake_user)
            .sudo()
            .create(
                [
                    {"name": f"L{n}", "team_id": self.team.id, "user_id": False}
                    for n in range(200)
                ]
            )
        )
        requests = self.env["lead.request"].create(
            [
                {
                    "channel_id": self.channel.id,
                    "company_id": self.channel.company_id.id,
                    "event_key": f"batch {lead.id}",
                    "state": "processed",
                    "lead_id": lead.id,
                }
                for lead in leads
            ]
        )
        self.assertFalse(any(leads.mapped("waiting_since")))
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(40):
            leads._follow_arrival(requests)
            self.env.flush_all()
        self.assertTrue(all(leads.mapped("response_deadline")))

    @users("client_user")
    def test_nobody_writes_a_deadline(self):
        lead = self.lead.with_env(self.env)
        for name in ("response_deadline", "waiting_since", "stage_next_step_at"):
            with self.subTest(name), self.assertRaises(AccessError):
                lead.write({name: False})
