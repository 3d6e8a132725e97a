from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import sheet
from .client_import_row import APPLIED_STATES

# The work goes on with the rights of these people: nobody writes somebody else in.
PERSONS = {"user_id", "applied_by_id"}
# By these the rules say whose file it is: nobody writes himself into a foreign one.
PLACE = {"kind", "company_id"}


class ClientImport(models.Model):
    """One file with clients: read, judged row by row, applied, undone.

    Nothing is written to a card before somebody applies rows. Applying goes on in the
    background, can be stopped and continued, and never takes a row twice: a row and
    what it did to the card are committed together.
    """

    _name = "client.import"
    _description = "Client File"
    _inherit = ["mail.thread", "client.import.reader", "client.import.worker"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name", store=True)
    kind = fields.Selection(
        selection=[("client", "Clients")],
        string="What Is in the File",
        required=True,
        readonly=True,
        default="client",
    )
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
    applied_by_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        copy=False,
        help="With whose rights the work in the background goes on.",
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
    create_count = fields.Integer(string="New Clients", compute="_compute_counts")
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
        if not self.env.su:
            vals_list = [{**vals, "user_id": self.env.uid} for vals in vals_list]
        files = super().create(vals_list)
        for file in files:
            file._take_columns()
        return files

    def write(self, vals):
        if not self.env.su and PERSONS & vals.keys():
            raise AccessError(
                self.env._("Who brought a file in and who applied it is not changed.")
            )
        if "data" in vals:
            self._check_not_applied()
        result = super().write(vals)
        if PLACE & vals.keys():
            self.check_access("write")  # what it is now, and not what it was
        if "data" in vals:
            for file in self:
                file._take_columns()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        rows_sudo = self.env["client.import.row"].sudo()  # whatever the company
        domain = [("import_id", "in", self.ids), ("state", "in", APPLIED_STATES)]
        if any(file.state == "applying" for file in self) or rows_sudo.search(
            domain, limit=1
        ):
            raise UserError(
                self.env._(
                    "A file that was applied tells what became of its clients. It "
                    "stays, even when it was undone."
                )
            )

    def _check_not_applied(self):
        """Rows that were applied hold what an undo needs: they are not replaced."""
        if any(file.state == "undone" for file in self):
            raise UserError(self.env._("This file was undone. Bring it in again."))
        if any(file.state == "applying" or file.done_count for file in self):
            raise UserError(
                self.env._(
                    "Rows of this file were applied already. Bring in a new file, or "
                    "undo this one."
                )
            )

    # === ACTION METHODS ===

    def action_read(self):
        """Read the rows and judge each of them; no card is touched."""
        self.check_access("write")
        self._check_not_applied()
        for file in self:
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
                raise UserError(self.env._("This file was undone. Bring it in again."))
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
        action["display_name"] = self.env._("Rows of %(name)s", name=self.name)
        action["context"] = {"search_default_group_verdict": 1} | {
            name: value
            for name, value in self.env.context.items()
            if name.startswith("search_default_")
        }
        return action

    def action_open_clients(self):
        """Open the clients that this file created or changed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.res_partner_action"
        )
        action["domain"] = [
            (
                "client_import_row_ids",
                "any",
                [("import_id", "=", self.id), ("state", "=", "done")],
            ),
        ]
        action["display_name"] = self.env._("Clients of %(name)s", name=self.name)
        return action

    def action_download_problems(self):
        """Give the rejected and failed rows back as a file, with the reason."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "target": "self",
            "url": f"/client_base/import/{self.id}/problems",
        }

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
