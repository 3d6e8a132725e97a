from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ClientImportCommon

KYIVSTAR = "+380671234567"
VODAFONE = "+380509876543"
LIFECELL = "+380632223344"


@tagged("post_install", "-at_install")
class TestDecision(ClientImportCommon):
    """Rows that a person decides about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client("Вербиченко Трейд", phone=KYIVSTAR)
        cls.other = cls._create_client("Журавлина Плюс", phone=KYIVSTAR)

    def _judge_shared(self):
        return self._judge_line(["Name", "Phone", "City"], "Склад", KYIVSTAR, "Бар")

    def test_row_decided_as_new_makes_a_client(self):
        row = self._judge_shared()
        row.action_is_new()
        self.assertEqual((row.verdict, row.decision), ("create", "create"))
        row.action_apply()
        self.assertEqual(row.partner_id.name, "Склад")
        self.assertNotIn(row.partner_id, self.client + self.other)

    def test_row_decided_as_candidate_changes_the_first_one(self):
        row = self._judge_shared()
        first = row.candidate_ids[0]
        row.action_is_candidate()
        self.assertVerdict(row, "update", "decision", first)
        row.action_apply()
        self.assertEqual(first.city, "Бар")

    def test_row_goes_to_the_client_chosen(self):
        row = self._judge_shared()
        row.partner_id = self._create_client("Зовсім Інший")
        row.action_is_candidate()
        row.action_apply()
        self.assertEqual(row.partner_id.city, "Бар")
        self.assertFalse((self.client + self.other).filtered("city"))

    def test_row_without_candidates_wants_a_choice(self):
        file = self._read_file(
            ["Name", "Phone"], ["Тернопіль Дах", LIFECELL], ["Тернопіль Дах", LIFECELL]
        )
        with self.assertRaisesRegex(UserError, "Choose the client"):
            file.row_ids[1].action_is_candidate()

    def test_twin_decided_as_new_is_a_client_of_its_own(self):
        file = self._read_file(
            ["Name", "Phone"], ["Тернопіль Дах", LIFECELL], ["Тернопіль Дах", LIFECELL]
        )
        file.row_ids[1].action_is_new()
        file.action_apply()
        self.assertEqual(file.row_ids.mapped("state"), ["done", "done"])
        self.assertEqual(len(file.row_ids.partner_id), 2)

    def test_twin_joins_the_client_of_the_earlier_row(self):
        file = self._apply_file(
            ["Name", "Phone", "City"],
            ["Тернопіль Дах", LIFECELL, ""],
            ["Тернопіль Дах", LIFECELL, "Бар"],
        )
        first, second = file.row_ids
        second.action_is_candidate()
        second.action_apply()
        self.assertEqual(second.partner_id, first.partner_id)
        self.assertEqual(first.partner_id.city, "Бар")

    def _decide_two_rows(self, *lines):
        """:return: rows of one client, all of them ready"""
        self.other.phone = VODAFONE
        self.other.contact_point_ids[1:].unlink()
        header = ["Name", "Phone", "City", "Вулиця"]
        rows = [["Вербиченко Трейд", KYIVSTAR, *cells] for cells in lines]
        file = self._read_file(header, *rows)
        file.row_ids[1].action_is_candidate()
        self.assertEqual(file.row_ids.partner_id, self.client)
        return file

    def test_rows_of_one_client_add_up(self):
        file = self._decide_two_rows(["Львів", ""], ["", "Нова 5"])
        file.action_apply()
        self.assertEqual(file.row_ids.mapped("state"), ["done", "done"])
        self.assertEqual((self.client.city, self.client.street), ("Львів", "Нова 5"))

    def test_rows_of_one_client_that_disagree_are_asked_about(self):
        file = self._decide_two_rows(["Львів", ""], ["Бар", ""])
        file.action_apply()
        self.assertEqual(file.row_ids.mapped("state"), ["done", "pending"])
        self.assertEqual(self.client.city, "Львів")
        file.row_ids[1].action_apply()
        self.assertEqual(self.client.city, "Бар")
        journal = self.client.client_change_ids.sorted("id")
        self.assertEqual(journal.mapped("old_value"), [False, "Львів"])

    def test_archived_client_chosen_by_a_person_comes_back(self):
        self.client.active = False
        header = ["Client ID (do not change)", "Name"]
        row = self._judge_line(header, str(self.client.id), "Вербиченко Трейд")
        row.action_is_candidate()
        row.action_apply()
        self.assertEqual((row.partner_id, row.state), (self.client, "done"))
        self.assertTrue(self.client.active)

    def test_undo_sends_a_client_back_to_the_archive(self):
        self.client.active = False
        header = ["Client ID (do not change)", "City"]
        row = self._judge_line(header, str(self.client.id), "Одеса")
        row.action_is_candidate()
        row.action_apply()
        row.import_id.action_undo()
        self.assertEqual((self.client.active, row.state), (False, "undone"))

    def test_decided_row_is_not_decided_again(self):
        row = self._judge_shared()
        row.action_is_new()
        row.action_is_candidate()
        self.assertEqual((row.decision, row.verdict), ("create", "create"))
