from odoo.exceptions import AccessError
from odoo.tests import tagged, users

from .dispatch_common import DispatchCommon


@tagged("post_install", "-at_install")
class TestLeadAssignment(DispatchCommon):
    """Every change of hands is a row that says why."""

    def _get_kinds(self, lead):
        rows = lead.sudo().assignment_ids.sorted("id")
        return [(one.kind, one.from_user_id, one.to_user_id) for one in rows]

    def test_lead_made_by_hand_has_a_row_as_well(self):
        lead = self.env["crm.lead"].with_user(self.client_user).create({"name": "Mine"})
        nobody = self.env["res.users"]
        self.assertEqual(self._get_kinds(lead), [("hand", nobody, self.client_user)])
        self.assertIn("client_user", lead.sudo().assignment_ids.by_user_id.login)

    @users("client_manager")
    def test_change_by_anybody_is_taken_down_whatever_the_context_says(self):
        lead = self._create_lead(user_id=self.anna.id).with_user(self.env.user)
        tricks = {
            "tracking_disable": True,
            "lead_causes": {"kind": "rule"},
            "no_assignment": True,
        }
        lead.with_context(**tricks).write({"user_id": self.boris.id})
        self.assertEqual(self._get_kinds(lead)[1:], [("hand", self.anna, self.boris)])
        self.assertEqual(
            lead.sudo().assignment_ids.sorted("id")[1].by_user_id, self.env.user
        )

    def test_same_manager_written_again_is_no_change(self):
        lead = self._create_lead(user_id=self.anna.id)
        lead.write({"user_id": self.anna.id})
        self.assertEqual(len(lead.sudo().assignment_ids), 1)

    @users("client_manager")
    def test_rows_are_not_written_changed_or_deleted(self):
        lead = self._create_lead(user_id=self.anna.id)
        rows = lead.with_user(self.env.user).assignment_ids
        with self.assertRaises(AccessError):
            rows.write({"kind": "rule"})
        with self.assertRaises(AccessError):
            rows.unlink()
        with self.assertRaises(AccessError):
            rows.create({"lead_id": lead.id, "kind": "own", "moment": "2026-03-01"})

    @users("client_user")
    def test_what_became_of_a_request_is_not_written_by_hand(self):
        lead = self._create_lead(user_id=self.env.user.id).with_user(self.env.user)
        for name in ("taken_by_id", "covered_user_id"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                lead.write({name: self.env.user.id})

    @users("client_user")
    def test_salesperson_reads_of_the_own_requests_alone(self):
        mine = self._create_lead(user_id=self.env.user.id)
        self._create_lead(user_id=self.anna.id)
        rows = self.env["lead.assignment"].search([])
        self.assertIn(mine, rows.lead_id)
        self.assertFalse(rows.filtered(lambda one: one.to_user_id == self.anna))

    def test_reason_is_a_sentence_with_numbers(self):
        self.members[0].lead_capacity = 5
        lead = self._arrive_one()
        self.assertEqual(
            lead.sudo().assignment_reason,
            "Rule “Everybody in the team”. It is the turn of Anna: weight 1 of 3, "
            "3 of 3 can get it. Place 1 of 5.",
        )

    def test_reason_is_that_of_whoever_has_it_now(self):
        lead = self._arrive_one()
        lead.user_id = False
        self.assertFalse(lead.sudo().assignment_reason)

    def test_hand_over_of_a_client_is_named(self):
        client = self._create_client(user_id=self.anna.id)
        lead = self._create_lead(partner_id=client.id, user_id=self.anna.id)
        handover = self.env["client.handover"].create(
            {
                "from_user_id": self.anna.id,
                "to_user_id": self.boris.id,
                "partner_ids": client.ids,
            }
        )
        handover.action_apply()
        self.assertEqual(
            self._get_kinds(lead)[1:], [("handover", self.anna, self.boris)]
        )

    def test_merged_leads_keep_their_rows(self):
        leads = self._create_leads(2, user_id=self.anna.id)
        merged = leads.merge_opportunity()
        self.assertEqual(len(merged.sudo().assignment_ids), 2)
