import random
import string
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged, users

from odoo.addons.client_base.tests.common import ClientImportCommon
from odoo.addons.client_base.tools import sheet

from .common import RiskCommon

HEADER = ["Client code", "Client", "Date", "Number", "Product", "Quantity", "Amount"]


@tagged("post_install", "-at_install")
class TestClientImportPurchase(RiskCommon, ClientImportCommon):
    """A file with purchases: judged row by row, stored as documents, undone."""

    def _read_purchases(self, *lines, header=HEADER, **values):
        """:return: a file of purchases with its rows judged"""
        values = {"kind": "transaction", "sync_source": "1c", **values}
        return self._read_file(header, *lines, **values)

    def _apply_purchases(self, *lines, **values):
        file = self._read_purchases(*lines, **values)
        file.action_apply()
        return file

    def _get_documents(self):
        """:return: documents of the client, the oldest first"""
        found = self.env["client.transaction"].search(
            [("partner_id", "=", self.client.id)]
        )
        return found.sorted("date")

    def _get_verdicts(self, file):
        return [(row.verdict, row.reason_code) for row in file.row_ids]

    # === READING ===

    @users("client_manager")
    def test_number_of_thousands_of_signs_costs_its_own_row_alone(self):
        number = "".join(random.Random(1).choices(string.ascii_letters, k=20000))
        file = self._read_purchases(
            ["C-1", "", "03.02.2026", number, "Paint", "2", "1500"],
            ["C-1", "", "03.02.2026", "7", "Paint", "2", "1500"],
        )
        self.assertEqual(
            self._get_verdicts(file),
            [("rejected", "doc_refused"), ("create", "doc_new")],
        )

    @users("client_manager")
    def test_nothing_is_written_before_it_is_applied(self):
        file = self._read_purchases(
            ["C-1", "", "03.02.2026", "7", "Paint", "2", "1 500,50"]
        )
        self.assertEqual(self._get_verdicts(file), [("create", "doc_new")])
        self.assertEqual(file.row_ids.partner_id, self.client)
        self.assertFalse(self._get_documents())

    @users("client_manager")
    def test_rows_of_one_number_are_lines_of_one_document(self):
        self._apply_purchases(
            ["C-1", "", "03.02.2026", "7", "Paint", "2", "1 500,50"],
            ["C-1", "", "03.02.2026", "7", "Brush", "3", "99.50"],
            ["C-1", "", "05.02.2026", "8", "Brush", "1", "33"],
        )
        first, second = self._get_documents()
        self.assertRecordValues(
            first, [{"amount": 1600, "kind": "shipment", "number": "7", "source": "1c"}]
        )
        self.assertEqual(first.line_ids.mapped("product"), ["Paint", "Brush"])
        self.assertEqual(second.amount, 33)

    @users("client_manager")
    def test_client_is_judged_at_once(self):
        self._apply_purchases(["C-1", "", "03.02.2026", "7", "", "", "100"])
        profile = self.env["client.profile"].search(
            [("partner_id", "=", self.client.id)]
        )
        self.assertEqual(profile.purchase_count, 1)

    @users("client_manager")
    def test_name_that_one_client_alone_has_will_do(self):
        name = self.other_client.name
        file = self._read_purchases(["", name, "03.02.2026", "7", "", "", "100"])
        self.assertEqual(self._get_verdicts(file), [("create", "doc_new")])
        self.assertEqual(file.row_ids.partner_id, self.other_client)

    @users("client_manager")
    def test_bad_rows_say_what_is_wrong(self):
        file = self._read_purchases(
            ["C-9", "Hryvnia Whole", "03.02.2026", "1", "", "", "100"],
            ["C-1", "", "soon", "2", "", "", "100"],
            ["C-1", "", "03.02.2026", "3", "", "", "many"],
            ["C-1", "", "03.02.2026", "4", "", "", ""],
            ["", "Всього", "", "", "", "", "300"],
        )
        codes = [code for _verdict, code in self._get_verdicts(file)]
        self.assertEqual(
            codes,
            [
                "doc_unknown_client",
                "doc_bad_date",
                "doc_bad_number",
                "doc_missing",
                "total",
            ],
        )
        self.assertIn("soon", file.row_ids[1].reason)
        self.assertIn("Amount", file.row_ids[3].reason)
        file.action_apply()
        self.assertFalse(self._get_documents())

    @users("client_manager")
    def test_document_with_a_bad_row_waits_as_a_whole(self):
        file = self._read_purchases(
            ["C-1", "", "03.02.2026", "7", "Paint", "2", "100"],
            ["C-1", "", "03.02.2026", "7", "Brush", "3", "?"],
            ["C-1", "", "03.02.2026", "8", "Paint", "2", "100"],
            ["C-2", "", "03.02.2026", "8", "Brush", "3", "100"],
        )
        codes = [code for _verdict, code in self._get_verdicts(file)]
        self.assertEqual(codes[2:], ["doc_part", "doc_other"])
        self.assertEqual(codes[1], "doc_bad_number")

    @users("client_manager")
    def test_unknown_currency_is_refused(self):
        file = self._read_purchases(
            ["C-1", "03.02.2026", "5", "ZZZ"],
            header=["Client code", "Date", "Amount", "Currency"],
        )
        self.assertEqual(self._get_verdicts(file), [("rejected", "doc_refused")])
        self.assertIn("ZZZ", file.row_ids.reason)

    def test_file_without_a_day_or_an_amount_is_refused(self):
        file = self._make_file(
            ["Client code", "Date"], ["C-1", "1"], kind="transaction"
        )
        with self.assertRaisesRegex(UserError, "amount"):
            file.action_read()

    def test_columns_of_documents_mean_nothing_in_a_file_of_clients(self):
        file = self._make_file(["Client", "Amount"], ["New Firm", "7"])
        file.column_ids[1].code = "doc_amount"
        file.action_read()
        self.assertEqual(file.row_ids.verdict, "create")

    # === AGAIN ===

    @users("client_manager")
    def test_the_same_file_again_changes_nothing(self):
        lines = (
            ["C-1", "", "03.02.2026", "7", "Paint", "2", "100"],
            ["C-1", "", "04.02.2026", "", "Paint", "2", "50"],
        )
        self._apply_purchases(*lines)
        again = self._apply_purchases(*lines)
        self.assertEqual(set(again.row_ids.mapped("verdict")), {"unchanged"})
        self.assertEqual(len(self._get_documents()), 2)

    @users("client_manager")
    def test_changed_document_is_shown_and_told_anew(self):
        self._apply_purchases(["C-1", "", "03.02.2026", "7", "Paint", "2", "100"])
        file = self._read_purchases(["C-1", "", "03.02.2026", "7", "Paint", "3", "150"])
        self.assertEqual(self._get_verdicts(file), [("update", "doc_known")])
        self.assertIn("100.00 → 150.00", file.row_ids.change_summary)
        file.action_apply()
        self.assertEqual(self._get_documents().amount, 150)
        file.action_undo()
        self.assertEqual(self._get_documents().amount, 100)
        self.assertEqual(self._get_documents().line_ids.quantity, 2)

    @users("client_manager")
    def test_archived_document_stays_away(self):
        line = ["C-1", "", "03.02.2026", "7", "Paint", "2", "100"]
        self._apply_purchases(line)
        self._get_documents().active = False
        file = self._read_purchases(line)
        self.assertEqual(self._get_verdicts(file), [("rejected", "doc_gone")])

    @users("client_manager")
    def test_what_changed_since_the_preview_is_asked_again(self):
        line = ["C-1", "", "03.02.2026", "7", "Paint", "2", "100"]
        file = self._read_purchases(line)
        self._apply_purchases(["C-1", "", "03.02.2026", "7", "Paint", "2", "90"])
        file.action_apply()
        self.assertRecordValues(
            file.row_ids, [{"verdict": "update", "state": "pending"}]
        )
        self.assertEqual(self._get_documents().amount, 90)

    # === UNDO ===

    @users("client_manager")
    def test_undo_takes_new_documents_back(self):
        file = self._apply_purchases(
            ["C-1", "", "03.02.2026", "7", "Paint", "2", "100"],
            ["C-1", "", "03.02.2026", "7", "Brush", "2", "10"],
        )
        file.action_undo()
        self.assertFalse(self._get_documents())
        self.assertEqual(set(file.row_ids.mapped("state")), {"undone"})
        self.assertEqual(file.state, "undone")

    @users("client_manager")
    def test_undo_leaves_what_a_person_changed(self):
        file = self._apply_purchases(["C-1", "", "03.02.2026", "7", "", "", "100"])
        self._get_documents().amount = 70
        file.action_undo()
        self.assertEqual(file.row_ids.state, "kept")
        self.assertEqual(self._get_documents().amount, 70)

    # === WHO IS IT ===

    @users("client_manager")
    def test_one_decision_does_for_all_rows_of_the_client(self):
        twins = [self._create_client("Зоряний Млин") for _one in range(2)]
        lines = [
            ["", "Зоряний Млин", f"0{day}.02.2026", "", "", "", "100"]
            for day in (3, 4, 4)
        ]
        file = self._read_purchases(*lines)
        self.assertEqual(set(file.row_ids.mapped("verdict")), {"ambiguous"})
        with self.assertRaisesRegex(UserError, "make no clients"):
            file.row_ids[0].action_is_new()
        file.row_ids[0].action_is_client(twins[1].id)
        self.assertEqual(set(file.row_ids.mapped("verdict")), {"create"})
        file.action_apply()
        found = self.env["client.transaction"].search(
            [("partner_id", "=", twins[1].id)], order="date"
        )
        self.assertEqual(found.mapped("amount"), [100, 200])

    # === LARGE FILES, WHO MAY ===

    @users("client_manager")
    def test_large_file_is_applied_in_whole_documents(self):
        lines = [
            ["C-1", "", "03.02.2026", str(number // 3), "Paint", "1", "1"]
            for number in range(30)
        ]
        worker = "odoo.addons.client_base.models.client_import_worker.FIRST_BATCH"
        with patch(worker, 4):
            file = self._apply_purchases(*lines)
        self.assertEqual(file.state, "applying")
        done = file.row_ids.filtered(lambda row: row.state == "done")
        self.assertEqual(len(done), 6)
        file._work(file._get_rows(["queued"]))
        self.assertTrue(file._finish_work())
        self.assertEqual(self._get_documents().mapped("amount"), [3] * 10)

    @users("client_user")
    def test_user_without_rights_brings_nothing_in(self):
        with self.assertRaises(AccessError):
            self._read_purchases(["C-1", "", "03.02.2026", "7", "", "", "100"])

    def test_template_is_understood_as_it_is(self):
        content = self.env["client.import"]._make_template_file()
        table = sheet.open_sheet(content, "Purchases.xlsx")
        self.client.sync_key = "C-001"
        file = self._read_purchases(
            *list(dict(table.rows).values()), header=table.header
        )
        self.assertTrue(all(file.column_ids.mapped("code")))
        self.assertEqual(self._get_verdicts(file), [("create", "doc_new")])
        self.assertEqual(file.column_ids.import_id.row_ids.partner_id, self.client)


@tagged("post_install", "-at_install")
class TestPurchaseTemplate(HttpCase):
    def test_only_managers_get_the_empty_file(self):
        self.authenticate("admin", "admin")
        groups = self.env.ref("base.user_admin")
        groups.group_ids = [
            Command.link(self.env.ref("client_base.group_client_manager").id)
        ]
        answer = self.url_open("/client_risk/import/template")
        self.assertTrue(answer.content.startswith(b"PK"))
        self.authenticate(None, None)
        answer = self.url_open("/client_risk/import/template", allow_redirects=False)
        self.assertNotEqual(answer.status_code, 200)
