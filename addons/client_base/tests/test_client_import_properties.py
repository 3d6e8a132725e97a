from odoo.api import SUPERUSER_ID
from odoo.tests import tagged

from ..tools.property_columns import make_code
from .common import ClientImportCommon

LANGUAGES = ("en_US", "uk_UA", "ru_RU")
VERBA = "Вербиченко Трейд"
SHOP_FIELDS = [
    {"name": "hall", "string": "Зала, м²", "type": "integer"},
    {"name": "rent", "string": "Оренда", "type": "float"},
    {"name": "hours", "string": "Години", "type": "char"},
    {"name": "story", "string": "Історія", "type": "text"},
    {"name": "chain", "string": "Мережа", "type": "boolean"},
    {"name": "opened", "string": "Відкрито", "type": "date"},
    {"name": "visit", "string": "Візит", "type": "datetime"},
    {
        "name": "kitchen",
        "string": "Кухня",
        "type": "selection",
        "selection": [["it", "Італійська"], ["ua", "Українська"]],
    },
    {
        "name": "brands",
        "string": "Марки",
        "type": "tags",
        "tags": [["a", "Альфа, Ко", 1], ["b", "Бета", 2]],
    },
    {
        "name": "origin",
        "string": "Країна товару",
        "type": "many2one",
        "comodel": "res.country",
    },
    {
        "name": "markets",
        "string": "Ринки",
        "type": "many2many",
        "comodel": "res.country",
    },
    {"name": "phone", "string": "Phone", "type": "char"},
]
SHOP_VALUES = {
    "hall": 85,
    "rent": 12.5,
    "hours": "9-20",
    "story": "Перший рядок\nдругий",
    "chain": True,
    "opened": "2019-05-04",
    "visit": "2026-03-02 07:30:00",
    "kitchen": "it",
    "brands": ["a", "b"],
    "phone": "12-34",
}


