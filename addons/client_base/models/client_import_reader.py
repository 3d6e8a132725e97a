import base64
import binascii
import logging
from itertools import islice

from psycopg2.errors import UniqueViolation

from odoo import models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Command
from odoo.tools import split_every

from ..tools import columns, contact, rows, sheet

_logger = logging.getLogger(__name__)

SAMPLE_ROWS = 300
SAMPLE_LENGTH = 80
STORE_BATCH = 2000
NEIGHBOURS = ("UA", "RU", "KZ", "BY", "MD", "PL", "GE", "AZ", "AM", "UZ", "US", "GB")
CODES_THAT_IDENTIFY = {"client_id", "sync_key", "tax_id", "name", "phone", "email"}


class ClientImportReader(models.AbstractModel):
    """Opens a file, finds out what its columns mean and reads its rows."""

    _name = "client.import.reader"
    _description = "Reading of Client Files"
    _inherit = ["client.import.judge"]

    def _open(self):
        """:return: ``sheet.Sheet``; a file that is none is refused in words"""
        self.ensure_one()
        try:
            content = base64.b64decode(self.with_context(bin_size=False).data or b"")
            return sheet.open_sheet(content, self.filename or "")
        except (binascii.Error, ValueError) as error:
            reason = self.env["client.import.reason"]._explain_bad_file(error)
            raise UserError(reason) from error

    def _read_lines(self):
        """Yield (row number, texts) of the whole file."""
        return self._walk(self._open())

    def _walk(self, table):
        """Yield the rows of a table; what turns out bad further down is refused too."""
        try:
            yield from table.rows
        except sheet.SheetError as error:
            reason = self.env["client.import.reason"]._explain_bad_file(error)
            raise UserError(reason) from error

    def _take_columns(self):
        """Find the header and guess what its columns mean."""
        table = self._open()
        sample = [cells for _number, cells in islice(self._walk(table), SAMPLE_ROWS)]
        signature = self._make_signature(table.header)
        layout = self.env["client.import.layout"]._find(signature, self.company_id)
        codes = layout.codes or self._guess_codes(table.header, sample)
        country = (
            self.country_id or layout.country_id or self._guess_country(codes, sample)
        )
        self.write(
            {
                "signature": signature,
                "sheet_name": table.name,
                "state": "draft",
                "country_id": country.id,
                "sync_source": layout.sync_source or self.sync_source,
                "row_ids": [Command.clear()],
                "column_ids": [
                    Command.clear(),
                    *self._prepare_columns(table.header, codes, sample),
                ],
            }
        )

    def _make_signature(self, header):
        """:return: the same text for files of one kind with the same columns"""
        return columns.header_signature(header)

    def _guess_codes(self, header, sample):
        """:return: what each column means, "" where it means nothing"""
        return columns.guess_columns(
            header,
            sample,
            labels=self.env["client.sheet"]._get_labels_of_all_languages(),
        )

    def _get_column_labels(self):
        """:return: code -> name of what a column of such a file can mean"""
        return self.env["client.sheet"]._get_labels()

    def _prepare_columns(self, header, codes, sample):
        """:return: commands that create ``client.import.column``"""
        known = self._get_column_labels()
        return [
            Command.create(
                {
                    "position": position,
                    "header": name,
                    "sample": next(
                        (row[position] for row in sample if row[position]), ""
                    )[:SAMPLE_LENGTH],
                    "code": code if code in known else False,
                }
            )
            for position, (name, code) in enumerate(zip(header, codes, strict=True))
        ]

    def _guess_country(self, codes, sample):
        """:return: the country whose local numbers the phones of the file are"""
        home = self.company_id.country_id
        phones = [
            row[position]
            for position, code in enumerate(codes)
            if code in ("phone", "contact_phone")
            for row in sample
            if row[position]
        ]
        candidates = list(dict.fromkeys([home.code or "", *NEIGHBOURS]))
        found = contact.guess_country(phones, [code for code in candidates if code])
        return home.search([("code", "=", found)], limit=1) if found else home

    def _get_columns(self):
        """:rtype: list[rows.Column]"""
        return [
            rows.Column(column.position, column.header or "", column.code)
            for column in self.column_ids
            if column.code
        ]

    def _read(self):
        self.ensure_one()
        file_columns = self._get_columns()
        self._check_columns({column.code for column in file_columns})
        self.row_ids.unlink()
        judged = 0
        for batch in split_every(STORE_BATCH, self._judge_file(file_columns), list):
            self.env["client.import.row"]._store(batch)
            self.env.invalidate_all()
            judged += len(batch)
        self.state = "read"
        _logger.info("Client file %d: %d rows judged", self.id, judged)

    def _check_columns(self, codes):
        """Refuse a file of which nobody could know whom its rows mean."""
        if not CODES_THAT_IDENTIFY & codes:
            raise UserError(
                self.env._(
                    "No column says who the clients are. Choose a column for the "
                    "name, a phone, an e-mail, a tax ID or a key."
                )
            )

    def _remember_layout(self):
        """Learn what the columns of such a file mean."""
        Layout = self.env["client.import.layout"]
        values = {
            "name": self.filename,
            "codes": [column.code or "" for column in self.column_ids],
            "country_id": self.country_id.id,
            "sync_source": self.sync_source,
        }
        layout = Layout._find(self.signature, self.company_id)
        if layout:
            layout.write(values)
            return
        values |= {"signature": self.signature, "company_id": self.company_id.id}
        try:
            with self.env.cr.savepoint():
                Layout.create(values)
        except UniqueViolation as error:  # learnt by somebody else this very moment
            raise ConcurrencyError(str(error)) from error
