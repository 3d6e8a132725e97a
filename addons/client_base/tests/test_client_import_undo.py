from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ClientImportCommon

KYIVSTAR = "+380671234567"
VODAFONE = "+380509876543"
LIFECELL = "+380632223344"
KEY = "Key in the accounting system"
WORKER = "odoo.addons.client_base.models.client_import_worker"


@tagged("post_install", "-at_install")
class TestUndoUpdates(ClientImportCommon):
    """An undo gives back what nobody changed since, and lists the rest."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(
            "Вербиченко Трейд", phone=KYIVSTAR, city="Суми", street="Соборна 1"
        )
        cls.header = ["Name", "Phone", "City", "Вулиця"]

    def _apply(self, *cells):
        line = ["Вербиченко Трейд", KYIVSTAR, *cells]
        return self._apply_file(self.header, line)

    def test_untouched_values_come_back(self):
        file = self._apply("Львів", "Нова 5")
        file.action_undo()
        self.assertEqual((self.client.city, self.client.street), ("Суми", "Соборна 1"))
        self.assertEqual((file.state, file.row_ids.state), ("undone", "undone"))
        states = self.client.client_change_ids.mapped("state")
        self.assertEqual(states, ["undone", "undone"])

    def test_value_that_was_empty_is_empty_again(self):
        self.client.city = False
        self._apply("Львів", "").action_undo()
        self.assertFalse(self.client.city)

    def test_points_and_notes_that_were_none_are_none_again(self):
        header = ["Name", "Phone", "E-mail", "Note"]
        line = ["Вербиченко Трейд", KYIVSTAR, "v@trade.ua", "One"]
        file = self._apply_file(header, line)
        self.assertEqual(self.client.email, "v@trade.ua")
        file.action_undo()
        self.assertFalse(self.client.email or self.client.comment)
        self.assertEqual(file.row_ids.state, "undone")

    def test_value_changed_since_stays_and_is_listed(self):
        file = self._apply("Львів", "Нова 5")
        self.client.city = "Полтава"
        file.action_undo()
        self.assertEqual(
            (self.client.city, self.client.street), ("Полтава", "Соборна 1")
        )
        self.assertEqual(file.row_ids.state, "kept")
        self.assertEqual(file.row_ids.message, "Changed since and left as it is: City")

    def test_phone_added_by_the_file_is_removed(self):
        file = self._apply_file(
            ["Name", "Phone"], ["Вербиченко Трейд", f"{KYIVSTAR}, {VODAFONE}"]
        )
        self.assertPoints(self.client, [KYIVSTAR, VODAFONE])
        file.action_undo()
        self.assertPoints(self.client, [KYIVSTAR])

    def test_phone_removed_by_the_file_comes_back_first(self):
        self.client.phone = VODAFONE
        header, [line] = self._export_lines(self.client)
        line[header.index("Phone")] = KYIVSTAR
        file = self._apply_file(header, line)
        self.assertPoints(self.client, [KYIVSTAR])
        file.action_undo()
        self.assertPoints(self.client, [VODAFONE, KYIVSTAR])

    def test_phone_that_comes_back_is_known_as_before(self):
        self.client.phone = VODAFONE
        points = self._get_points(self.client)
        points.action_fail()
        names = ["state", "state_event", "state_date"]
        before = points[0].read(names)[0]
        header, [line] = self._export_lines(self.client)
        line[header.index("Phone")] = KYIVSTAR
        file = self._apply_file(header, line)
        self.assertPoints(self.client, [KYIVSTAR])
        file.action_undo()
        after = self._get_points(self.client)[0].read(names)[0]
        self.assertPoints(self.client, [VODAFONE, KYIVSTAR])
        self.assertEqual(after, {**before, "id": after["id"]})

    def _add_to_a_person(self):
        person = self._create_client("Кушнір Остап", parent_id=self.client.id)
        person.phone = VODAFONE
        header = ["Name", "Phone", "Contact person", "Contact person: position"]
        header += ["Contact person: phone", "Contact person: e-mail"]
        line = ["Вербиченко Трейд", KYIVSTAR, "Кушнір Остап", "Buyer", LIFECELL]
        return self._apply_file(header, [*line, "o@dah.ua"]), person

    def test_number_added_to_a_person_is_removed(self):
        file, person = self._add_to_a_person()
        self.assertPoints(person, [VODAFONE, LIFECELL])
        self.assertEqual((person.email, person.function), ("o@dah.ua", "Buyer"))
        file.action_undo()
        self.assertPoints(person, [VODAFONE])
        self.assertFalse(person.email or person.function)
        self.assertEqual((person.active, file.row_ids.state), (True, "undone"))

    def test_number_of_a_person_changed_since_stays(self):
        file, person = self._add_to_a_person()
        self._get_points(person)[1:].action_confirm()
        file.action_undo()
        self.assertPoints(person, [VODAFONE, LIFECELL])
        self.assertIn("Contact person", file.row_ids.message)

    def test_phones_changed_since_are_left(self):
        file = self._apply_file(
            ["Name", "Phone"], ["Вербиченко Трейд", f"{KYIVSTAR}, {VODAFONE}"]
        )
        self.client.phone = LIFECELL
        file.action_undo()
        self.assertPoints(self.client, [LIFECELL, KYIVSTAR, VODAFONE])
        self.assertEqual(file.row_ids.state, "kept")

    def test_key_given_by_the_file_is_taken_back(self):
        header = [KEY, "Name", "Phone"]
        file = self._apply_file(header, ["V-1", "Вербиченко Трейд", KYIVSTAR])
        file.action_undo()
        self.assertFalse(self.client.sync_key or self.client.sync_source)

    def test_person_brought_in_by_the_file_is_archived(self):
        header = ["Name", "Phone", "Contact person"]
        file = self._apply_file(header, ["Вербиченко Трейд", KYIVSTAR, "Кушнір Остап"])
        person = self.client.child_ids
        file.action_undo()
        self.assertFalse(person.active)
        self.assertFalse(self.client.child_ids)

    def test_notes_keep_their_looks_and_get_them_back(self):
        looks = "<p>Old <b>bold</b></p><ul><li>One</li></ul>"
        self.client.comment = looks
        header = ["Name", "Phone", "Note"]
        file = self._apply_file(header, ["Вербиченко Трейд", KYIVSTAR, "a < b"])
        self.assertEqual(self.client.comment, f"{looks}<p>a &lt; b</p>")
        file.action_undo()
        self.assertEqual(self.client.comment, looks)
        self.assertEqual(file.row_ids.state, "undone")

    def test_notes_of_two_rows_are_taken_back_in_reverse(self):
        self.client.comment = "<p><i>Old</i></p>"
        header = ["Name", "Phone", "Note"]
        name = "Вербиченко Трейд"
        first = self._apply_file(header, [name, KYIVSTAR, "one"])
        second = self._apply_file(header, [name, KYIVSTAR, "two"])
        self.assertIn("<i>Old</i>", self.client.comment)
        second.action_undo()
        self.assertNotIn("two", self.client.comment)
        first.action_undo()
        self.assertEqual(self.client.comment, "<p><i>Old</i></p>")

    def test_tags_and_sources_come_back(self):
        tag = self.env["res.partner.category"].create({"name": "Старий-Б"})
        self.client.category_id = tag
        header = ["Name", "Phone", "Теги", "Джерело"]
        line = "Вербиченко Трейд", KYIVSTAR, "Новий-Б", "Ярмарок-Б"
        self._apply_file(header, line).action_undo()
        self.assertEqual(self.client.category_id, tag)
        self.assertFalse(self.client.source_id)

    def test_deleted_client_does_not_stop_the_others(self):
        other = self._create_client("Журавлина Плюс", phone=LIFECELL, city="Бар")
        file = self._apply_file(
            self.header,
            ["Вербиченко Трейд", KYIVSTAR, "Львів", ""],
            ["Журавлина Плюс", LIFECELL, "Львів", ""],
        )
        self.client.sudo().unlink()
        file.action_undo()
        self.assertEqual(file.row_ids.mapped("state"), ["kept", "undone"])
        self.assertEqual(other.city, "Бар")

    def test_two_rows_of_one_client_are_taken_back_in_reverse(self):
        file = self._read_file(
            self.header,
            ["Вербиченко Трейд", KYIVSTAR, "Львів", ""],
            ["Вербиченко Трейд", KYIVSTAR, "Бар", ""],
        )
        file.action_apply()
        file.row_ids[1].action_is_candidate()
        file.row_ids[1].action_apply()
        self.assertEqual(self.client.city, "Бар")
        file.action_undo()
        self.assertEqual(self.client.city, "Суми")
        self.assertEqual(file.row_ids.mapped("state"), ["undone", "undone"])

    def test_unchanged_file_has_nothing_to_undo(self):
        file = self._apply("", "")
        with self.assertRaisesRegex(UserError, "Nothing of this file"):
            file.action_undo()

    def test_undone_file_is_not_undone_again(self):
        file = self._apply("Львів", "")
        file.action_undo()
        with self.assertRaises(UserError):
            file.action_undo()

    def test_undone_file_is_brought_in_again(self):
        file = self._apply("Львів", "")
        file.action_undo()
        for action in (file.action_read, file.action_apply):
            with self.assertRaisesRegex(UserError, "Bring it in again"):
                action()

    def test_journal_is_not_deleted_with_its_file_or_rows(self):
        file = self._apply("Львів", "")
        self.env.flush_all()
        for records in (file, file.row_ids):
            with self.assertRaisesRegex(UserError, "applied"):
                records.unlink()
        file.action_undo()
        for records in (file, file.row_ids):
            with self.assertRaisesRegex(UserError, "applied"):
                records.unlink()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            file.row_ids.sudo().unlink()

    def test_journal_goes_with_its_client(self):
        file = self._apply("Львів", "")
        changes = self.client.client_change_ids
        self.client.sudo().unlink()
        self.assertFalse(changes.exists())
        self.assertTrue(file.row_ids.exists())

    def test_rows_that_were_not_applied_are_deleted(self):
        line = ["Вербиченко Трейд", KYIVSTAR, "Львів", ""]
        file = self._read_file(self.header, line, ["Дах", "", "", ""])
        file.row_ids[0].unlink()
        file.action_read()
        self.assertEqual(len(file.row_ids), 2)
        file.unlink()
        self.assertFalse(file.exists())

    def test_file_applied_in_part_is_undone(self):
        file = self._read_file(
            self.header,
            ["Вербиченко Трейд", KYIVSTAR, "Львів", ""],
            ["Тернопіль Дах", LIFECELL, "", ""],
        )
        file.row_ids[0].action_apply()
        file.action_undo()
        self.assertEqual(self.client.city, "Суми")
        self.assertEqual(file.row_ids.mapped("state"), ["undone", "pending"])

    def test_large_file_is_undone_in_the_background(self):
        lines = [[f"Дах {n}", f"063 222 {n:04}", "", ""] for n in range(5)]
        file = self._apply_file(self.header, *lines)
        cron = self.env.ref("client_base.ir_cron_client_import").sudo()
        with patch(f"{WORKER}.FIRST_BATCH", 2), patch(f"{WORKER}.BATCH", 2):
            file.action_undo()
            self.assertEqual((file.state, file.done_count), ("applying", 3))
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(file.state, "undone")
        self.assertFalse(any(file.row_ids.partner_id.mapped("active")))
