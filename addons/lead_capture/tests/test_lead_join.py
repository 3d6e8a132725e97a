from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .common import LeadCommon

PHONE = "+380671234567"


@tagged("post_install", "-at_install")
class TestLeadJoin(LeadCommon):
    """Who a request is of, and which lead it joins."""

    def test_same_person_twice_in_a_batch(self):
        first, second, third = self._process(
            {"contact_name": "Олена Вітер", "phone": "0671234567"},
            {"contact_name": "Олена Вітер", "phone": "+380 67 123 45 67"},
            {"phone": "067-123-45-67", "email": "o.viter@vitriak.example"},
        )
        states = [one.state for one in (first, second, third)]
        self.assertEqual(states, ["processed", "joined", "joined"])
        self.assertEqual(len((first + second + third).lead_id), 1)
        self.assertEqual(len((first + second + third).partner_id), 1)

    def test_joined_is_told_on_the_lead(self):
        first, _second = self._process(
            {"phone": PHONE}, {"phone": PHONE, "description": "Ще <b>кабель</b>"}
        )
        bodies = "".join(first.lead_id.message_ids.mapped("body"))
        self.assertIn("кабель", bodies)
        self.assertNotIn("<b>", bodies)

    def test_person_of_a_firm(self):
        firm = self._create_client("ТОВ Вітряк", is_company=True)
        person = self._create_client("Олена Вітер", parent_id=firm.id, phone=PHONE)
        request = self._process({"contact_name": "Олена Вітер", "phone": PHONE})
        self.assertEqual(request.partner_id, person)
        again = self._process({"company": "Вітряк", "phone": PHONE})
        self.assertEqual((again.state, again.partner_id), ("joined", person))

    def test_another_person_of_the_firm_joins_too(self):
        firm = self._create_client("ТОВ Вітряк", is_company=True)
        self._create_client("Олена Вітер", parent_id=firm.id, phone=PHONE)
        self._create_client("Іван Вітер", parent_id=firm.id, email="i@v.example")
        first, second = self._process({"phone": PHONE}, {"email": "i@v.example"})
        self.assertEqual(first.lead_id, second.lead_id)

    def test_shared_phone_is_nobodys(self):
        cards = self._create_client("Олена Вітер", phone=PHONE)
        cards += self._create_client("Іван Степ", phone=PHONE)
        first = self._process({"phone": PHONE})
        self.assertFalse(first.lead_id.partner_id)
        self.assertEqual(first.lead_id.candidate_ids.partner_id, cards)
        self.assertEqual(first.lead_id.phone, "+380 67 123 4567")
        again = self._process({"phone": PHONE})
        self.assertEqual(again.lead_id, first.lead_id)

    def test_another_name_is_asked_about(self):
        card = self._create_client("Іван Степ", phone=PHONE)
        request = self._process({"contact_name": "Олена Вітер", "phone": PHONE})
        self.assertFalse(request.partner_id)
        self.assertRecordValues(
            request.lead_id.candidate_ids,
            [{"partner_id": card.id, "reason_code": "other_name"}],
        )

    def test_given_name_alone_is_no_doubt(self):
        card = self._create_client("Іван Степ", phone=PHONE)
        request = self._process({"contact_name": "Ваня", "phone": PHONE})
        self.assertEqual(request.partner_id, card)

    def test_candidate_is_chosen(self):
        card = self._create_client("Олена Вітер", phone=PHONE)
        self._create_client("Іван Степ", phone=PHONE)
        lead = self._process({"phone": PHONE, "email": "new@example.com"}).lead_id
        lead.user_id = self.client_user
        chosen = lead.candidate_ids.filtered(lambda one: one.partner_id == card)
        chosen.with_user(self.client_user).action_choose()
        self.assertEqual(lead.partner_id, card)
        self.assertEqual(set(lead.candidate_ids.mapped("state")), {"chosen", "dropped"})
        self.assertFalse(card.email)
        self.assertEqual(lead.difference_ids.mapped("field"), ["email"])

    def test_none_of_them_is_a_new_card(self):
        old = self._create_client("Іван Степ", phone=PHONE)
        request = self._process({"contact_name": "Олена Вітер", "phone": PHONE})
        lead = request.lead_id
        lead.user_id = self.client_user
        lead.with_user(self.client_user).action_make_client()
        self.assertNotEqual(lead.partner_id, old)
        self.assertEqual(request.partner_id, lead.partner_id)
        self.assertFalse(lead.has_open_candidate)

    def test_foreign_candidates_are_counted_not_named(self):
        self._create_client("Олена Вітер", phone=PHONE)
        other = self._create_client("Іван Степ", phone=PHONE)
        lead = self._process({"phone": PHONE}).lead_id
        other.company_id = self._create_company(name="Інша")
        self.env.invalidate_all()
        mine = lead.with_user(self.client_user)
        self.assertEqual(mine.candidate_ids.partner_id.name, "Олена Вітер")
        self.assertEqual(mine.hidden_candidate_count, 1)

    def test_merged_card_leads_to_the_survivor(self):
        survivor = self._create_client("Олена Вітер")
        merged = self._create_client("Олена Вітер", phone=PHONE)
        merged.write({"active": False, "merged_into_id": survivor.id})
        self.assertEqual(self._process({"phone": PHONE}).partner_id, survivor)

    def test_archived_card_is_proposed(self):
        card = self._create_client("Олена Вітер", phone=PHONE)
        card.active = False
        lead = self._process({"phone": PHONE}).lead_id
        self.assertFalse(lead.partner_id)
        self.assertEqual(
            lead.candidate_ids.with_context(active_test=False).partner_id, card
        )
        lead.user_id = self.client_user
        lead.candidate_ids.with_user(self.client_user).action_choose()
        self.assertTrue(card.active)

    def test_card_that_is_hardly_like_a_new_one_is_not_proposed(self):
        lookup = type(self.env["client.duplicate.lookup"])
        other = self._create_client("Вітряк Енергія")
        request = self._process({"company": "Вітер Енергія", "phone": PHONE})
        for score, count in ((-3.0, 0), (0.5, 1)):
            pair = SimpleNamespace(left=0, right=other.id, score=score, probability=0.1)
            with patch.object(lookup, "_find_alike", lambda *_a, pair=pair: [pair]):
                request._propose_alike()
            self.assertEqual(len(request.lead_id.candidate_ids), count)

    def test_cards_like_a_new_one_are_proposed(self):
        firm = self._create_client("ТОВ Вітряк Енергія", is_company=True, city="Львів")
        request = self._process({"company": "Вітряк Енергія ТОВ", "phone": PHONE})
        request._propose_alike()
        request._propose_alike()
        lead = request.lead_id
        former = lead.partner_id
        self.assertEqual(lead.candidate_ids.mapped("reason_code"), ["alike"])
        lead.user_id = self.client_user
        lead.candidate_ids.with_user(self.client_user).action_choose()
        self.assertEqual(lead.partner_id, firm)
        self.assertRecordValues(former, [{"active": False, "merged_into_id": firm.id}])
        self.assertEqual(self._process({"phone": PHONE}).lead_id, lead)

    def test_no_join_of_won_lost_or_old_leads(self):
        lead = self._process({"phone": PHONE}).lead_id
        cases = {
            "lost": lead.action_set_lost,
            "won": lead.action_set_won,
            "old": lambda: self._age(lead, 31),
        }
        for name, change in cases.items():
            with self.subTest(name), self.cr.savepoint() as savepoint:
                change()
                self.env.flush_all()
                request = self._process({"phone": PHONE})
                self.assertEqual(request.state, "processed")
                self.assertEqual(request.partner_id, lead.partner_id)
                savepoint.rollback()
        self.assertEqual(self._process({"phone": PHONE}).lead_id, lead)

    def test_another_team_has_its_own_lead(self):
        first = self._process({"phone": PHONE})
        channel = self._create_channel(team_id=self.team.copy().id)
        other = self._process({"phone": PHONE}, channel=channel)
        self.assertEqual(
            (other.state, other.partner_id), ("processed", first.partner_id)
        )
        any_team = self._create_channel(team_id=False)
        third = self._process({"phone": PHONE}, channel=any_team)
        self.assertEqual(third.state, "joined")

    def test_lead_given_to_another_team_is_still_joined(self):
        lead = self._process({"phone": PHONE}).lead_id
        lead.team_id = self.team.copy()
        self.assertEqual(self._process({"phone": PHONE}).lead_id, lead)

    def _age(self, lead, days):
        moment = fields.Datetime.now() - timedelta(days=days)
        self.cr.execute(
            "UPDATE crm_lead SET create_date = %s WHERE id = %s", (moment, lead.id)
        )

    def test_owner_is_nudged_once(self):
        lead = self._process({"phone": PHONE}).lead_id
        lead.user_id = self.client_user
        before = lead.activity_ids
        self._process({"phone": PHONE})
        self._process({"phone": PHONE})
        lead.invalidate_recordset()
        nudges = lead.activity_ids - before
        answer = self.env.ref("lead_capture.mail_activity_type_answer_again")
        nudges = nudges.filtered(lambda one: one.activity_type_id == answer)
        self.assertEqual(len(nudges), 1)
        self.assertEqual(nudges.user_id, self.client_user)

    def test_other_company_sees_nothing_of_it(self):
        lead = self._process({"phone": PHONE}).lead_id
        company = self._create_company(name="Інша")
        channel = self._create_channel(company_id=company.id, team_id=False)
        request = self._process({"phone": PHONE}, channel=channel)
        self.assertEqual(request.state, "processed")
        self.assertNotEqual(request.lead_id, lead)
        self.assertEqual(request.lead_id.company_id, company)
