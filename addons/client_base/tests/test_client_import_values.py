from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ClientImportCommon

KYIVSTAR = "+380671234567"
VODAFONE = "+380509876543"


@tagged("post_install", "-at_install")
class TestReading(ClientImportCommon):
    """What the cells of a row mean."""

    def _get_raw(self, row, code):
        """:return: normal forms of the points that the row brings"""
        return [normal for _value, normal, _note in row.values[code][2]]

    def test_file_without_a_header_is_refused(self):
        with self.assertRaisesRegex(UserError, "names of the columns"):
            self._make_file(["Тернопіль Дах", "0632223344"], ["Верба", "0671234567"])

    def test_file_whose_columns_identify_nobody_is_refused(self):
        file = self._make_file(["City", "Street"], ["Суми", "Соборна 1"])
        with self.assertRaisesRegex(UserError, "who the clients are"):
            file.action_read()

    def test_rows_are_numbered_as_in_excel(self):
        file = self._read_file(
            ["Клієнти станом на березень", ""],
            ["Назва", "Телефон"],
            ["Тернопіль Дах", "0632223344"],
            ["", ""],
            ["Журавлина", "0671234567"],
        )
        self.assertEqual(file.row_ids.mapped("number"), [3, 5])

    def test_two_emails_of_a_cell_are_taken_apart(self):
        row = self._judge_line(["Name", "E-mail"], "Дах", "a@dah.ua; b@dah.ua")
        self.assertEqual(self._get_raw(row, "email"), ["a@dah.ua", "b@dah.ua"])
        self.assertFalse(row.notes)

    def test_text_that_is_no_email_goes_to_the_notes(self):
        file = self._read_file(
            ["Name", "E-mail"],
            ["Тернопіль Дах", "Форма обратной связи"],
            ["Журавлина", "zhur@example.com"],
        )
        row = file.row_ids[0]
        self.assertEqual(row.verdict, "create")
        self.assertEqual(row.notes, "E-mail: Форма обратной связи")
        self.assertIn("Форма обратной связи", str(row.values["comment"]))
        self.assertNotIn("email", row.values)

    def test_several_phone_columns_add_up(self):
        header = ["Name", "Телефон", "Мобільний"]
        row = self._judge_line(header, "Дах", "063 222 33 44", "067 123 45 67")
        self.assertEqual(self._get_raw(row, "phone"), ["+380632223344", KYIVSTAR])

    def test_country_of_the_file_is_guessed_from_its_phones(self):
        lines = [[f"Кровля {n}", f"8 (495) 123-45-{n:02}"] for n in range(10, 40)]
        file = self._read_file(["Название", "Телефон"], *lines)
        self.assertEqual(file.country_id.code, "RU")
        self.assertEqual(self._get_raw(file.row_ids[0], "phone"), ["+74951234510"])

    def test_chosen_country_reads_the_phones(self):
        poland = self.env.ref("base.pl")
        row = self._judge_line(
            ["Name", "Phone"], "Dach", "512 345 678", country_id=poland.id
        )
        self.assertEqual(self._get_raw(row, "phone"), ["+48512345678"])

    def test_legal_form_of_its_own_column_belongs_to_the_name(self):
        client = self._create_client("Вербиченко Трейд", legal_form="ТОВ")
        client.phone = KYIVSTAR
        header = ["Форма", "Название", "Телефон"]
        row = self._judge_line(header, "ТОВ", "Вербиченко Трейд", KYIVSTAR)
        self.assertVerdict(row, "unchanged", "contact", client)

    def test_name_with_and_without_legal_form_is_one_name(self):
        client = self._create_client("ТОВ «Вербиченко Трейд»", phone=KYIVSTAR)
        row = self._judge_line(["Name", "Phone"], "Вербиченко Трейд", KYIVSTAR)
        self.assertVerdict(row, "unchanged", "contact", client)

    def test_layout_is_remembered_for_the_next_file(self):
        first = self._make_file(["Хто", "Зв'язок 2"], ["Дах", "0632223344"])
        first.column_ids[0].code = "name"
        first.column_ids[1].code = "phone"
        first.action_read()
        first.action_apply()
        second = self._make_file(["Хто", "Зв'язок 2"], ["Верба", "0671234567"])
        self.assertEqual(second.column_ids.mapped("code"), ["name", "phone"])

    def test_columns_corrected_by_hand_are_read_anew(self):
        file = self._read_file(["Name", "Note"], ["Тернопіль Дах", "0632223344"])
        file.column_ids[1].code = "phone"
        file.action_read()
        self.assertEqual(self._get_raw(file.row_ids, "phone"), ["+380632223344"])
        self.assertEqual(len(file.row_ids), 1)

    def test_column_left_out_is_not_read(self):
        file = self._make_file(["Name", "City"], ["Тернопіль Дах", "Суми"])
        file.column_ids[1].code = False
        file.action_read()
        self.assertNotIn("city", file.row_ids.values)

    def test_another_file_replaces_the_first(self):
        file = self._read_file(["Name"], ["Тернопіль Дах"])
        file.data = self._encode(["Name", "City"], ["Журавлина", "Суми"])
        self.assertEqual((file.state, len(file.row_ids)), ("draft", 0))
        file.action_read()
        self.assertEqual(file.row_ids.mapped("name"), ["Журавлина"])

    def test_reading_twice_gives_the_same_rows(self):
        file = self._read_file(["Name"], ["Тернопіль Дах"], ["Журавлина"])
        before = file.row_ids.read(["number", "verdict", "reason_code", "values"])
        file.action_read()
        after = file.row_ids.read(["number", "verdict", "reason_code", "values"])
        for line in before + after:
            del line["id"]
        self.assertEqual(before, after)


