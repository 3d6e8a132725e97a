from odoo.tests import tagged

from .common import ClientImportCommon

HEADER = ["Key", "Name", "City"]


@tagged("post_install", "-at_install")
class TestImportMerged(ClientImportCommon):
    """Files that carry the id or the key of a card that was merged since."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stays = cls._create_client(
            "Вербиченко Трейд",
            phone="+380671110001",
            is_company=True,
            sync_source="excel",
            sync_key="K-1",
        )
        cls.gone = cls._create_client(
            "Вербіченко-Трейд",
            phone="+380671110002",
            is_company=True,
            sync_source="excel",
            sync_key="K-2",
        )
        cls.third = cls._create_client(
            "Тернопіль Дах", phone="+380671110003", sync_source="excel", sync_key="K-3"
        )
        cls.cards = cls.stays | cls.gone | cls.third

    def _merge(self, survivor, sources):
        return self.env["client.merge"]._merge(survivor, sources)

    def _change(self, header, lines, name, **texts):
        """Write into the line of a client of an exported file."""
        [line] = [line for line in lines if name in line]
        for label, text in texts.items():
            line[header.index(label)] = text

    def test_exported_merged_and_brought_back(self):
        header, lines = self._export_lines(self.cards)
        self._merge(self.stays, self.gone)
        self._change(header, lines, "Вербіченко-Трейд", City="Полтава")
        self._change(header, lines, "Тернопіль Дах", City="Бар")
        file = self._read_file(header, *lines)
        self.assertEqual(file.rejected_count, 0)
        self.assertEqual(file.ask_count, 0, file.row_ids.mapped("reason"))
        self.assertEqual(file.update_count, 2)
        file.action_apply()
        self.assertEqual(self.stays.city, "Полтава")
        self.assertEqual(self.third.city, "Бар")
        self.assertEqual(self.stays.name, "Вербиченко Трейд")
        self.assertFalse(self.gone.active)
        self.assertFalse(self.gone.city)

    def test_both_rows_change_the_client(self):
        header, lines = self._export_lines(self.cards)
        self._merge(self.stays, self.gone)
        self._change(header, lines, "Вербіченко-Трейд", City="Полтава")
        self._change(header, lines, "Вербиченко Трейд", Street="вул. Садова, 7")
        self._apply_file(header, *lines)
        self.assertEqual(self.stays.city, "Полтава")
        self.assertEqual(self.stays.street, "вул. Садова, 7")

    def test_second_word_on_one_field_is_asked_about(self):
        header, lines = self._export_lines(self.cards)
        self._merge(self.stays, self.gone)
        self._change(header, lines, "Вербиченко Трейд", City="Полтава")
        self._change(header, lines, "Вербіченко-Трейд", City="Суми")
        file = self._apply_file(header, *lines)
        self.assertIn(self.stays.city, ("Полтава", "Суми"))
        self.assertEqual(len(file.row_ids.filtered("message")), 1)

    def test_chain_of_merges_leads_to_its_end(self):
        header, lines = self._export_lines(self.cards)
        self._merge(self.stays, self.gone)
        self._merge(self.third, self.stays)
        self._change(header, lines, "Вербіченко-Трейд", City="Полтава")
        file = self._apply_file(header, *lines)
        self.assertEqual(file.rejected_count, 0)
        self.assertEqual(self.third.city, "Полтава")

    def test_old_key_means_the_client_and_leaves_his_key(self):
        self._merge(self.stays, self.gone)
        row = self._judge_line(HEADER, "K-2", "Вербиченко Трейд", "Полтава")
        self.assertVerdict(row, "update", "sync_key", self.stays)
        row.action_apply()
        self.assertEqual(self.stays.city, "Полтава")
        self.assertEqual((self.stays.sync_key, self.gone.sync_key), ("K-1", "K-2"))

    def test_old_key_of_a_client_without_one(self):
        self._merge(self.stays, self.gone)
        self.stays.sync_key = False
        row = self._judge_line(HEADER, "K-2", "Вербиченко Трейд", "Полтава")
        self.assertVerdict(row, "update", "sync_key", self.stays)
        row.action_apply()
        self.assertEqual((row.state, self.stays.city), ("done", "Полтава"))

    def test_undone_merge_gives_the_key_back(self):
        self._merge(self.stays, self.gone).action_undo()
        row = self._judge_line(HEADER, "K-2", "Вербіченко-Трейд", "Полтава")
        self.assertVerdict(row, "update", "sync_key", self.gone)

    def test_tax_id_of_a_merged_card_leads_to_the_client(self):
        self.stays.vat, self.gone.vat = "UA12345678", "UA87654321"
        self._merge(self.stays, self.gone)
        row = self._judge_line(["Name", "Tax ID"], "Вербиченко Трейд", "87654321")
        self.assertEqual((row.verdict, row.reason_code), ("ambiguous", "merged"))
        self.assertEqual(row.candidate_ids, self.stays)

    def test_script_with_the_old_id_finds_the_client(self):
        self._merge(self.stays, self.gone)
        found = self.env(user=self.sync_user)["res.partner"].client_find(
            {"id": self.gone.id}
        )
        self.assertEqual((found["status"], found["id"]), ("found", self.stays.id))

    def test_key_told_of_the_merged_card_means_the_client(self):
        self.env["client.sync.key"].sudo().create(
            {
                "company_id": self.env.company.id,
                "source": "bas",
                "key": "77",
                "partner_id": self.gone.id,
            }
        )
        self._merge(self.stays, self.gone)
        line = ["77", "Вербіченко-Трейд", "Суми"]
        row = self._judge_line(HEADER, *line, sync_source="bas")
        self.assertEqual((row.verdict, row.partner_id), ("update", self.stays))
