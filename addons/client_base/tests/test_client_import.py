import re

from odoo.tests import tagged, warmup

from ..models.client_import_reason import REASONS
from ..tools.matching import ClientIndex
from .common import ClientImportCommon

KYIVSTAR = "+380671234567"
VODAFONE = "+380509876543"
EMAIL = "verba@example.com"
ID = "Client ID (do not change)"
KEY = "Key in the accounting system"


@tagged("post_install", "-at_install")
class TestMatching(ClientImportCommon):
    """Which client a row means, rung by rung."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(
            "Вербиченко Трейд",
            phone=KYIVSTAR,
            email=EMAIL,
            vat="30571946",
            is_company=True,
            sync_source="excel",
            sync_key="V-1",
        )
        cls.other = cls._create_client("Журавлина Плюс", phone=VODAFONE)

    def test_unknown_client_is_new(self):
        row = self._judge_line(["Name", "Phone"], "Тернопіль Дах", "0632223344")
        self.assertVerdict(row, "create", "new", self.env["res.partner"])

    def test_own_id_names_the_client(self):
        row = self._judge_line([ID, "Name"], str(self.client.id), "Вербиченко Трейд")
        self.assertVerdict(row, "unchanged", "id", self.client)

    def test_own_id_outweighs_a_changed_name_and_phone(self):
        line = str(self.client.id), "Вербиченко Торг", KYIVSTAR
        row = self._judge_line([ID, "Name", "Phone"], *line)
        self.assertVerdict(row, "update", "id", self.client)

    def test_own_id_beside_another_client_is_doubted(self):
        line = str(self.client.id), "Журавлина Плюс", VODAFONE
        row = self._judge_line([ID, "Name", "Phone"], *line)
        self.assertVerdict(row, "ambiguous", "id_other_client")
        self.assertEqual(row.candidate_ids, self.client)

    def test_id_of_nobody_is_rejected(self):
        row = self._judge_line([ID, "Name"], "999999999", "Тернопіль Дах")
        self.assertVerdict(row, "rejected", "unknown_id")
        self.assertEqual(row.column, ID)
        self.assertIn("999999999", row.reason)

    def test_id_larger_than_any_is_rejected(self):
        for value in ("2147483648", "99999999999999", "9" * 5000):
            row = self._judge_line([ID, "Name"], value, "Тернопіль Дах")
            self.assertVerdict(row, "rejected", "unknown_id")

    def test_id_that_is_no_number_is_rejected(self):
        row = self._judge_line([ID, "Name"], "abc", "Тернопіль Дах")
        self.assertVerdict(row, "rejected", "unknown_id")
        self.assertIn("abc", row.reason)

    def test_key_of_the_accounting_system_names_the_client(self):
        row = self._judge_line([KEY, "Name"], "V-1", "Вербиченко Трейд")
        self.assertVerdict(row, "unchanged", "sync_key", self.client)

    def test_key_of_another_system_says_nothing(self):
        header = [KEY, "Name"]
        row = self._judge_line(header, "V-1", "Тернопіль Дах", sync_source="bas")
        self.assertVerdict(row, "create", "new")

    def _tell(self, partner, source, key, **values):
        """Let another system know a client under a key."""
        values = {"source": source, "key": key, "partner_id": partner.id} | values
        company = {"company_id": self.env.company.id}
        self.env["client.sync.key"].sudo().create(company | values)

    def test_key_of_a_second_system_names_the_client(self):
        self._tell(self.client, "bas", "77")
        for source, key in (("bas", "77"), ("excel", "V-1")):
            row = self._judge_line(
                [KEY, "Name"], key, "Вербиченко Трейд", sync_source=source
            )
            self.assertVerdict(row, "unchanged", "sync_key", self.client)
            self.assertFalse(row.changes)

    def test_key_of_a_second_system_brings_changes(self):
        self._tell(self.client, "bas", "77")
        header, line = [KEY, "Name", "City"], ["77", "Вербиченко і сини", "Суми"]
        file = self._apply_file(header, line, sync_source="bas")
        self.assertEqual(file.row_ids.partner_id, self.client)
        self.assertEqual(self.client.city, "Суми")
        self.assertEqual(self.client.sync_key, "V-1")

    def test_another_key_of_a_second_system_is_a_veto(self):
        self._tell(self.client, "bas", "77")
        line = "78", "Вербиченко Трейд", KYIVSTAR
        header = [KEY, "Name", "Phone"]
        row = self._judge_line(header, *line, sync_source="bas")
        self.assertVerdict(row, "ambiguous", "contact_other_key")

    def test_key_told_in_another_company_or_of_a_person_says_nothing(self):
        other = self.env["res.company"].sudo().create({"name": "Other"})
        self._tell(self.client, "bas", "77", company_id=other.id)
        self._tell(self.client, "bas", "78", parent_key="1")
        for key in ("77", "78"):
            row = self._judge_line(
                [KEY, "Name"], key, "Тернопіль Дах", sync_source="bas"
            )
            self.assertVerdict(row, "create", "new")

    def test_tax_id_names_the_client(self):
        row = self._judge_line(["Name", "ЄДРПОУ"], "ТОВ Верба", "UA 30571946")
        self.assertVerdict(row, "update", "tax_id", self.client)

    def test_phone_of_one_client_names_him(self):
        row = self._judge_line(["Name", "Phone"], "Вербиченко", "067 123 45 67")
        self.assertEqual((row.reason_code, row.partner_id), ("contact", self.client))

    def test_email_of_one_client_names_him(self):
        row = self._judge_line(["Name", "E-mail"], "Вербиченко", EMAIL.upper())
        self.assertEqual((row.reason_code, row.partner_id), ("contact", self.client))

    def test_phone_of_a_person_names_his_company(self):
        self._create_client("Олена", parent_id=self.client.id, phone="0632223344")
        row = self._judge_line(["Name", "Phone"], "Вербиченко Трейд", "0632223344")
        self.assertVerdict(row, "update", "contact", self.client)

    def test_phone_without_a_name_is_enough(self):
        row = self._judge_line(["Name", "Phone"], "", "0671234567")
        self.assertVerdict(row, "unchanged", "contact", self.client)

    def test_phone_of_several_clients_leaves_a_choice(self):
        self.other.phone = KYIVSTAR
        row = self._judge_line(["Name", "Phone"], "Склад", KYIVSTAR)
        self.assertVerdict(row, "ambiguous", "contact_shared")
        self.assertEqual(row.candidate_ids, self.client + self.other)

    def test_name_decides_who_of_several_holds_the_phone(self):
        self.other.phone = KYIVSTAR
        row = self._judge_line(["Name", "Phone"], "вербиченко трейд", KYIVSTAR)
        self.assertEqual(row.reason_code, "contact_name")
        self.assertEqual(row.partner_id, self.client)

    def test_phone_and_email_of_different_clients_disagree(self):
        line = "Вербиченко Трейд", VODAFONE, EMAIL
        row = self._judge_line(["Name", "Phone", "E-mail"], *line)
        self.assertVerdict(row, "ambiguous", "contacts_disagree")
        self.assertEqual(row.candidate_ids, self.client + self.other)

    def test_phone_under_quite_another_name_is_doubted(self):
        row = self._judge_line(["Name", "Phone"], "Журавель Кирило", KYIVSTAR)
        self.assertVerdict(row, "ambiguous", "contact_other_name")

    def test_other_tax_id_is_a_veto_against_the_same_phone(self):
        line = "Вербиченко Трейд", KYIVSTAR, "87654321"
        row = self._judge_line(["Name", "Phone", "ЄДРПОУ"], *line)
        self.assertVerdict(row, "create", "new")

    def test_other_tax_id_makes_the_own_id_doubtful(self):
        line = str(self.client.id), "Вербиченко Трейд", "87654321"
        row = self._judge_line([ID, "Name", "ЄДРПОУ"], *line)
        self.assertVerdict(row, "ambiguous", "tax_id_differs")

    def test_like_name_only_proposes(self):
        row = self._judge_line(["Name"], "Вербиченко-Трейд")
        self.assertVerdict(row, "ambiguous", "likeness", self.env["res.partner"])
        self.assertEqual(row.candidate_ids, self.client)
        self.assertFalse(row.changes)

    def test_other_key_in_the_same_system_leaves_a_choice(self):
        line = "V-2", "Вербиченко Трейд", KYIVSTAR
        row = self._judge_line([KEY, "Name", "Phone"], *line)
        self.assertVerdict(row, "ambiguous", "contact_other_key")
        self.assertEqual(row.candidate_ids, self.client)

    def test_archived_client_is_not_revived_by_itself(self):
        self.client.active = False
        row = self._judge_line([ID, "Name"], str(self.client.id), "Вербиченко Трейд")
        self.assertVerdict(row, "ambiguous", "archived")
        self.assertEqual(row.candidate_ids, self.client)

    def test_archived_client_is_proposed_by_his_phone(self):
        self.client.active = False
        row = self._judge_line(["Name", "Phone"], "Вербиченко Трейд", KYIVSTAR)
        self.assertVerdict(row, "ambiguous", "archived")
        self.assertEqual(row.candidate_ids, self.client)

    def test_archived_client_takes_no_phone_from_another(self):
        former = self._create_client("Вербиченко Трейд", phone=KYIVSTAR, active=False)
        row = self._judge_line(["Name", "Phone"], "Вербиченко Трейд", KYIVSTAR)
        self.assertVerdict(row, "unchanged", "contact", self.client)
        self.assertNotIn(former, row.candidate_ids)

    def test_number_of_an_archived_client_may_be_anybodys(self):
        self.client.active = False
        row = self._judge_line(["Name", "Phone"], "Тернопіль Дах", KYIVSTAR)
        self.assertVerdict(row, "create", "new")

    def test_colleagues_and_own_company_are_no_clients(self):
        (self.internal_user.partner_id + self.env.company.partner_id).sudo().write(
            {"phone": "0632223344"}
        )
        row = self._judge_line(["Name", "Phone"], "Тернопіль Дах", "0632223344")
        self.assertVerdict(row, "create", "new")

    def test_row_without_name_and_contacts_is_rejected(self):
        file = self._read_file(["Name", "City"], ["Тернопіль Дах", ""], ["", "Суми"])
        self.assertVerdict(file.row_ids[1], "rejected", "no_name")
        self.assertEqual(file.row_ids[1].column, "Name")

    def test_every_reason_is_put_into_words(self):
        row = self.env["client.import.row"].new({"number": 2})
        for code in REASONS:
            row.reason_code = code
            row.reason_data = {"row": 7, "value": "x", "limit": 9}
            with self.subTest(code=code):
                self.assertRegex(row.reason, r"^[A-Z].*\.$")

    def test_every_reason_of_the_matcher_has_words(self):
        named = set(re.findall(r"``(\w+)``", ClientIndex.identify.__doc__)) - {"row"}
        self.assertGreater(len(named), 9)
        self.assertLessEqual(named, set(REASONS))

    @warmup
    def test_rows_are_judged_without_a_query_each(self):
        lines = [[f"Тернопіль {n}", f"063 222 {n:04}"] for n in range(100)]
        lines += [["Вербиченко Трейд", KYIVSTAR]]
        file = self._make_file(["Name", "Phone"], *lines)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(80):
            file.action_read()
            self.env.flush_all()
        self.assertEqual((file.create_count, file.unchanged_count), (100, 1))


@tagged("post_install", "-at_install")
class TestTwins(ClientImportCommon):
    """Rows of one file that mean one client."""

    def test_second_row_of_a_client_asks(self):
        file = self._read_file(
            ["Name", "Phone"],
            ["Тернопіль Дах", "063 222 33 44"],
            ["ТЕРНОПІЛЬ-ДАХ", "+380632223344"],
        )
        first, second = file.row_ids
        self.assertVerdict(first, "create", "new")
        self.assertVerdict(second, "ambiguous", "twin")
        self.assertEqual(second.reason_data["row"], first.number)
        self.assertIn(f"row {first.number} ", second.reason)

    def test_rows_with_keys_of_their_own_stay_two_clients(self):
        file = self._read_file(
            [KEY, "Name", "Phone"],
            ["T-1", "Тернопіль Дах", "063 222 33 44"],
            ["T-2", "Тернопіль Дах", "063 222 33 44"],
        )
        self.assertVerdict(file.row_ids[0], "create", "new")
        self.assertVerdict(file.row_ids[1], "create", "new_like_row")

    def test_same_name_with_another_phone_is_told(self):
        file = self._read_file(
            ["Name", "Phone"],
            ["ТОВ Сонях Плюс", "063 222 33 44"],
            ["ТОВ Сонях Плюс", "063 222 33 55"],
            ["ТОВ Сонях Плюс", ""],
        )
        first, second, third = file.row_ids
        self.assertVerdict(first, "create", "new")
        self.assertVerdict(second, "create", "new_same_name")
        self.assertVerdict(third, "create", "new_same_name")
        self.assertIn(f"Row {first.number} ", second.reason)

    def test_line_of_totals_is_no_client(self):
        file = self._read_file(
            ["Name", "Phone"],
            ["Тернопіль Дах", "063 222 33 44"],
            ["Разом клієнтів: 1", ""],
        )
        self.assertVerdict(file.row_ids[1], "rejected", "total")

    def test_people_with_one_office_phone_are_no_twins(self):
        file = self._read_file(
            ["Name", "Phone"],
            ["Кушнір Остап", "063 222 33 44"],
            ["Журавель Кирило", "063 222 33 44"],
        )
        self.assertEqual(file.row_ids.mapped("verdict"), ["create", "create"])

    def test_same_tax_id_twice_asks(self):
        file = self._read_file(
            ["Name", "ЄДРПОУ"],
            ["ТОВ Тернопіль Дах", "11223344"],
            ["ТОВ Терен", "11223344"],
        )
        self.assertVerdict(file.row_ids[1], "ambiguous", "twin")

    def test_second_row_of_a_known_client_asks(self):
        client = self._create_client("Вербиченко Трейд", phone=KYIVSTAR)
        file = self._read_file(
            ["Name", "Phone", "City"],
            ["Вербиченко Трейд", KYIVSTAR, "Суми"],
            ["Вербиченко Трейд", KYIVSTAR, "Львів"],
        )
        first, second = file.row_ids
        self.assertVerdict(first, "update", "contact", client)
        self.assertVerdict(second, "ambiguous", "twin")
