import base64
from random import Random
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo.exceptions import UserError
from odoo.tests import tagged, warmup
from odoo.tools import mute_logger

from ..tools import sheet
from .common import ClientImportCommon

KYIVSTAR = "+380671234567"
VODAFONE = "+380509876543"
LIFECELL = "+380632223344"
KEY = "Key in the accounting system"
APPLYING = "odoo.addons.client_base.models.client_import_apply"
JUDGE = "odoo.addons.client_base.models.client_import_judge"
# Not of one letter: the database packs what repeats itself.
LONG_TEXT = "".join(Random(1).choices("абвгдежзиклмнопрстуфхцчшщ", k=5000))


@tagged("post_install", "-at_install")
class TestApply(ClientImportCommon):
    """What applying a row does to the cards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(
            "Вербиченко Трейд", phone=KYIVSTAR, city="Суми", is_company=True
        )

    def test_new_client_gets_what_the_row_says(self):
        header = ["Форма", "Назва", "Телефон", "E-mail", "Місто", "Коментар"]
        line = "ТОВ", "Тернопіль Дах", "063 222 33 44", "a@dah.ua b@dah.ua", "Бар", "!"
        client = self._apply_file(header, line).row_ids.partner_id
        self.assertRecordValues(
            client,
            [
                {
                    "name": "Тернопіль Дах",
                    "legal_form": "ТОВ",
                    "is_company": True,
                    "city": "Бар",
                    "comment": "<p>!</p>",
                    "country_id": self.env.ref("base.ua").id,
                }
            ],
        )
        self.assertPoints(client, [LIFECELL])
        self.assertPoints(client, ["a@dah.ua", "b@dah.ua"], "email")

    def test_new_client_gets_the_type_of_the_file(self):
        kind = self.env["client.type"].create({"name": "Roofers"})
        file = self._apply_file(["Name"], ["Тернопіль Дах"], client_type_id=kind.id)
        self.assertEqual(file.row_ids.partner_id.client_type_id, kind)

    def test_new_client_gets_the_key_of_his_row(self):
        file = self._apply_file([KEY, "Name"], ["T-1", "Тернопіль Дах"])
        client = file.row_ids.partner_id
        self.assertEqual((client.sync_source, client.sync_key), ("excel", "T-1"))

    def test_known_client_gets_the_key_of_his_row(self):
        self._apply_file([KEY, "Name", "Phone"], ["V-1", "Вербиченко Трейд", KYIVSTAR])
        self.assertEqual(self.client.sync_key, "V-1")

    def test_text_not_understood_is_kept_in_the_notes(self):
        file = self._apply_file(
            ["Name", "E-mail"],
            ["Тернопіль Дах", "Форма обратной связи"],
            ["Журавлина Плюс", "zhur@example.com"],
        )
        comment = file.row_ids[0].partner_id.comment
        self.assertIn("E-mail: Форма обратной связи", comment)

    def test_text_of_a_file_is_no_markup(self):
        file = self._apply_file(["Name", "Note"], ["Дах", "<b onclick='x'>5 < 6</b>"])
        self.assertIn("&lt;b onclick", file.row_ids.partner_id.comment)

    def test_client_without_a_name_is_called_by_his_email(self):
        file = self._apply_file(["Name", "E-mail"], ["", "a@dah.ua"], ["Б", "b@dah.ua"])
        self.assertEqual(file.row_ids[0].partner_id.name, "a@dah.ua")

    def test_sign_in_a_name_of_a_source_stands_for_itself(self):
        self.env["utm.source"].sudo().create({"name": "ЯрмарокXБ"})
        file = self._apply_file(["Name", "Джерело"], ["Тернопіль Дах", "Ярмарок_Б"])
        self.assertEqual(file.row_ids.partner_id.source_id.name, "Ярмарок_Б")

    def test_new_names_of_tags_and_sources_are_made_once(self):
        header = ["Name", "Джерело", "Теги"]
        file = self._apply_file(
            header,
            ["Тернопіль Дах", "Ярмарок-Б", "Новий-Б, Опт-Б"],
            ["Журавлина Плюс", "ярмарок-б", "опт-б"],
        )
        first, second = file.row_ids.partner_id
        self.assertEqual(first.source_id, second.source_id)
        self.assertEqual(first.category_id & second.category_id, second.category_id)
        self.assertEqual(len(first.category_id | second.category_id), 2)

    def test_salesperson_is_found_by_login(self):
        file = self._apply_file(["Name", "Менеджер"], ["Дах", "client_user"])
        self.assertEqual(file.row_ids.partner_id.user_id, self.client_user)

    def test_person_of_the_client_becomes_a_contact(self):
        header = ["Name", "Phone", "Contact person", "Contact person: phone"]
        line = "Вербиченко Трейд", KYIVSTAR, "Кушнір Остап", "0632223344"
        self._apply_file(header, line)
        person = self.client.child_ids
        self.assertEqual((person.name, person.type), ("Кушнір Остап", "contact"))
        self.assertPoints(person, [LIFECELL])

    def test_known_person_gets_the_new_number(self):
        person = self._create_client(
            "Кушнір Остап", parent_id=self.client.id, phone=VODAFONE
        )
        header = ["Name", "Phone", "Contact person", "Contact person: phone"]
        line = "Вербиченко Трейд", KYIVSTAR, "Остап Кушнір", "0632223344"
        self._apply_file(header, line)
        self.assertEqual(self.client.child_ids, person)
        self.assertPoints(person, [VODAFONE, LIFECELL])

    def test_update_writes_the_cells_and_nothing_else(self):
        self.client.write({"street": "Соборна 1", "website": "https://verba.ua"})
        header = ["Name", "Phone", "City", "Вулиця"]
        self._apply_file(header, ["Вербиченко Трейд", KYIVSTAR, "Львів", ""])
        self.assertRecordValues(
            self.client,
            [{"city": "Львів", "street": "Соборна 1", "website": "https://verba.ua"}],
        )
        self.assertPoints(self.client, [KYIVSTAR])

    def test_added_phone_leaves_the_first_one_first(self):
        self._get_points(self.client).action_confirm()
        header = ["Name", "Phone"]
        self._apply_file(header, ["Вербиченко Трейд", f"{VODAFONE}, {KYIVSTAR}"])
        self.assertPoints(self.client, [KYIVSTAR, VODAFONE])
        self.assertEqual(self._get_points(self.client)[0].state, "confirmed")

    def test_update_is_written_into_the_journal(self):
        header = ["Name", "Phone", "City"]
        line = "Вербиченко Трейд", f"{KYIVSTAR}, {VODAFONE}", "Львів"
        file = self._apply_file(header, line)
        journal = self.client.client_change_ids.sorted("field")
        self.assertEqual(journal.mapped("field"), ["city", "phone"])
        self.assertRecordValues(
            journal[0],
            [{"old_value": "Суми", "new_value": "Львів", "state": "applied"}],
        )
        self.assertEqual((journal.import_id, journal.row_id), (file, file.row_ids))

    def test_selected_rows_go_in_and_the_others_wait(self):
        file = self._read_file(["Name"], ["Тернопіль Дах"], ["Журавлина Плюс"])
        first, second = file.row_ids
        second.action_apply()
        self.assertEqual((first.state, second.state), ("pending", "done"))
        self.assertFalse(first.partner_id)
        self.assertEqual(file.state, "read")
        file.action_apply()
        self.assertEqual((first.state, file.state), ("done", "done"))

    def test_rows_to_decide_and_rejected_ones_are_left_out(self):
        file = self._apply_file(
            ["Name", "Phone"], ["Тернопіль Дах", LIFECELL], ["Вербиченко-Трейд", ""]
        )
        new, doubtful = file.row_ids
        self.assertEqual((new.state, doubtful.state), ("done", "pending"))
        doubtful.action_apply()
        self.assertEqual(doubtful.state, "pending")

    def test_applying_again_changes_nothing(self):
        file = self._apply_file(["Name"], ["Тернопіль Дах"])
        client = file.row_ids.partner_id
        file.action_apply()
        file.row_ids.action_apply()
        self.assertEqual(file.row_ids.partner_id, client)
        self.assertEqual(client.search_count([("name", "=", "Тернопіль Дах")]), 1)

    def test_same_file_once_more_changes_nothing(self):
        header = ["Форма", "Назва", "Телефон", "E-mail", "Коментар"]
        line = "ФОП", "Кушнір Остап", "063 222 33 44", "форма зв'язку", "Дзвонити"
        self._apply_file(header, line, ["", "Журавлина Плюс", "", "z@e.co", ""])
        again = self._read_file(header, line, ["", "Журавлина Плюс", "", "z@e.co", ""])
        self.assertEqual(again.row_ids.mapped("verdict"), ["unchanged", "unchanged"])

    def test_file_that_changed_nothing_is_read_again_or_deleted(self):
        file = self._apply_file(["Name", "Phone"], ["Вербиченко Трейд", KYIVSTAR])
        self.assertEqual((file.state, file.done_count), ("done", 0))
        file.action_read()
        self.assertEqual(file.state, "read")
        file.action_apply()
        file.unlink()
        self.assertFalse(file.exists())

    def test_file_not_read_yet_is_not_applied(self):
        with self.assertRaisesRegex(UserError, "Read the file first"):
            self._make_file(["Name"], ["Тернопіль Дах"]).action_apply()


@tagged("post_install", "-at_install")
class TestFailures(ClientImportCommon):
    """One bad row is that row's error."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        firm = cls._create_client("Вербиченко Трейд", is_company=True)
        cls.person = cls._create_client(
            "Олена", parent_id=firm.id, sync_source="excel", sync_key="K-2"
        )
        cls.header = [KEY, "Name", "Phone"]
        cls.lines = [
            ["K-1", "Тернопіль Дах", "0632223344"],
            ["K-2", "Журавлина Плюс", "0671234567"],
            ["K-3", "Кушнір Остап", "0509876543"],
        ]

    @mute_logger("odoo.sql_db", APPLYING)
    def _apply_with_a_bad_row(self):
        return self._apply_file(self.header, *self.lines)

    def test_row_the_database_refuses_stops_no_other(self):
        file = self._apply_with_a_bad_row()
        self.assertEqual(file.row_ids.mapped("state"), ["done", "error", "done"])
        self.assertEqual(len(file.row_ids.partner_id), 2)
        self.assertIn("same key", file.row_ids[1].message)
        self.assertNotIn("res_partner", file.row_ids[1].message)

    @mute_logger("odoo.sql_db", APPLYING)
    def test_text_too_long_for_the_database_stops_no_other_row(self):
        lines = ["Тернопіль Дах", ""], [LONG_TEXT, ""], ["Журавлина Плюс", ""]
        with patch(f"{JUDGE}.MAX_LENGTH", 10**6):
            file = self._apply_file(["Name", "City"], *lines)
        self.assertEqual(file.row_ids.mapped("state"), ["done", "error", "done"])
        self.assertIn("too long", file.row_ids[1].message)

    def test_text_too_long_for_its_column_is_rejected(self):
        email = f"{LONG_TEXT}@example.com"
        file = self._read_file(
            [KEY, "Name", "E-mail", "Contact person", "Note"],
            ["", LONG_TEXT, "", "", ""],
            ["", "Тернопіль Дах", email, "", ""],
            ["", "Тернопіль Дах", "", LONG_TEXT, ""],
            [LONG_TEXT, "Тернопіль Дах", "", "", ""],
            ["", "Журавлина Плюс", "", "", LONG_TEXT],
        )
        for row in file.row_ids[:4]:
            self.assertVerdict(row, "rejected", "too_long")
        columns = [row.column for row in file.row_ids[:4]]
        self.assertEqual(columns, ["Name", "E-mail", "Contact person", KEY])
        self.assertVerdict(file.row_ids[4], "create", "new")

    def test_lost_connection_is_no_fault_of_a_row(self):
        file = self._read_file(["Name"], ["Тернопіль Дах"])
        with (
            patch.object(
                type(file.row_ids), "_apply_batch", side_effect=OperationalError
            ),
            self.assertRaises(OperationalError),
        ):
            file.action_apply()

    def test_failed_row_is_applied_once_it_is_mended(self):
        file = self._apply_with_a_bad_row()
        self.person.sync_key = False
        file.row_ids[1].action_apply()
        self.assertEqual((file.row_ids[1].state, file.state), ("done", "done"))
        self.assertEqual(file.row_ids[1].partner_id.sync_key, "K-2")

    def _read_problems(self, file):
        content, name = file._make_problem_file()
        self.assertTrue(name.endswith(".xlsx"))
        return content, sheet.open_sheet(content, name)

    def test_bad_rows_come_back_with_their_columns_and_the_reason(self):
        file = self._apply_with_a_bad_row()
        _content, table = self._read_problems(file)
        self.assertEqual(table.header, [*self.header, "Row", "What is wrong"])
        [(_number, line)] = list(table.rows)
        self.assertEqual(line, [*self.lines[1], "3", file.row_ids[1].message])

    def test_rejected_rows_come_back_too(self):
        file = self._read_file(["Name", "City"], ["Дах", ""], ["", "Суми"])
        _content, table = self._read_problems(file)
        [(_number, line)] = list(table.rows)
        self.assertEqual(line, ["", "Суми", "3", file.row_ids[1].reason])

    def test_file_of_bad_rows_is_read_in_again(self):
        content, _table = self._read_problems(self._apply_with_a_bad_row())
        self.person.sync_key = False
        again = self.env["client.import"].create(
            {"data": base64.b64encode(content), "filename": "problems.xlsx"}
        )
        codes = again.column_ids.mapped("code")
        self.assertEqual(codes, ["sync_key", "name", "phone", False, False])
        again.action_read()
        again.action_apply()
        self.assertEqual(again.row_ids.partner_id.name, "Журавлина Плюс")

    @warmup
    def test_cards_are_made_without_a_query_each(self):
        lines = [[f"T-{n}", f"Дах {n}", f"063 222 {n:04}"] for n in range(100)]
        file = self._read_file(self.header, *lines)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(80):
            file.action_apply()
            self.env.flush_all()
        self.assertEqual(file.done_count, 100)
