from odoo.tests import tagged
from odoo.tools import SQL

from ..tools.duplicates.cards import NormalCard
from ..tools.duplicates.keys import stored_keys
from .common import ClientCommon

KYIVSTAR = "+380671234567"
VODAFONE = "+380509876543"


@tagged("post_install", "-at_install")
class TestPartnerMerge(ClientCommon):
    """Core's merge of contacts loses none of our rows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept = cls._create_client("Вербиченко", phone=KYIVSTAR, email="a@e.co")
        cls.gone = cls._create_client("Вербиченко Т", phone=VODAFONE, email="b@e.co")
        cls.group = cls.env["client.group"].create({"name": "Autumn fair"})

    def _merge(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.kept + self.gone).ids, self.kept, extra_checks=False)
        self.env.invalidate_all()
        self.assertFalse(self.gone.exists())

    def test_points_of_both_cards_stay(self):
        self._merge()
        self.assertPoints(self.kept, [KYIVSTAR, VODAFONE])
        self.assertPoints(self.kept, ["a@e.co", "b@e.co"], "email")

    def test_points_know_their_new_client(self):
        self._merge()
        points = self._get_points(self.kept)
        self.assertEqual(points.client_id, self.kept)

    def test_number_of_both_cards_is_one_point(self):
        self.gone.phone = KYIVSTAR
        self._merge()
        self.assertPoints(self.kept, [KYIVSTAR, VODAFONE])

    def test_confirmed_one_of_two_equal_numbers_stays(self):
        self._get_points(self.kept).state = "failed"
        self.gone.phone = KYIVSTAR
        self._get_points(self.gone)[0].action_confirm()
        self._merge()
        self.assertEqual(self._get_points(self.kept)[0].state, "confirmed")

    def test_card_without_phone_gets_the_other_ones(self):
        self.kept.phone = False
        self._merge()
        self.assertPoints(self.kept, [VODAFONE])

    def test_card_without_phone_gets_all_of_the_other_ones_as_they_are(self):
        self.kept.phone = False
        self.env["client.contact.point"].create(
            {"partner_id": self.gone.id, "kind": "phone", "value": KYIVSTAR}
        )
        points = self._get_points(self.gone)
        points[0].action_confirm()
        self._merge()
        self.assertEqual(self._get_points(self.kept), points)
        self.assertEqual(points[0].state, "confirmed")
        self.assertEqual(self.kept.phone, points[0].value)

    def test_client_stays_in_the_groups_of_both(self):
        other_group = self.env["client.group"].create({"name": "Debtors"})
        self.kept.client_group_ids = self.group
        self.gone.client_group_ids = other_group
        self._merge()
        self.assertEqual(self.kept.client_group_ids, self.group + other_group)

    def test_client_of_one_group_twice_is_in_it_once(self):
        (self.kept + self.gone).client_group_ids = self.group
        self._merge()
        stays = self.kept.client_group_member_ids
        self.assertEqual(len(stays), 2)
        self.assertEqual(len(stays.filtered(lambda stay: not stay.date_to)), 1)
        self.assertEqual(self.kept.client_group_ids, self.group)

    def test_three_cards_of_one_group_become_one(self):
        third = self._create_client("Verbychenko", phone="063 222 33 44")
        (self.gone + third).client_group_ids = self.group
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        everybody = self.kept + self.gone + third
        wizard._merge(everybody.ids, self.kept, extra_checks=False)
        self.assertEqual(self.kept.client_group_ids, self.group)
        self.assertEqual(len(self._get_points(self.kept)), 3)

    def test_key_of_the_accounting_system_is_not_lost(self):
        self.gone.write({"sync_source": "1c", "sync_key": "000001"})
        self._merge()
        self.assertEqual((self.kept.sync_source, self.kept.sync_key), ("1c", "000001"))

    def test_key_of_the_kept_card_wins(self):
        self.kept.write({"sync_source": "1c", "sync_key": "000001"})
        self.gone.write({"sync_source": "1c", "sync_key": "000002"})
        self._merge()
        self.assertEqual(self.kept.sync_key, "000001")

    def test_completeness_is_true_after_a_merge(self):
        self.kept.write({"city": False})
        self.gone.write({"city": "Полтава"})
        self._merge()
        self.assertEqual(self.kept.city, "Полтава")
        self.assertNotIn("city", self.kept.missing_fields.split(","))

    def test_rows_of_files_and_the_journal_follow(self):
        file = self.env["client.import"].create(self._prepare_file())
        row = self.env["client.import.row"].create(
            {
                "import_id": file.id,
                "number": 2,
                "verdict": "ambiguous",
                "partner_id": self.gone.id,
                "candidate_ids": (self.gone + self.kept).ids,
            }
        )
        change = self.env["client.change"].create(
            {"partner_id": self.gone.id, "import_id": file.id, "field": "city"}
        )
        self._merge()
        self.assertEqual(row.partner_id, self.kept)
        self.assertEqual(row.candidate_ids, self.kept)
        self.assertEqual(change.partner_id, self.kept)

    def test_reminders_of_both_cards_stay_and_double_ones_are_one(self):
        rule = self.env["client.reminder.rule"].create(
            {"name": "x", "kind": "contract_end", "summary": "x"}
        )
        person = self._create_client("Марія", parent_id=self.gone.id)
        reminders = self.env["client.reminder"].create(
            [
                {
                    "rule_id": rule.id,
                    "partner_id": card.id,
                    "contact_id": contact.id,
                    "due_date": day,
                    "remind_on": day,
                }
                for card, contact, day in (
                    (self.kept, person.browse(), "2026-03-02"),
                    (self.gone, person.browse(), "2026-03-02"),
                    (self.gone, person.browse(), "2027-03-02"),
                    (self.gone, person, "2026-03-02"),
                )
            ]
        )
        reminders[1].write({"state": "given", "given_on": "2026-03-02"})
        self._merge()
        kept = self.kept.client_reminder_ids
        self.assertEqual(kept, reminders.exists())
        self.assertEqual(len(kept), 3)
        self.assertEqual(kept.contact_id, person)
        self.assertIn("given", kept.mapped("state"))

    def test_merge_into_a_card_that_was_merged_makes_it_the_client(self):
        self.env["client.merge"]._merge(self.gone, self.kept)
        self.assertEqual(self.kept.merged_into_id, self.gone)
        self._merge()
        self.assertFalse(self.kept.merged_into_id)
        self.assertTrue(self.kept.active)
        self.assertPoints(self.kept, [VODAFONE, KYIVSTAR])

    def test_merge_of_ours_is_taken_back_after_the_client_was_merged_again(self):
        third = self._create_client("Verbychenko", phone="063 222 33 44")
        merge = self.env["client.merge"]._merge(self.gone, third)
        self._merge()
        self.assertEqual(merge.survivor_id, self.kept)
        merge.action_undo()
        self.assertTrue(third.active)
        self.assertPoints(third, ["+380632223344"])
        self.assertPoints(self.kept, [KYIVSTAR, VODAFONE])

    def test_card_that_was_not_prepared_is_found_by_all_its_keys(self):
        forms = self.env["client.duplicate.form"]
        self.env.cr.precommit.run()
        forms.search([("partner_id", "=", self.kept.id)]).unlink()
        self.env.cr.execute(
            SQL("DELETE FROM client_duplicate_key WHERE partner_id = %s", self.kept.id)
        )
        self._merge()
        self.env.cr.precommit.run()
        form = forms.search([("partner_id", "=", self.kept.id)])
        keys = self.env.execute_query(
            SQL(
                "SELECT key FROM client_duplicate_key WHERE partner_id = %s",
                self.kept.id,
            )
        )
        wanted = stored_keys([NormalCard.from_text(form.content)])
        self.assertEqual({key for (key,) in keys}, {key for key, _card in wanted})

    def _prepare_file(self):
        content = self._encode(["Name", "City"], ["Вербиченко", "Суми"])
        return {"data": content, "filename": "clients.xlsx"}
