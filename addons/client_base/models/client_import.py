import base64
import binascii
import logging
from itertools import islice

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Command
from odoo.tools import split_every

from ..tools import columns, contact, rows, sheet

_logger = logging.getLogger(__name__)

SAMPLE_ROWS = 300
# Rows that a person waits for; the rest of a larger file is done in the background.
FIRST_BATCH = 1000
BATCH = 200
MAX_FAILURES = 5
CONCURRENCY_ERRORS = (
    ConcurrencyError,
    SerializationFailure,
    DeadlockDetected,
    LockNotAvailable,
)
NEIGHBOURS = ("UA", "RU", "KZ", "BY", "MD", "PL", "GE", "AZ", "AM", "UZ", "US", "GB")
CODES_THAT_IDENTIFY = {"client_id", "sync_key", "tax_id", "name", "phone", "email"}


class ClientImport(models.Model):
    """One file with clients: read, judged row by row, applied, undone.

    Nothing is written to a card before somebody applies rows. Applying goes on in the
    background, can be stopped and continued, and never takes a row twice: a row and
    what it did to the card are committed together.
    """

    _name = "client.import"
    _description = "Client File"
    _inherit = ["mail.thread", "client.import.judge"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name", store=True)
    data = fields.Binary(string="File", required=True, attachment=True)
    filename = fields.Char(required=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Brought In By",
        required=True,
        default=lambda self: self.env.user,
        readonly=True,
    )
    state = fields.Selection(
        selection=[
            ("draft", "New"),
            ("read", "Read"),
            ("applying", "Applying"),
            ("done", "Done"),
            ("undone", "Undone"),
        ],
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
    )
    country_id = fields.Many2one(
        comodel_name="res.country",
        help="Phones without a country code belong to this country.",
    )
    sync_source = fields.Char(
        string="Accounting System",
        default="excel",
        help="Whose keys the key column holds. A client is known by the key again, in "
        "every file that names the same system.",
    )
    client_type_id = fields.Many2one(
        comodel_name="client.type",
        string="Type of New Clients",
    )
    clear_empty = fields.Boolean(
        string="Empty Cells Empty the Card",
        help="Only in files exported from here. Otherwise an empty cell leaves the "
        "card as it is.",
    )
    is_undoing = fields.Boolean(readonly=True)
    signature = fields.Char(readonly=True)
    sheet_name = fields.Char(string="Sheet", readonly=True)
    column_ids = fields.One2many(
        comodel_name="client.import.column",
        inverse_name="import_id",
    )
    row_ids = fields.One2many(
        comodel_name="client.import.row",
        inverse_name="import_id",
    )
    row_count = fields.Integer(string="Rows", compute="_compute_counts")
    create_count = fields.Integer(string="New", compute="_compute_counts")
    update_count = fields.Integer(string="To Update", compute="_compute_counts")
    unchanged_count = fields.Integer(string="Unchanged", compute="_compute_counts")
    ask_count = fields.Integer(
        string="To Decide",
        compute="_compute_counts",
        help="Ambiguous rows and conflicts nobody decided yet.",
    )
    rejected_count = fields.Integer(
        string="Rejected", compute="_compute_counts", help="Including failed rows."
    )
    open_count = fields.Integer(string="Ready", compute="_compute_counts")
    done_count = fields.Integer(string="Applied", compute="_compute_counts")
    work_count = fields.Integer(string="At Work", compute="_compute_counts")
    progress = fields.Float(
        compute="_compute_counts", help="Of the rows that are being worked on, in %."
    )

    # === COMPUTE METHODS ===

    @api.depends("filename")
    def _compute_name(self):
        for file in self:
            file.name = file.filename

    @api.depends("row_ids.verdict", "row_ids.state", "is_undoing")
    def _compute_counts(self):
        groups = self.env["client.import.row"]._read_group(
            [("import_id", "in", self.ids)],
            ["import_id", "verdict", "state"],
            ["__count"],
        )
        totals = {}
        for file, verdict, state, count in groups:
            counts = totals.setdefault(file.id, {})
            for key in (verdict, state, (verdict, state)):
                counts[key] = counts.get(key, 0) + count
        for file in self:
            file._set_counts(totals.get(file.id, {}))

    def _set_counts(self, counts):
        get = counts.get
        verdicts = (
            "create",
            "update",
            "unchanged",
            "ambiguous",
            "conflict",
            "rejected",
        )
        self.row_count = sum(get(verdict, 0) for verdict in verdicts)
        self.create_count = get("create", 0)
        self.update_count = get("update", 0)
        self.unchanged_count = get("unchanged", 0)
        self.ask_count = sum(
            get((verdict, "pending"), 0) for verdict in ("ambiguous", "conflict")
        )
        self.rejected_count = get(("rejected", "pending"), 0) + get("error", 0)
        self.open_count = sum(
            get((verdict, "pending"), 0) for verdict in ("create", "update")
        )
        self.done_count = get("done", 0)
        finished = self.done_count
        if self.is_undoing:
            finished = get("undone", 0) + get("kept", 0)
        self.work_count = get("done" if self.is_undoing else "queued", 0)
        total = finished + self.work_count
        self.progress = 100 * finished / total if total else 0

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        for file in files:
            file._take_columns()
        return files

    def write(self, vals):
        if "data" in vals and any(file.state not in ("draft", "read") for file in self):
            raise UserError(
                self.env._("This file was applied already. Bring in a new one.")
            )
        result = super().write(vals)
        if "data" in vals:
            for file in self:
                file._take_columns()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if any(file.state in ("applying", "done") for file in self):
            raise UserError(
                self.env._(
                    "A file that was applied holds what an undo needs. Undo it first, "
                    "or keep it."
                )
            )

    # === ACTION METHODS ===

    def action_read(self):
        """Read the rows and judge each of them; no card is touched."""
        self.check_access("write")
        for file in self:
            if file.state not in ("draft", "read"):
                raise UserError(self.env._("This file was applied already."))
            file._read()
        return True

    def action_apply(self):
        """Apply all rows that need no decision.

        The first of them at once, the rest of a large file in the background.
        """
        self.check_access("write")
        for file in self:
            if file.state == "draft":
                raise UserError(self.env._("Read the file first."))
            if file.state == "undone":
                raise UserError(self.env._("This file was undone. Read it in anew."))
            ready = file._get_rows(["pending"], ["create", "update"])
            file._queue(ready)
        return True

    def action_stop(self):
        """Stop applying after the batch at work; the rest can be applied later."""
        self.check_access("write")
        for file in self.filtered(lambda file: file.state == "applying"):
            if file.is_undoing:
                raise UserError(
                    self.env._("An undo goes on to its end. You can apply again then.")
                )
            file._get_rows(["queued"]).state = "pending"
            file.state = "read"
        return True

    def action_undo(self):
        """Give back what nobody changed since, and list the rest."""
        self.check_access("write")
        for file in self:
            if file.state not in ("read", "done") or not file.done_count:
                raise UserError(self.env._("Nothing of this file is applied."))
            file.write({"state": "applying", "is_undoing": True})
            file._start_work()
        return True

    def action_open_rows(self):
        """Open the rows, the ones to decide first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_import_row_action"
        )
        action["domain"] = [("import_id", "=", self.id)]
        action["display_name"] = self.name
        action["context"] = {"search_default_group_verdict": 1} | {
            name: value
            for name, value in self.env.context.items()
            if name.startswith("search_default_")
        }
        return action

    def action_download_problems(self):
        """Give the rejected and failed rows back as a file, with the reason."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "target": "self",
            "url": f"/client_base/import/{self.id}/problems",
        }

    # === READING ===

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
        try:
            yield from self._open().rows
        except sheet.SheetError as error:
            reason = self.env["client.import.reason"]._explain_bad_file(error)
            raise UserError(reason) from error

    def _take_columns(self):
        """Find the header and guess what its columns mean."""
        table = self._open()
        sample = [cells for _number, cells in islice(table.rows, SAMPLE_ROWS)]
        signature = columns.header_signature(table.header)
        layout = self.env["client.import.layout"]._find(signature, self.company_id)
        codes = layout.codes or columns.guess_columns(
            table.header,
            sample,
            labels=self.env["client.sheet"]._get_labels_of_all_languages(),
        )
        known = self.env["client.sheet"]._get_labels()
        self.write(
            {
                "signature": signature,
                "sheet_name": table.name,
                "state": "draft",
                "country_id": (
                    self.country_id
                    or layout.country_id
                    or self._guess_country(codes, sample)
                ).id,
                "sync_source": layout.sync_source or self.sync_source,
                "row_ids": [Command.clear()],
                "column_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "position": position,
                            "header": header,
                            "sample": next(
                                (row[position] for row in sample if row[position]), ""
                            )[:80],
                            "code": code if code in known else False,
                        }
                    )
                    for position, (header, code) in enumerate(
                        zip(table.header, codes, strict=True)
                    )
                ],
            }
        )

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
        if not CODES_THAT_IDENTIFY & {column.code for column in file_columns}:
            raise UserError(
                self.env._(
                    "No column says who the clients are. Choose a column for the "
                    "name, a phone, an e-mail, a tax ID or a key."
                )
            )
        self.row_ids.unlink()
        judged = 0
        for batch in split_every(BATCH * 10, self._judge_file(file_columns), list):
            self.env["client.import.row"].create(batch)
            self.env.invalidate_all()
            judged += len(batch)
        self.state = "read"
        _logger.info("Client file %d: %d rows judged", self.id, judged)

    # === WORKING THROUGH ROWS ===

    def _get_rows(self, states, verdicts=None, limit=None):
        domain = [("import_id", "=", self.id), ("state", "in", states)]
        if verdicts:
            domain.append(("verdict", "in", verdicts))
        return self.env["client.import.row"].search(domain, order="number", limit=limit)

    def _queue(self, ready):
        """Apply ``ready``: a batch now, the rest by the scheduled action."""
        self.ensure_one()
        ready.state = "queued"
        self.state = "applying"
        self._remember_layout()
        self._start_work()

    def _start_work(self):
        """Do what a person waits for, and leave the rest to the scheduled action."""
        self._work(self._get_rows(self._get_work_states(), limit=FIRST_BATCH))
        if not self._finish_work():
            self.env.ref("client_base.ir_cron_client_import")._trigger()

    def _get_work_states(self):
        """:return: the states of rows that still have to be worked on"""
        return ["done"] if self.is_undoing else ["queued"]

    def _work(self, taken):
        if self.is_undoing:
            taken._undo()
        else:
            taken._apply()

    def _finish_work(self):
        """Say how the file stands when no row is left.

        :return: whether none is left
        """
        if self._get_rows(self._get_work_states(), limit=1):
            return False
        if self.is_undoing:
            self.write({"state": "undone", "is_undoing": False})
        elif self._get_rows(["pending"], ["create", "update"], limit=1):
            self.state = "read"
        else:
            self.state = "done"
        return True

    @api.model
    def _cron_apply(self):
        """Apply and undo what is left of large files, a committed batch at a time."""
        files = self.search([("state", "=", "applying")], order="id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=sum(files.mapped("work_count")))
        for file in files:
            own = file.with_user(file.user_id).with_company(file.company_id)
            if not own.with_context(lang=file.user_id.lang)._work_through(progress):
                break

    def _work_through(self, progress):
        """Take one batch after the other; each is committed with what it did.

        :return: whether there is time for the next file
        """
        failures = 0
        while rows_left := self._get_rows(self._get_work_states(), limit=BATCH):
            taken = rows_left.try_lock_for_update()
            if not taken:
                return True  # another worker is at these very rows
            try:
                self._work(taken)
            except CONCURRENCY_ERRORS:
                self.env.cr.rollback()  # somebody wrote one of these cards: once more
                failures += 1
                if failures > MAX_FAILURES:
                    raise
                continue
            if not progress(len(taken)):
                return False
            self.env.invalidate_all()
        self._finish_work()
        return bool(progress(0))

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
        else:
            Layout.create(
                {
                    **values,
                    "signature": self.signature,
                    "company_id": self.company_id.id,
                }
            )

    # === GIVING BACK ===

    def _make_problem_file(self):
        """:return: bytes and name of a file with the bad rows and why they are bad"""
        self.ensure_one()
        bad_rows = self.env["client.import.row"].search(
            [
                ("import_id", "=", self.id),
                "|",
                ("verdict", "=", "rejected"),
                ("state", "=", "error"),
            ],
            order="number",
        )
        header = [column.header or "" for column in self.column_ids]
        content = sheet.write_xlsx(
            [*header, self.env._("Row"), self.env._("What is wrong")],
            (
                [
                    *(list(row.cells) + [""] * len(header))[: len(header)],
                    str(row.number),
                    row.message or row.reason,
                ]
                for row in bad_rows
            ),
        )
        return content, self.env._("Bad rows of %(name)s", name=f"{self.name}.xlsx")
