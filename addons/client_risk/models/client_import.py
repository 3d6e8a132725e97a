from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.client_base.tools import columns, sheet

from ..tools import purchase_file
from .client_import_purchase import CLIENT_CODES
from .client_import_words import COLUMNS, TEMPLATE


class ClientImport(models.Model):
    """A file may hold purchases instead of clients; the way it goes is the same."""

    _name = "client.import"
    _inherit = ["client.import", "client.import.purchase"]

    kind = fields.Selection(
        selection_add=[("transaction", "Purchases")],
        ondelete={"transaction": "cascade"},
    )
    transaction_kind = fields.Selection(
        selection=[
            ("order", "Orders"),
            ("shipment", "Shipments"),
            ("invoice", "Invoices"),
            ("payment", "Payments"),
            ("return", "Returns"),
        ],
        string="The Rows Are",
        required=True,
        default="shipment",
        help="Unless a column says which kind of document each row is.",
    )

    # === COLUMNS ===

    def _make_signature(self, header):
        signature = super()._make_signature(header)
        return f"purchases:{signature}" if self.kind == "transaction" else signature

    def _guess_codes(self, header, sample):
        if self.kind != "transaction":
            return super()._guess_codes(header, sample)
        labels = {columns.normalize_header(name): code for code, name in self._spell()}
        found = purchase_file.guess_codes(header, columns.normalize_header)
        for position, label in enumerate(header):
            code = labels.get(columns.normalize_header(label))
            if code and code not in found.values():
                found[position] = code
        rest = ["" if place in found else one for place, one in enumerate(header)]
        values = [
            ["" if place in found else one for place, one in enumerate(row)]
            for row in sample
        ]
        guessed = super()._guess_codes(rest, values)
        return [
            found.get(place) or (code if code in CLIENT_CODES else "")
            for place, code in enumerate(guessed)
        ]

    def _spell(self):
        """Yield code and name of the columns of documents, in each language."""
        for lang, _name in self.env["res.lang"].get_installed():
            env = self.with_context(lang=lang).env
            for words in (COLUMNS, TEMPLATE):
                for code, name in words.items():
                    if code in COLUMNS:
                        yield code, env._(name)

    def _get_column_labels(self):
        labels = super()._get_column_labels()
        if self.kind != "transaction":
            return labels
        known = {code: labels[code] for code in CLIENT_CODES}
        return known | {code: self.env._(name) for code, name in COLUMNS.items()}

    def _get_columns(self):
        """A meaning that such a file cannot have is left out."""
        is_ours = self.kind == "transaction"
        return [
            column
            for column in super()._get_columns()
            if (column.code in COLUMNS) <= is_ours
            and (not is_ours or column.code in (*COLUMNS, *CLIENT_CODES))
        ]

    def _check_columns(self, codes):
        result = super()._check_columns(codes)
        if self.kind == "transaction" and not {"doc_date", "doc_amount"} <= codes:
            raise UserError(
                self.env._("Choose the columns with the date and with the amount.")
            )
        return result

    # === JUDGING ===

    def _judge_file(self, file_columns):
        if self.kind != "transaction":
            yield from super()._judge_file(file_columns)
            return
        read = self._read_entries(file_columns)
        verdicts, _documents = self._judge_entries([entry for *_rest, entry in read])
        for (number, texts, entry), verdict in zip(read, verdicts, strict=True):
            yield {
                "import_id": self.id,
                "company_id": self.company_id.id,
                "state": "pending",
                "number": number,
                "name": self._name_entry(entry),
                "cells": texts,
                "values": self._dump_entry(entry),
                "document_key": entry.group,
                **self._prepare_verdict_values(verdict),
                "partner_id": entry.partner_id or False,
            }

    def _name_entry(self, entry):
        line = entry.line
        parts = [entry.sign, line and line.number, line and line.product]
        return ", ".join(filter(None, parts))

    def _judge_again(self, file_rows):
        if self.kind != "transaction":
            return super()._judge_again(file_rows)
        whole = file_rows._with_same_clients()._with_documents()
        self._judge_documents_again(whole)
        return None

    def _judge_documents_again(self, file_rows):
        """Judge documents as whole ones, of rows that were read before."""
        verdicts, _documents = self._judge_entries(self._load_entries(file_rows))
        for row, verdict in zip(file_rows, verdicts, strict=True):
            verdict.partner_id = verdict.partner_id or row.partner_id.id
            row._set_verdict(verdict)

    # === ACTIONS ===

    def action_open_transactions(self):
        """Open the documents that this file brought in or changed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_risk.client_transaction_action"
        )
        rows = self.row_ids.filtered(lambda row: row.state == "done")
        return {
            **action,
            "domain": [("id", "in", rows.transaction_id.ids)],
            "display_name": self.env._("Documents of %(name)s", name=self.name),
            "context": {},
        }

    def action_download_template(self):
        """Give an empty file with the columns that are understood."""
        return {
            "type": "ir.actions.act_url",
            "target": "self",
            "url": "/client_risk/import/template",
        }

    def _make_template_file(self):
        """:return: bytes of a file with one row as an example"""
        example = {
            "sync_key": "C-001",
            "name": "Срібний Цвях",
            "doc_date": "31.12.2026",
            "doc_number": "ВН-00123",
            "doc_kind": self.env._("Shipment"),
            "doc_amount": "1500.00",
            "doc_currency": self.env.company.currency_id.name,
            "doc_product_key": "P-1",
            "doc_product": self.env._("Facade paint, 10 l"),
            "doc_category": self.env._("Paints"),
            "doc_quantity": "1",
        }
        header = [self.env._(name) for name in TEMPLATE.values()]
        return sheet.write_xlsx(header, [[example.get(code, "") for code in TEMPLATE]])