class PropertyFilesCommon(ClientImportCommon):
    """A type with a field of every kind, and another with a field of the same name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        types = cls.env["client.type"].with_user(SUPERUSER_ID)
        cls.country = cls.env.ref("base.ua")
        cls.shop = types.create(
            {
                "name": "Крамниця",
                "properties_definition": SHOP_FIELDS,
            }
        )
        cls.depot = types.create(
            {
                "name": "Склад",
                "properties_definition": [
                    {"name": "gates", "string": "Ворота", "type": "integer"},
                    {"name": "open", "string": "Години", "type": "char"},
                ],
            }
        )
        cls.client = cls._create_client(
            client_type_id=cls.shop.id,
            email="trade@verby.example.com",
            client_properties={
                **SHOP_VALUES,
                "origin": cls.country.id,
                "markets": cls.country.ids,
            },
        )
        cls.other = cls._create_client(
            "Журавлина Плюс",
            client_type_id=cls.depot.id,
            client_properties={"gates": 3, "open": "24/7"},
        )
        cls.clients = cls.client + cls.other

    def _get(self, name, partner=None):
        return (partner or self.client).client_properties._values.get(name)

    def _speak(self, lang):
        self.env = self.env(context=dict(self.env.context, lang=lang))
        self.env.user.sudo().lang = lang

    def _change_cell(self, partner, label, text, **values):
        """Export a client, write another text into a cell and read the file."""
        header, [line] = self._export_lines(partner)
        line[header.index(label)] = text
        return self._read_file(header, line, **values).row_ids


@tagged("post_install", "-at_install")
class TestPropertyExport(PropertyFilesCommon):
    """The extra fields of a type are columns of an export."""

    def test_values_are_written_by_their_names(self):
        header, lines = self._export_lines(self.clients)
        texts = dict(zip(header, lines[0], strict=True))
        self.assertEqual(texts["Зала, м²"], "85")
        self.assertEqual(texts["Оренда"], "12.5")
        self.assertEqual(texts["Мережа"], "Yes")
        self.assertEqual(texts["Відкрито"], "2019-05-04")
        self.assertEqual(texts["Кухня"], "Італійська")
        self.assertEqual(texts["Марки"], "Альфа, Ко, Бета")
        self.assertEqual(texts["Країна товару"], self.country.name)
        self.assertEqual(texts["Ворота"], "")

    def test_type_stands_in_the_header_where_two_would_be_alike(self):
        header, lines = self._export_lines(self.clients)
        self.assertEqual(lines[0][header.index("Крамниця: Години")], "9-20")
        self.assertEqual(lines[1][header.index("Склад: Години")], "24/7")
        self.assertEqual(lines[0][header.index("Крамниця: Phone")], "12-34")
        self.assertEqual(len(header), len(set(header)))

    def test_only_types_of_the_clients_have_columns(self):
        header, _lines = self._export_lines(self.other)
        self.assertIn("Ворота", header)
        self.assertNotIn("Кухня", header)

    def test_same_file_changes_nothing(self):
        for clear_empty in (False, True):
            header, lines = self._export_lines(self.clients)
            file = self._read_file(header, *lines, clear_empty=clear_empty)
            with self.subTest(clear_empty=clear_empty):
                self.assertTrue(all(file.column_ids.mapped("code")))
                self.assertEqual(set(file.row_ids.mapped("verdict")), {"unchanged"})
                self.assertFalse(any(file.row_ids.mapped("problems")))
                self.assertFalse(any(file.row_ids.mapped("notes")))

    def test_same_file_changes_nothing_in_every_language(self):
        base = self.env(su=True)
        for lang in LANGUAGES:
            base["res.lang"]._activate_lang(lang)
        modules = base["ir.module.module"].search(
            [("name", "in", ["base", "client_base"])]
        )
        modules._update_translations(LANGUAGES)
        self.shop.with_context(lang="ru_RU").name = "Лавка"
        for lang in LANGUAGES:
            self._speak(lang)
            self.env.user.sudo().tz = "Europe/Kyiv"
            header, lines = self._export_lines(self.clients)
            for reader in LANGUAGES:
                self._speak(reader)
                self.env.user.sudo().tz = "Asia/Tokyo"
                file = self._read_file(header, *lines)
                with self.subTest(lang=lang, reader=reader):
                    self.assertTrue(all(file.column_ids.mapped("code")))
                    verdicts = set(file.row_ids.mapped("verdict"))
                    self.assertEqual(verdicts, {"unchanged"})

    def test_deleted_option_and_record_stay_out_of_the_file(self):
        country = self.env["res.country"].sudo().create({"name": "Дика", "code": "XX"})
        values = self.client.client_properties._values
        self.client.client_properties = {**values, "origin": country.id}
        country.unlink()
        definition = self.shop.properties_definition
        definition[7]["selection"] = [["ua", "Українська"]]
        self.shop.properties_definition = definition
        header, [line] = self._export_lines(self.client)
        self.assertEqual(line[header.index("Країна товару")], "")
        self.assertEqual(line[header.index("Кухня")], "")

    def test_types_without_fields_add_no_column(self):
        self.env["client.type"].sudo().search([]).properties_definition = False
        header, _lines = self._export_lines(self.clients)
        self.assertNotIn("Ворота", header)


@tagged("post_install", "-at_install")
class TestPropertyImport(PropertyFilesCommon):
    """Cells for the extra fields of a type are judged like all the others."""

    def test_changed_cells_are_shown_and_written(self):
        cases = {
            "Зала, м²": ("1 200", "hall", 1200),
            "Оренда": ("99,90", "rent", 99.9),
            "Мережа": ("ні", "chain", False),
            "Відкрито": ("31.12.2020", "opened", "2020-12-31"),
            "Візит": ("2026-03-02 10:00", "visit", "2026-03-02 10:00:00"),
            "Кухня": ("українська", "kitchen", "ua"),
            "Марки": ("Бета", "brands", ["b"]),
            "Країна товару": ("Poland", "origin", self.env.ref("base.pl").id),
        }
        self.env.user.sudo().tz = "UTC"
        for label, (text, name, value) in cases.items():
            row = self._change_cell(self.client, label, text)
            with self.subTest(label=label):
                self.assertVerdict(row, "update", "id", self.client)
                self.assertRegex(row.change_summary, f"^{label}: .+ → .+$")
                row.action_apply()
                self.assertEqual(row.state, "done", row.message)
                self.assertEqual(self._get(name), value)
        self.assertEqual(self._get("hours"), "9-20")

    def test_journal_tells_the_field_and_undo_gives_it_back(self):
        row = self._change_cell(self.client, "Кухня", "Українська")
        row.import_id.action_apply()
        change = self.client.client_change_ids
        self.assertEqual(change.field_label, "Кухня")
        self.assertEqual(change.old_value, "Італійська")
        self.assertEqual(change.new_value, "Українська")
        row.import_id.action_undo()
        self.assertEqual(self._get("kitchen"), "it")
        self.assertEqual(change.state, "undone")

    def test_value_changed_since_is_not_undone(self):
        row = self._change_cell(self.client, "Зала, м²", "90")
        row.import_id.action_apply()
        values = self.client.client_properties._values
        self.client.client_properties = {**values, "hall": 100}
        row.import_id.action_undo()
        self.assertEqual(self._get("hall"), 100)
        self.assertEqual(row.state, "kept")

    def test_field_changed_on_both_sides_is_a_conflict(self):
        header, [line] = self._export_lines(self.client)
        values = self.client.client_properties._values
        self.client.client_properties = {**values, "hall": 100}
        line[header.index("Зала, м²")] = "90"
        row = self._read_file(header, line).row_ids
        self.assertVerdict(row, "conflict", "id", self.client)
        row.action_take_file()
        row.action_apply()
        self.assertEqual(self._get("hall"), 90)

    def test_cell_not_touched_does_not_overwrite_a_newer_value(self):
        header, [line] = self._export_lines(self.client)
        values = self.client.client_properties._values
        self.client.client_properties = {**values, "hall": 100}
        row = self._read_file(header, line).row_ids
        self.assertVerdict(row, "unchanged", "id", self.client)

    def test_emptied_cell_empties_the_field_only_when_told_so(self):
        row = self._change_cell(self.client, "Кухня", "")
        self.assertEqual(row.verdict, "unchanged")
        row = self._change_cell(self.client, "Кухня", "", clear_empty=True)
        row.action_apply()
        self.assertFalse(self._get("kitchen"))
        self.assertEqual(self._get("hall"), 85)

    def test_unknown_option_is_told_about(self):
        row = self._change_cell(self.client, "Кухня", "Мексиканська")
        self.assertEqual(row.notes, "Кухня: Мексиканська")
        row.action_apply()
        self.assertEqual(self._get("kitchen"), "it")

    def test_number_that_is_none_is_told_about(self):
        row = self._change_cell(self.client, "Зала, м²", "велика")
        self.assertEqual(row.notes, "Зала, м²: велика")

    def test_field_of_another_type_is_told_about(self):
        header, lines = self._export_lines(self.clients)
        lines[0][header.index("Ворота")] = "7"
        lines[0][header.index("City")] = "Луцьк"
        file = self._read_file(header, *lines)
        row = file.row_ids[0]
        self.assertEqual(
            row.problem_text,
            "Ворота: 7 (a client of the type Крамниця has no such field)",
        )
        file.action_apply()
        self.assertEqual(self.client.city, "Луцьк")
        self.assertNotIn("gates", self.client.client_properties._values)
        self.assertIn("Ворота: 7", self.client.comment)

    def test_client_without_a_type_has_no_such_field(self):
        self.other.client_type_id = False
        row = self._judge_line(["Name", "Ворота"], self.other.name, "4")
        self.assertNotIn("Ворота:", row.change_summary.replace("Notes: Ворота:", ""))
        row = self._judge_line(["Name", "Ворота"], "Нова Вербна", "4")
        self.assertRegex(row.problem_text, "client without a type")

    def test_row_may_give_the_type_as_well(self):
        header, [line] = self._export_lines(self.client)
        header.append("Ворота")
        line.append("5")
        line[header.index("Client Type")] = "Склад"
        row = self._read_file(header, line).row_ids
        self.assertFalse(row.problems)
        row.import_id.action_apply()
        self.assertEqual(self.client.client_type_id, self.depot)
        self.assertEqual(self._get("gates"), 5)
        row.import_id.action_undo()
        self.assertEqual(self.client.client_type_id, self.shop)
        self.assertEqual(self._get("hall"), 85)
        self.client.client_type_id = self.depot
        self.assertFalse(self._get("gates"))

    def test_new_client_gets_the_fields_of_its_type(self):
        header = ["Name", "Client Type", "Зала, м²", "Марки"]
        file = self._apply_file(header, ["Нова Вербна", "Крамниця", "40", "Бета"])
        card = file.row_ids.partner_id
        self.assertEqual(self._get("hall", card), 40)
        self.assertEqual(self._get("brands", card), ["b"])
        file.action_undo()
        self.assertFalse(card.active)

    def test_new_client_is_of_the_type_of_the_file(self):
        file = self._apply_file(
            ["Name", "Ворота"], ["Нова Вербна", "2"], client_type_id=self.depot.id
        )
        self.assertEqual(self._get("gates", file.row_ids.partner_id), 2)

    def test_new_client_whose_field_was_filled_in_since_stays(self):
        header = ["Name", "Client Type", "Зала, м²"]
        file = self._apply_file(header, ["Нова Вербна", "Крамниця", "40"])
        card = file.row_ids.partner_id
        card.client_properties = {**card.client_properties._values, "hours": "8-17"}
        file.action_undo()
        self.assertTrue(card.active)

    def test_field_deleted_since_the_file_was_read_stops_nothing(self):
        row = self._change_cell(self.other, "Ворота", "9")
        second = self._change_cell(self.other, "Ворота", "8")
        second.import_id.action_apply()
        self.depot.properties_definition = False
        row.import_id.action_apply()
        self.assertEqual(row.state, "pending")
        second.import_id.action_undo()
        self.assertEqual(second.state, "kept")
        self.assertTrue(second.change_ids.field_label)

    def test_layout_is_remembered(self):
        header = ["Name", "Площа торгова"]
        file = self._make_file(header, ["Нова Вербна", "40"])
        code = make_code(self.shop.id, "hall")
        file.column_ids[1].code = code
        file.client_type_id = self.shop
        file.action_read()
        file.action_apply()
        again = self._make_file(header, ["Вишнева Верба", "41"])
        self.assertEqual(again.column_ids[1].code, code)

    def test_many_records_are_found_by_name(self):
        self.patch(self.env.registry["client.sheet"], "_many_records", 3)
        row = self._change_cell(self.client, "Країна товару", "Poland")
        row.action_apply()
        self.assertEqual(self._get("origin"), self.env.ref("base.pl").id)
        row = self._change_cell(self.client, "Ринки", "Poland, Ukraine")
        row.action_apply()
        self.assertEqual(len(self._get("markets")), 2)
        header, lines = self._export_lines(self.clients)
        file = self._read_file(header, *lines)
        self.assertEqual(set(file.row_ids.mapped("verdict")), {"unchanged"})

    def test_rows_are_judged_without_a_query_each(self):
        names = [f"Верба {number}" for number in range(60)]
        header = ["Name", "Client Type", "Зала, м²", "Кухня"]
        counts = []
        for part in (names[:20], names[20:]):
            lines = [[name, "Крамниця", "40", "Українська"] for name in part]
            file = self._make_file(header, *lines)
            before = self.env.cr.sql_log_count
            file.action_read()
            file.action_apply()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 30)


@tagged("post_install", "-at_install")
class TestOtherCompany(ClientImportCommon):
    """A file with clients of several companies is brought into one of them."""

    def test_client_of_my_other_company_is_told_from_no_client(self):
        base = self.env["res.company"].with_user(SUPERUSER_ID)
        mine, strange = base.create([{"name": "Друга"}, {"name": "Чужа"}])
        self.client_manager.sudo().company_ids += mine
        header = ["Client ID (do not change)", "Name"]
        for company, code in ((mine, "other_company"), (strange, "unknown_id")):
            client = self._create_client(company_id=False)
            client.sudo().company_id = company
            row = self._judge_line(header, str(client.id), VERBA)
            with self.subTest(company=company.name):
                self.assertVerdict(row, "rejected", code)
                self.assertEqual("Друга" in row.reason, company == mine)
                self.assertNotIn("Чужа", row.reason)
                self.assertEqual(row.column, header[0])
