import base64
import io

import openpyxl
import xlsxwriter

from odoo.api import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..tools import sheet
from .common import ClientImportCommon

KYIVSTAR = "+380671234567"
VODAFONE = "+380509876543"


@tagged("post_install", "-at_install")
class TestClientExport(ClientImportCommon):
    """Files that can be changed in Excel and brought in again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(
            "=HYPERLINK(1)",
            legal_form="ТОВ",
            phone=f"{KYIVSTAR}, 050 987-65-43",
            email="verba@example.com",
            vat="30571946",
            street="-1+1",
            country_id=cls.env.ref("base.ua").id,
            comment="<p>First<br>@second</p>",
            is_decision_maker=True,
            company_size="small",
            birthdate="1980-02-29",
            category_id=[Command.create({"name": "Опт-Б"})],
            source_id=cls.env["utm.source"].sudo().create({"name": "Ярмарок-Б"}).id,
            user_id=cls.client_user.id,
            sync_source="excel",
            sync_key="000017",
        )
        cls.other = cls._create_client("Журавлина Плюс", phone="ask Olha")
        cls.clients = cls.client + cls.other

    def _export(self, **values):
        """:return: the content of the file"""
        export = self.env["client.export"].create(values)
        export.action_export()
        return base64.b64decode(export.with_context(bin_size=False).data)

    def _get_exported_ids(self, **values):
        table = sheet.open_sheet(self._export(**values))
        return [int(cells[0]) for _number, cells in table.rows]

    def test_selection_is_exported(self):
        ids = self._get_exported_ids(partner_ids=self.client.ids)
        self.assertEqual(ids, self.client.ids)

    def test_group_is_exported(self):
        group = self.env["client.group"].create({"name": "Autumn fair"})
        self.other.client_group_ids = group
        self.assertEqual(self._get_exported_ids(group_id=group.id), self.other.ids)

    def test_all_clients_are_exported_and_nobody_else(self):
        person = self._create_client("Олена", parent_id=self.other.id)
        ids = self._get_exported_ids(scope="all")
        self.assertLessEqual(set(self.clients.ids), set(ids))
        others = person + self.client_user.partner_id + self.env.company.partner_id
        self.assertFalse(set(others.ids) & set(ids))

    def test_group_without_clients_is_not_exported(self):
        group = self.env["client.group"].create({"name": "Autumn fair"})
        with self.assertRaisesRegex(UserError, "no client to export"):
            self._export(group_id=group.id)

    def test_every_cell_is_text(self):
        content = self._export(partner_ids=self.clients.ids)
        table = openpyxl.load_workbook(io.BytesIO(content)).active
        filled = [
            cell for line in table for cell in line if cell.value not in (None, "")
        ]
        self.assertEqual({cell.data_type for cell in filled}, {"s"})
        self.assertIn("=HYPERLINK(1)", [cell.value for cell in filled])
        self.assertIn("-1+1", [cell.value for cell in filled])

    def test_both_formats_say_the_same(self):
        read = [
            [cells for _number, cells in sheet.open_sheet(content).rows]
            for content in (
                self._export(partner_ids=self.clients.ids, file_format="xlsx"),
                self._export(partner_ids=self.clients.ids, file_format="xls"),
            )
        ]
        self.assertEqual(read[0], read[1])
        self.assertEqual(len(read[0]), 2)

    def _read_again(self, content, filename, **values):
        file = self.env["client.import"].create(
            {"data": base64.b64encode(content), "filename": filename, **values}
        )
        file.action_read()
        return file

    def test_columns_are_known_again(self):
        content = self._export(partner_ids=self.clients.ids)
        file = self._read_again(content, "x.xlsx")
        self.assertTrue(all(file.column_ids.mapped("code")))

    def test_same_file_changes_nothing(self):
        for form in ("xlsx", "xls"):
            content = self._export(partner_ids=self.clients.ids, file_format=form)
            file = self._read_again(content, f"x.{form}")
            with self.subTest(form=form):
                self.assertFalse(any(file.row_ids.mapped("changes")))
                verdicts = file.row_ids.mapped("verdict")
                self.assertEqual(verdicts, ["unchanged", "unchanged"])

    def test_same_file_changes_nothing_even_when_empty_cells_count(self):
        content = self._export(partner_ids=self.clients.ids)
        file = self._read_again(content, "x.xlsx", clear_empty=True)
        self.assertFalse(any(file.row_ids.mapped("changes")))

    def test_same_file_changes_nothing_in_another_language(self):
        self.env["res.lang"].sudo()._activate_lang("uk_UA")
        content = self._export(partner_ids=self.clients.ids)
        files = self.env["client.import"].with_context(lang="uk_UA")
        file = files.create({"data": base64.b64encode(content), "filename": "x.xlsx"})
        file.action_read()
        self.assertEqual(file.row_ids.mapped("verdict"), ["unchanged", "unchanged"])

    def assertUntouched(self, partners, **values):
        """Export ``partners``, bring the file in again: nothing may change."""
        content = self._export(partner_ids=partners.ids)
        file = self._read_again(content, "x.xlsx", **values)
        self.assertEqual(len(file.row_ids), len(partners))
        self.assertEqual(set(file.row_ids.mapped("verdict")), {"unchanged"})
        self.assertFalse(any(file.row_ids.mapped("notes")))

    def test_manager_who_left_stays(self):
        self.client.user_id = self.env.ref("base.user_root")
        self.other.user_id = self.client_user
        self.client_user.sudo().active = False
        _header, lines = self._export_lines(self.clients)
        self.assertTrue(any(self.client_user.name in line for line in lines))
        for clear_empty in (False, True):
            with self.subTest(clear_empty=clear_empty):
                self.assertUntouched(self.clients, clear_empty=clear_empty)

    def test_one_of_two_managers_of_one_name_stays(self):
        users = self.client_user + self.internal_user
        users.sudo().name = "Олена Лис"
        self.other.user_id = self.internal_user
        self.assertUntouched(self.clients)
        row = self._judge_line(["Name", "Manager"], "Нова Вербна", "Олена Лис")
        self.assertEqual(row.notes, "Manager: Олена Лис")

    def test_archived_type_stays(self):
        kind = self.env["client.type"].sudo().create({"name": "Давній"})
        self.client.client_type_id = kind
        kind.active = False
        self.assertUntouched(self.client)

    def test_odd_tags_and_sources_stay(self):
        self.client.category_id = [
            Command.create({"name": name}) for name in ("a, b", "в; г", " x ", "a")
        ]
        source = self.env["utm.source"].sudo().create({"name": "Two  spaces"})
        self.client.source_id = source
        self.assertUntouched(self.client, clear_empty=True)

    def test_tag_is_added_beside_an_odd_one(self):
        self.client.category_id = [Command.set([]), Command.create({"name": "a, b"})]
        header, [line] = self._export_lines(self.client)
        line[header.index("Tags")] += ", Новий"
        self._apply_file(header, line)
        names = self.client.category_id.mapped("name")
        self.assertEqual(sorted(names), ["a, b", "Новий"])

    def test_long_note_does_not_stop_the_export(self):
        self.client.comment = f"<p>{'дуже довга нотатка ' * 3000}</p>"
        self.assertUntouched(self.clients, clear_empty=True)

    def test_person_is_exported_as_the_client(self):
        person = self._create_client("Олена", parent_id=self.other.id)
        own = self.env.company.partner_id
        ids = self._get_exported_ids(partner_ids=(person + own).ids)
        self.assertEqual(ids, self.other.ids)

    def _add_person(self, **values):
        return self._create_client(
            "Олена Вербна",
            parent_id=self.other.id,
            function="Бухгалтер",
            phone=f"{KYIVSTAR}, {VODAFONE}",
            email="olena@example.com",
            **values,
        )

    def test_person_stands_beside_the_client(self):
        person = self._add_person()
        header, [line] = self._export_lines(self.other)
        start = header.index("Contact person")
        phones = "+380 67 123 4567, +380 50 987 6543"
        self.assertEqual(
            line[start : start + 4],
            ["Олена Вербна", "Бухгалтер", phones, "olena@example.com"],
        )
        for clear_empty in (False, True):
            self.assertUntouched(self.clients, clear_empty=clear_empty)
        line[start + 3] = "new@example.com"
        self._apply_file(header, line)
        self.assertEqual(self.other.child_ids, person)
        self.assertPoints(person, ["olena@example.com", "new@example.com"], "email")

    def test_nameless_and_odd_people_stay(self):
        self._create_client("", type="contact", parent_id=self.other.id, phone="12")
        self._create_client(" О.  Л. ", parent_id=self.client.id, phone="ask Olha")
        self.assertUntouched(self.clients)

    def test_archived_client_is_exported(self):
        self.clients.active = False
        ids = self._get_exported_ids(partner_ids=self.clients.ids)
        self.assertEqual(sorted(ids), sorted(self.clients.ids))
        self.assertUntouched(self.clients)
        self.assertFalse(any(self.clients.mapped("active")))

    def test_client_of_another_company_is_left_out(self):
        companies = self.env["res.company"].with_user(SUPERUSER_ID)
        other_company = companies.create({"name": "Another Company"})
        self.other.sudo().company_id = other_company
        ids = self._get_exported_ids(partner_ids=self.clients.ids)
        self.assertEqual(ids, self.client.ids)

    def test_everything_in_the_file_reaches_a_new_card(self):
        content = self._export(partner_ids=self.client.ids)
        table = sheet.open_sheet(content)
        [(_number, line)] = list(table.rows)
        for label in ("Client ID (do not change)", "Version mark (do not change)"):
            line[table.header.index(label)] = ""
        self.client.unlink()
        copy = self._apply_file(table.header, line).row_ids.partner_id
        header, [again] = self._export_lines(copy)
        self.assertEqual(header, table.header)
        self.assertEqual(again[1:-1], line[1:-1])


@tagged("post_install", "-at_install")
class TestBadFiles(ClientImportCommon):
    """A file that is none is refused in words, and nothing of it is stored."""

    def _bring(self, content, filename="clients.xlsx"):
        return self.env["client.import"].create(
            {"data": base64.b64encode(content), "filename": filename}
        )

    def _count(self, domain):
        stored = self.env["ir.attachment"].sudo().search_count(domain)
        return stored, self.env["client.import"].search_count([])

    def assertRefused(self, content, words, filename="clients.xlsx"):
        domain = [("res_model", "=", "client.import")]
        before = self._count(domain)
        # the savepoint stands for the request that ends with the error
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            self._bring(content, filename)
        self.assertEqual(self._count(domain), before)

    def test_picture_is_refused(self):
        self.assertRefused(b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "not an Excel or CSV")

    def test_web_page_called_xls_is_refused(self):
        page = b"<html><table><tr><td>Name</td></tr></table></html>"
        self.assertRefused(page, "not an Excel or CSV", "clients.xls")

    def test_protected_file_is_refused(self):
        package = "EncryptedPackage".encode("utf-16-le")
        magic = bytes.fromhex("d0cf11e0a1b11ae1")
        content = magic + b"\0" * 600 + package + b"\0" * 600
        self.assertRefused(content, "password")

    def test_empty_file_is_refused(self):
        self.assertRefused(b"", "empty")
        self.assertRefused(b" \r\n ", "empty", "clients.csv")

    def test_damaged_file_is_refused(self):
        content = sheet.write_xlsx(["Name"], [["Дах"]])
        self.assertRefused(content[: len(content) // 2], "damaged")

    def test_file_without_rows_is_refused(self):
        self.assertRefused(sheet.write_xlsx(["Name", "Phone"], []), "no row")

    def test_file_with_a_cell_far_away_is_refused(self):
        target = io.BytesIO()
        book = xlsxwriter.Workbook(target, {"in_memory": True})
        table = book.add_worksheet()
        table.write_row(0, 0, ["Name", "Phone"])
        table.write_row(1, 0, ["Дах", KYIVSTAR])
        table.write_string(1_048_575, 16_383, "x")
        book.close()
        self.assertRefused(target.getvalue(), "columns")

    def test_text_that_is_no_base64_is_refused(self):
        with self.assertRaises(UserError):
            self.env["client.import"].create({"data": "!", "filename": "x.xlsx"})

    def test_csv_of_another_encoding_is_read(self):
        file = self._bring(
            "Название;Телефон\r\nКровля;8 (495) 123-45-67\r\n".encode("cp1251"),
            "clients.csv",
        )
        file.action_read()
        self.assertEqual(file.row_ids.name, "Кровля")

    def test_formula_guard_of_csv_is_taken_off(self):
        content = sheet.write_csv(["Name", "Phone"], [["=Дах", KYIVSTAR]])
        file = self._bring(content, "clients.csv")
        file.action_read()
        self.assertEqual(file.row_ids.name, "=Дах")
