from freezegun import freeze_time

from odoo.tests import tagged, users

from .dispatch_common import DispatchCommon


@tagged("post_install", "-at_install")
class TestLeadLoad(DispatchCommon):
    """What everybody has to do, true at this moment."""

    def _get_load(self, user):
        return self.env["lead.load"].search([("user_id", "=", user.id)])

    @users("client_manager")
    @freeze_time("2026-03-03 09:00")
    def test_open_answered_overdue_and_free_places_are_counted(self):
        self.members[0].sudo().lead_capacity = 5
        leads = self._create_leads(3, user_id=self.anna.id)
        leads._note_question()
        leads[0]._note_answer(self.anna, self.env.cr.now())
        leads[1].response_deadline = "2026-03-03 08:00"
        leads[1].with_user(self.anna).action_take()
        self.env.flush_all()
        self.assertRecordValues(
            self._get_load(self.anna),
            [
                {
                    "open_count": 3,
                    "unanswered_count": 2,
                    "overdue_count": 1,
                    "client_count": 1,
                    "taken_count": 2,
                    "capacity": 5,
                    "free_count": 2,
                    "load_state": "free",
                    "presence": "work",
                }
            ],
        )

    @users("client_manager")
    def test_closed_requests_and_other_teams_do_not_count(self):
        lead = self._create_lead(user_id=self.anna.id)
        self._close(lead.sudo())
        self.assertEqual(self._get_load(self.anna).open_count, 0)
        self.team.sudo().is_dispatched = False
        self.assertFalse(self._get_load(self.anna))

    @users("client_manager")
    @freeze_time("2026-03-03 09:00")
    def test_absent_and_full_ones_are_shown_as_such(self):
        self._send_away(self.anna.sudo())
        self.members[0].sudo().lead_capacity = 1
        self._create_leads(2, user_id=self.anna.id)
        load = self._get_load(self.anna)
        self.assertEqual((load.presence, load.load_state), ("away", "over"))
        self.assertEqual(str(load.back_on), "2026-03-09")

    @users("anna")
    def test_salesperson_sees_the_own_load_alone(self):
        self.assertEqual(self.env["lead.load"].search([]).user_id, self.env.user)

    @users("client_manager")
    def test_limit_of_nothing_is_no_limit(self):
        load = self._get_load(self.boris)
        self.assertEqual((load.capacity, load.load_state), (0, "free"))

    @users("client_manager")
    def test_load_opens_its_requests(self):
        lead = self._create_lead(user_id=self.anna.id)
        action = self._get_load(self.anna).action_open_requests()
        self.assertEqual(self.env["crm.lead"].search(action["domain"]), lead)