@tagged("post_install", "-at_install")
class TestChanges(ClientImportCommon):
    """What a row would change, told before anything is written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(
            "Вербиченко Трейд", phone=KYIVSTAR, city="Суми", comment="<p>Old</p>"
        )

    def _get_changes(self, row):
        return {change["code"]: change["new"] for change in row.changes}

    def test_row_tells_old_and_new(self):
        header = ["Name", "Phone", "City"]
        row = self._judge_line(header, "Вербиченко Трейд", KYIVSTAR, "Львів")
        self.assertVerdict(row, "update", "contact", self.client)
        self.assertEqual(row.change_summary, "City: Суми → Львів")

    def test_empty_cell_leaves_the_card(self):
        header = ["Name", "Phone", "City"]
        row = self._judge_line(header, "Вербиченко Трейд", KYIVSTAR, "")
        self.assertVerdict(row, "unchanged", "contact", self.client)

    def test_empty_cell_of_a_strange_file_never_empties(self):
        header = ["Name", "Phone", "City"]
        line = "Вербиченко Трейд", KYIVSTAR, ""
        row = self._judge_line(header, *line, clear_empty=True)
        self.assertVerdict(row, "unchanged", "contact", self.client)

    def test_strange_file_adds_phones_and_takes_none(self):
        header = ["Name", "Phone"]
        line = "Вербиченко Трейд", f"{VODAFONE}, {KYIVSTAR}"
        row = self._judge_line(header, *line)
        self.assertEqual(set(self._get_changes(row)), {"phone"})
        normals = [point[1] for point in row.changes[0]["new_raw"]]
        self.assertEqual(normals, [KYIVSTAR, VODAFONE])

    def test_strange_file_adds_to_the_notes(self):
        header = ["Name", "Phone", "Коментар"]
        row = self._judge_line(header, "Вербиченко Трейд", KYIVSTAR, "New")
        self.assertEqual(self._get_changes(row), {"comment": "Old\nNew"})

    def test_exported_cell_emptied_on_purpose_empties_the_card(self):
        header, [line] = self._export_lines(self.client)
        line[header.index("City")] = ""
        row = self._judge_line(header, *line)
        self.assertVerdict(row, "unchanged", "id", self.client)
        row = self._judge_line(header, *line, clear_empty=True)
        self.assertEqual(self._get_changes(row), {"city": ""})

    def test_empty_name_never_empties_the_name(self):
        header, [line] = self._export_lines(self.client)
        line[header.index("Name")] = ""
        row = self._judge_line(header, *line, clear_empty=True)
        self.assertVerdict(row, "unchanged", "id", self.client)

    def test_nothing_is_written_before_apply(self):
        header = ["Name", "Phone", "City", "Джерело", "Теги"]
        counted = "res.partner", "client.contact.point", "utm.source", "client.change"
        models = [self.env[name].sudo() for name in (*counted, "res.partner.category")]
        before = [model.search_count([]) for model in models], self._get_dates()
        file = self._read_file(
            header,
            ["Вербиченко Трейд", VODAFONE + "," + KYIVSTAR, "Львів", "Ярмарок", "Нові"],
            ["Тернопіль Дах", "0632223344", "Суми", "Ярмарок", "Нові"],
        )
        self.assertEqual(file.row_ids.mapped("verdict"), ["update", "create"])
        after = [model.search_count([]) for model in models], self._get_dates()
        self.assertEqual(before, after)

    def _get_dates(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id, write_date, write_uid FROM res_partner ORDER BY id"
        )
        return self.env.cr.fetchall()

    def test_file_counts_its_verdicts(self):
        self._create_client("Журавлина Плюс")
        file = self._read_file(
            ["Name", "Phone", "City"],
            ["Вербиченко Трейд", KYIVSTAR, "Львів"],
            ["Тернопіль Дах", "0632223344", ""],
            ["Журавлина Плюс", "", ""],
            ["", "", "Суми"],
        )
        counts = file.read(
            ["row_count", "create_count", "update_count", "ask_count", "open_count"]
        )[0]
        del counts["id"]
        self.assertEqual(list(counts.values()), [4, 1, 1, 1, 2])
        self.assertEqual(file.rejected_count, 1)

    def test_person_of_the_client_is_a_change_too(self):
        header = ["Name", "Phone", "Contact person", "Contact person: phone"]
        line = "Вербиченко Трейд", KYIVSTAR, "Кушнір Остап", "0632223344"
        row = self._judge_line(header, *line)
        self.assertEqual(self._get_changes(row), {"contact": "Кушнір Остап"})

    def test_known_person_of_the_client_changes_nothing(self):
        self.client.child_ids = [
            Command.create({"name": "Кушнір Остап", "phone": "+380632223344"})
        ]
        header = ["Name", "Phone", "Contact person", "Contact person: phone"]
        line = "Вербиченко Трейд", KYIVSTAR, "Кушнір Остап", "0632223344"
        row = self._judge_line(header, *line)
        self.assertVerdict(row, "unchanged", "contact", self.client)
