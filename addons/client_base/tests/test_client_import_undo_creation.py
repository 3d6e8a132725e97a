from odoo.tests import tagged

from .common import ClientImportCommon

KYIVSTAR = "+380671234567"
VODAFONE = "+380509876543"
LIFECELL = "+380632223344"
KEY = "Key in the accounting system"
PIXEL = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    b"awAAAABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestUndoCreations(ClientImportCommon):
    """An undo archives the clients it created, unless somebody uses them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.header = [KEY, "Name", "Phone", "Contact person"]
        cls.line = ["T-1", "Тернопіль Дах", LIFECELL, "Кушнір Остап"]
        cls.file = cls.env["client.import"]

    def setUp(self):
        super().setUp()
        self.file = self._apply_file(self.header, self.line)
        self.client = self.file.row_ids.partner_id

    def assertKept(self):
        self.file.action_undo()
        self.assertTrue(self.client.active)
        self.assertEqual(self.file.row_ids.state, "kept")
        self.assertIn("in use", self.file.row_ids.message)

    def test_unused_client_is_archived_with_his_people(self):
        person = self.client.child_ids
        self.file.action_undo()
        self.assertFalse(self.client.active or person.active)
        self.assertEqual(self.file.row_ids.state, "undone")

    def test_archived_client_gives_his_key_free(self):
        self.file.action_undo()
        self.assertFalse(self.client.sync_key)

    def test_same_file_creates_anew_after_an_undo(self):
        self.file.action_undo()
        again = self._read_file(self.header, self.line)
        self.assertVerdict(again.row_ids, "create", "new")
        again.action_apply()
        self.assertEqual(again.row_ids.state, "done")
        self.assertNotEqual(again.row_ids.partner_id, self.client)

    def test_deleted_client_does_not_stop_the_others(self):
        file = self._apply_file(
            ["Name", "Phone", "City"],
            ["Журавлина Плюс", KYIVSTAR, ""],
            ["Склад Північ", VODAFONE, ""],
        )
        first, second = file.row_ids
        first.partner_id.sudo().unlink()
        file.action_undo()
        self.assertEqual(file.row_ids.mapped("state"), ["kept", "undone"])
        self.assertEqual(first.message, "The client was deleted.")
        self.assertFalse(second.partner_id.active)

    def test_client_who_was_exported_is_archived(self):
        self._export_lines(self.client)
        self.env["base.partner.merge.automatic.wizard"].sudo().create(
            {"partner_ids": self.client.ids}
        )
        self.file.action_undo()
        self.assertFalse(self.client.active)

    def test_client_with_an_activity_stays(self):
        self.client.activity_schedule("mail.mail_activity_data_todo")
        self.assertKept()

    def test_client_with_a_done_activity_stays(self):
        activity = self.client.activity_schedule("mail.mail_activity_data_todo")
        activity.action_done()
        self.assertKept()

    def test_client_with_a_message_stays(self):
        self.client.message_post(body="Called", message_type="comment")
        self.assertKept()

    def test_client_with_a_meeting_stays(self):
        self.env["calendar.event"].create(
            {
                "name": "Meeting",
                "start": "2026-03-02 12:00:00",
                "stop": "2026-03-02 13:00:00",
                "partner_ids": self.client.ids,
            }
        )
        self.assertKept()

    def test_client_put_into_a_group_stays(self):
        self.client.client_group_ids = self.env["client.group"].create({"name": "x"})
        self.assertKept()

    def test_client_who_was_reviewed_stays(self):
        self.client.action_mark_reviewed()
        self.assertKept()

    def test_client_whose_phone_was_checked_stays(self):
        self._get_points(self.client).action_confirm()
        self.assertKept()

    def test_client_whose_person_was_reached_stays(self):
        person = self.client.child_ids
        person.phone = VODAFONE
        self._get_points(person).action_fail()
        self.assertKept()

    def test_client_with_a_colour_stays(self):
        self.client.color = 3
        self.assertKept()

    def test_client_with_a_picture_stays(self):
        self.client.image_1920 = PIXEL
        self.assertKept()

    def test_client_with_a_document_stays(self):
        self.env["ir.attachment"].create(
            {"name": "x", "res_model": "res.partner", "res_id": self.client.id}
        )
        self.assertKept()

    def test_client_with_a_field_of_his_type_stays(self):
        kind = self._create_type()
        file = self._apply_file(["Name"], ["Журавлина Плюс"], client_type_id=kind.id)
        self.file, self.client = file, file.row_ids.partner_id
        self.client.client_properties = {"roof": "red"}
        self.assertKept()

    def test_client_with_what_his_type_fills_in_is_archived(self):
        kind = self._create_type()
        file = self._apply_file(["Name"], ["Журавлина Плюс"], client_type_id=kind.id)
        self.assertEqual(file.row_ids.partner_id.client_properties["roof"], "flat")
        file.action_undo()
        self.assertFalse(file.row_ids.partner_id.active)

    def _create_type(self):
        definition = {"name": "roof", "type": "char", "string": "R", "default": "flat"}
        return self.env["client.type"].create(
            {"name": "Roofers", "properties_definition": [definition]}
        )

    def test_client_with_another_phone_stays(self):
        self.client.phone = KYIVSTAR
        self.assertKept()

    def test_client_filled_in_by_hand_stays(self):
        self.client.city = "Бар"
        self.assertKept()

    def test_client_with_a_person_added_by_hand_stays(self):
        self._create_client("Олена", parent_id=self.client.id)
        self.assertKept()

    def test_client_whose_person_is_used_stays(self):
        self.client.child_ids.message_post(body="Called", message_type="comment")
        self.assertKept()

    def test_client_changed_by_a_later_row_of_the_file_is_archived(self):
        file = self._apply_file(
            ["Name", "Phone", "City"],
            ["Журавлина Плюс", KYIVSTAR, ""],
            ["Журавлина Плюс", KYIVSTAR, "Бар"],
        )
        first, second = file.row_ids
        second.action_is_candidate()
        second.action_apply()
        file.action_undo()
        self.assertFalse(first.partner_id.active)
        self.assertEqual(file.row_ids.mapped("state"), ["undone", "undone"])
