from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged, warmup

from .common import ClientImportCommon

KYIVSTAR = "+380671234567"
VODAFONE = "+380509876543"
WORKER = "odoo.addons.client_base.models.client_import_worker"


@tagged("post_install", "-at_install")
class TestConflict(ClientImportCommon):
    """A file that was exported, and cards that changed meanwhile."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(
            "Вербиченко Трейд",
            phone=f"{KYIVSTAR}, {VODAFONE}",
            city="Суми",
            street="Соборна 1",
        )

    def setUp(self):
        super().setUp()
        self.header, [self.line] = self._export_lines(self.client)

    def _change_file(self, **cells):
        for label, text in cells.items():
            self.line[self.header.index(label)] = text

    def _judge(self):
        return self._judge_line(self.header, *self.line)

    def _get_outcomes(self, row):
        return {change["code"]: change["outcome"] for change in row.changes}

    def test_cell_changed_in_the_file_alone_is_taken(self):
        self._change_file(City="Львів")
        row = self._judge()
        self.assertVerdict(row, "update", "id", self.client)
        row.action_apply()
        self.assertEqual(self.client.city, "Львів")

    def test_untouched_cell_never_overwrites_the_card(self):
        self.client.city = "Полтава"
        self._change_file(Street="Нова 5")
        row = self._judge()
        self.assertEqual(self._get_outcomes(row), {"street": "take"})
        row.action_apply()
        self.assertEqual((self.client.city, self.client.street), ("Полтава", "Нова 5"))

    def test_untouched_file_changes_nothing(self):
        self.client.write({"city": "Полтава", "phone": "0632223344"})
        self.assertVerdict(self._judge(), "unchanged", "id", self.client)

    def test_cell_changed_on_both_sides_is_a_conflict(self):
        self.client.city = "Полтава"
        self._change_file(City="Львів", Street="Нова 5")
        row = self._judge()
        self.assertEqual(row.verdict, "conflict")
        self.assertEqual(
            self._get_outcomes(row), {"city": "conflict", "street": "take"}
        )
        self.assertIn("City: Полтава → Львів (changed on both", row.change_summary)

    def test_same_change_on_both_sides_is_none(self):
        self.client.city = "Львів"
        self._change_file(City="Львів")
        self.assertVerdict(self._judge(), "unchanged", "id", self.client)

    def test_conflict_is_not_applied_before_it_is_decided(self):
        self.client.city = "Полтава"
        self._change_file(City="Львів", Street="Нова 5")
        row = self._judge()
        row.import_id.action_apply()
        row.action_apply()
        self.assertEqual(row.state, "pending")
        self.assertEqual(
            (self.client.city, self.client.street), ("Полтава", "Соборна 1")
        )

    def test_file_taken_as_right_overwrites_the_card(self):
        self.client.city = "Полтава"
        self._change_file(City="Львів", Street="Нова 5")
        row = self._judge()
        row.action_take_file()
        row.action_apply()
        self.assertEqual((self.client.city, self.client.street), ("Львів", "Нова 5"))

    def test_card_kept_as_right_still_takes_the_other_cells(self):
        self.client.city = "Полтава"
        self._change_file(City="Львів", Street="Нова 5")
        row = self._judge()
        row.action_keep_card()
        self.assertEqual(self._get_outcomes(row), {"street": "take"})
        row.action_apply()
        self.assertEqual((self.client.city, self.client.street), ("Полтава", "Нова 5"))

    def test_card_kept_as_right_in_all_cells_leaves_nothing(self):
        self.client.city = "Полтава"
        self._change_file(City="Львів")
        row = self._judge()
        row.action_keep_card()
        self.assertVerdict(row, "unchanged", "id", self.client)

    def test_phone_taken_out_of_the_file_leaves_the_card(self):
        self._change_file(Phone=VODAFONE)
        self._judge().action_apply()
        self.assertPoints(self.client, [VODAFONE])

    def test_conflict_after_a_choice_of_the_client_is_decided(self):
        self.client.active = False
        self.client.city = "Полтава"
        self._change_file(City="Львів")
        row = self._judge()
        self.assertVerdict(row, "ambiguous", "archived")
        row.action_is_candidate()
        self.assertEqual(row.verdict, "conflict")
        row.action_take_file()
        row.action_apply()
        self.assertEqual((self.client.city, self.client.active), ("Львів", True))

    def test_card_changed_after_the_preview_is_asked_about(self):
        self._change_file(City="Львів")
        row = self._judge()
        self.client.city = "Полтава"
        row.action_apply()
        self.assertEqual((row.state, row.verdict), ("pending", "conflict"))
        self.assertIn("changed since the preview", row.message)
        self.assertEqual(self.client.city, "Полтава")

    def test_other_cells_may_change_after_the_preview(self):
        self._change_file(City="Львів")
        row = self._judge()
        self.client.street = "Нова 5"
        row.action_apply()
        self.assertEqual((self.client.city, self.client.street), ("Львів", "Нова 5"))

    def test_client_who_appeared_after_the_preview_is_not_doubled(self):
        row = self._judge_line(["Name", "Phone"], "Тернопіль Дах", "0632223344")
        client = self._create_client("Тернопіль Дах", phone="0632223344")
        row.action_apply()
        self.assertEqual((row.state, row.verdict), ("pending", "unchanged"))
        self.assertEqual(row.partner_id, client)

    def test_client_deleted_after_the_preview_is_asked_about(self):
        row = self._judge_line(
            ["Name", "Phone", "City"], "Вербиченко Трейд", KYIVSTAR, "Львів"
        )
        self.client.unlink()
        row.action_apply()
        self.assertEqual((row.state, row.verdict), ("pending", "create"))


@tagged("post_install", "-at_install")
class TestQueue(ClientImportCommon):
    """Large files are applied in batches in the background."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("client_base.ir_cron_client_import").sudo()
        cls.lines = [[f"Тернопіль {n}", f"063 222 {n:04}"] for n in range(7)]
        cls.startClassPatcher(patch(f"{WORKER}.FIRST_BATCH", 2))
        cls.startClassPatcher(patch(f"{WORKER}.BATCH", 2))

    def _apply(self):
        return self._apply_file(["Name", "Phone"], *self.lines)

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def _count_clients(self):
        return self.env["res.partner"].search_count([("name", "=like", "Тернопіль _")])

    def test_first_rows_go_in_at_once_and_the_rest_is_queued(self):
        file = self._apply()
        self.assertEqual((file.state, file.done_count), ("applying", 2))
        self.assertAlmostEqual(file.progress, 100 * 2 / 7)
        triggers = self.env["ir.cron.trigger"].sudo()
        self.assertTrue(triggers.search_count([("cron_id", "=", self.cron.id)]))

    def test_cron_applies_the_rest(self):
        file = self._apply()
        self._run_cron()
        self.assertEqual((file.state, file.done_count), ("done", 7))
        self.assertEqual(file.progress, 100)
        self.assertEqual(self._count_clients(), 7)

    def test_cron_works_as_the_user_who_brought_the_file(self):
        file = self._apply()
        self._run_cron()
        self.assertEqual(file.row_ids.partner_id.create_uid, self.client_manager)

    def test_cron_run_again_changes_nothing(self):
        file = self._apply()
        self._run_cron()
        before = file.row_ids.read(["state", "partner_id", "write_date"])
        self._run_cron()
        self.assertEqual(
            file.row_ids.read(["state", "partner_id", "write_date"]), before
        )
        self.assertEqual(self._count_clients(), 7)

    def test_rows_applied_already_are_not_taken_twice(self):
        file = self._apply()
        done = file.row_ids.filtered(lambda row: row.state == "done")
        done.state = "queued"  # as after a crash that lost nothing but the mark
        self._run_cron()
        self.assertEqual(self._count_clients(), 7)

    def test_stopped_file_is_continued(self):
        file = self._apply()
        file.action_stop()
        self.assertEqual((file.state, file.done_count), ("read", 2))
        self._run_cron()
        self.assertEqual(self._count_clients(), 2)
        file.action_apply()
        self._run_cron()
        self.assertEqual((file.state, self._count_clients()), ("done", 7))

    def test_file_being_applied_is_not_read_or_replaced(self):
        file = self._apply()
        with self.assertRaises(UserError):
            file.action_read()
        with self.assertRaises(UserError):
            file.data = self._encode(["Name"], ["Інший"])
        with self.assertRaises(UserError):
            file.action_undo()
        with self.assertRaises(UserError):
            file.unlink()

    def test_file_applied_in_part_keeps_what_its_undo_needs(self):
        file = self._apply()
        file.action_stop()
        with self.assertRaises(UserError):
            file.action_read()
        with self.assertRaises(UserError):
            file.data = self._encode(["Name"], ["Інший"])
        with self.assertRaises(UserError):
            file.unlink()
        self.assertEqual(file.done_count, 2)


@tagged("post_install", "-at_install")
class TestUpdateQueries(ClientImportCommon):
    @warmup
    def test_cards_are_changed_without_a_query_each(self):
        clients = self.env["res.partner"].create(
            [{"name": f"Дах {n}", "phone": f"063 222 {n:04}"} for n in range(100)]
        )
        lines = [[card.name, card.phone, f"dah{card.id}.ua"] for card in clients]
        file = self._read_file(["Name", "Phone", "Сайт"], *lines)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(80):
            file.action_apply()
            self.env.flush_all()
        self.assertEqual(file.done_count, 100)
