from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL

from ..tools import rows

# Those of rows that were applied once, whatever came after.
APPLIED_STATES = ("done", "kept", "undone")


def _strip_words(changes):
    return [
        {key: value for key, value in change.items() if key not in ("old", "new")}
        for change in changes
    ]


class ClientImportRow(models.Model):
    """One row of a file: what it says, whom it means, what it would change and why.

    ``values`` holds the cells as read, ``changes`` what applying the row does.
    """

    _name = "client.import.row"
    _description = "Row of a Client File"
    _inherit = [
        "client.bulk",
        "client.import.apply",
        "client.import.undo",
        "client.import.reason",
        "client.import.table",
    ]
    _order = "number, id"
    _rec_name = "name"

    import_id = fields.Many2one(
        comodel_name="client.import",
        string="File",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="import_id.company_id", store=True, index=True)
    import_state = fields.Selection(related="import_id.state", string="State of File")
    import_kind = fields.Selection(related="import_id.kind", string="Kind of File")
    number = fields.Integer(string="Row", required=True, aggregator=None)
    name = fields.Char(string="In the File")
    verdict = fields.Selection(
        selection=[
            ("create", "New"),
            ("update", "Update"),
            ("ambiguous", "Who is it?"),
            ("conflict", "Changed on both sides"),
            ("unchanged", "Unchanged"),
            ("rejected", "Rejected"),
        ],
        required=True,
    )
    state = fields.Selection(
        selection=[
            ("pending", "Waiting"),
            ("queued", "In the queue"),
            ("done", "Applied"),
            ("error", "Failed"),
            ("undone", "Undone"),
            ("kept", "Not undone"),
        ],
        required=True,
        default="pending",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        index="btree_not_null",
        ondelete="set null",
    )
    candidate_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="client_import_row_candidate_rel",
        column1="row_id",
        column2="partner_id",
        string="May Be",
        context={"active_test": False},
    )
    decision = fields.Selection(
        selection=[
            ("create", "A new client"),
            ("client", "The client chosen"),
            ("file", "The file is right"),
            ("card", "The card is right"),
        ],
        readonly=True,
        help="What a person decided about this row.",
    )
    reason_code = fields.Char(readonly=True)
    reason_data = fields.Json(readonly=True)
    reason = fields.Text(string="Why", compute="_compute_reason")
    cells = fields.Json(
        readonly=True,
        prefetch=False,
        help="The row as it stands in the file.",
    )
    values = fields.Json(readonly=True, prefetch=False)
    version_mark = fields.Char(readonly=True)
    client_number = fields.Integer(readonly=True, help="Our client ID in the file.")
    sync_key = fields.Char(readonly=True)
    changes = fields.Json(readonly=True, prefetch=False)
    change_summary = fields.Text(
        string="What Would Change",
        compute="_compute_change_summary",
        help="Before → after.",
    )
    notes = fields.Text(
        string="Not Understood",
        readonly=True,
        help="Kept in the notes of the client.",
    )
    problems = fields.Json(readonly=True, help="Cells that have no place on the card.")
    is_created = fields.Boolean(readonly=True)
    column = fields.Char(readonly=True, help="The column that is to be mended.")
    message = fields.Char(string="What Happened", readonly=True)
    missing_labels = fields.Char(
        related="partner_id.missing_labels", string="Card Still Lacks"
    )
    change_ids = fields.One2many(
        comodel_name="client.change",
        inverse_name="row_id",
    )

    _number_uniq = models.Constraint(
        "UNIQUE (import_id, number)",
        "A row of a file is read once.",
    )
    _work_idx = models.Index("(import_id, state, number)")
    _undone_idx = models.Index("(partner_id) WHERE state = 'undone'")

    # === COMPUTE METHODS ===

    @api.depends("reason_code", "reason_data")
    @api.depends_context("lang")
    def _compute_reason(self):
        for row in self:
            row.reason = row._explain()

    @api.depends("changes")
    @api.depends_context("lang")
    def _compute_change_summary(self):
        labels = self._get_change_labels()
        for row in self:
            row.change_summary = "; ".join(
                row._describe_change(change, labels) for change in row.changes or ()
            )

    def _describe_change(self, change, labels):
        column = labels.get(change["code"], change["code"])
        if not change["old"]:
            return f"{column}: {change['new']}"
        text = f"{column}: {change['old']} → {change['new'] or '–'}"
        if change["outcome"] == "conflict":
            return self.env._("%(change)s (changed on both sides)", change=text)
        return text

    # === CRUD METHODS ===

    def write(self, vals):
        if vals.get("partner_id") and not self.env.su:
            self._check_is_client(self.env["res.partner"].browse(vals["partner_id"]))
        result = super().write(vals)
        if "import_id" in vals:
            self.check_access("write")  # a row is not moved into a foreign file
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if not self.env.su and any(row.state in APPLIED_STATES for row in self):
            raise UserError(
                self.env._("Rows that were applied stay: an undo goes back by them.")
            )

    def _check_is_client(self, chosen):
        """The ladder finds clients only; so does a person."""
        for company in self.company_id:
            domain = self.env["client.identity"]._get_domain(company)
            if not chosen.filtered_domain(domain):
                raise ValidationError(
                    self.env._("Choose a client: no colleague and no contact of one.")
                )

    # === ACTION METHODS ===

    def action_apply(self):
        """Apply the selected rows that need no decision."""
        self.check_access("write")
        for file, selected in self.grouped("import_id").items():
            if file.state not in ("read", "done"):
                raise UserError(self.env._("This file cannot be applied now."))
            file._queue(
                selected.filtered(
                    lambda row: (
                        row.state in ("pending", "error")
                        and row.verdict in ("create", "update")
                    )
                )
            )
        return True

    def action_is_new(self):
        """Decide that these rows are clients of their own."""
        return self._decide("create", ["ambiguous"])

    def action_is_candidate(self):
        """Decide that each of these rows is its first (or the chosen) candidate."""
        for row in self:
            if row.verdict == "ambiguous" and not row.partner_id:
                row.partner_id = row._get_twin().partner_id or row.candidate_ids[:1]
        if any(row.verdict == "ambiguous" and not row.partner_id for row in self):
            raise UserError(
                self.env._(
                    "Choose the client that the row means. When it is the client of "
                    "another row of the file, apply that row first."
                )
            )
        return self._decide("client", ["ambiguous"])

    def action_is_client(self, partner_id):
        """Decide that this row is the client with the ID ``partner_id``."""
        self.ensure_one()
        self.check_access("write")
        if self.verdict == "ambiguous" and self.state == "pending":
            self.partner_id = self.env["res.partner"].browse(partner_id).exists()
            self.action_is_candidate()
        return True

    def action_take_file(self):
        """Decide that what the file says is right."""
        return self._decide("file", ["conflict"])

    def action_keep_card(self):
        """Decide that what the card says is right."""
        return self._decide("card", ["conflict"])

    def _decide(self, decision, verdicts):
        self.check_access("write")
        waiting = self.filtered(
            lambda row: row.state == "pending" and row.verdict in verdicts
        )
        waiting.decision = decision
        for file, decided in waiting.grouped("import_id").items():
            file._judge_again(decided)
        return True

    def action_open_partner(self):
        """Open the card."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS ===

    def _get_twin(self):
        """:return: the earlier row of the file that means the same client"""
        if self.reason_code != "twin":
            return self.browse()
        return self.search(
            [
                ("import_id", "=", self.import_id.id),
                ("number", "=", self.reason_data["row"]),
            ]
        )

    @api.model
    def _store(self, vals_list):
        """Create the rows of a file whose access was checked.

        :param vals_list: dicts as ``client.import.judge`` prepares them
        """
        candidates = [vals.pop("candidate_ids") for vals in vals_list]
        ids = self._insert(vals_list)
        pairs = [
            (row_id, partner_id)
            for row_id, partner_ids in zip(ids, candidates, strict=True)
            for partner_id in partner_ids
        ]
        field = self._fields["candidate_ids"]
        self.env.execute_query(
            SQL(
                "INSERT INTO %s (%s, %s) SELECT * FROM UNNEST(%s::int[], %s::int[])",
                SQL.identifier(field.relation),
                SQL.identifier(field.column1),
                SQL.identifier(field.column2),
                [row_id for row_id, _partner_id in pairs],
                [partner_id for _row_id, partner_id in pairs],
            )
        )

    def _link_cards(self, cards):
        """Note which new client each row became.

        With one statement: nothing is computed from it, and the groups look at new
        clients anyway.
        """
        self.check_access("write")
        names = ["partner_id", "is_created"]
        self.flush_recordset(names)
        self.env.execute_query(
            SQL(
                """
                UPDATE client_import_row
                   SET partner_id = made.card_id,
                       is_created = TRUE,
                       write_uid = %(user)s,
                       write_date = %(now)s
                  FROM UNNEST(%(rows)s::int[], %(cards)s::int[])
                    AS made (row_id, card_id)
                 WHERE client_import_row.id = made.row_id
             RETURNING 1
                """,
                rows=self.ids,
                cards=cards.ids,
                user=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.invalidate_recordset([*names, "missing_labels"])
        cards.invalidate_recordset(["client_import_row_ids"])

    def _fetch_json(self, name):
        """Read a JSON column; the ORM would copy each value deeply.

        :return: id -> value or None
        """
        query = self._search([("id", "in", self.ids)])
        columns = [self._field_to_sql(query.table, it, query) for it in ("id", name)]
        return dict(self.env.execute_query(query.select(*columns)))

    def _to_parsed(self, values):
        """:rtype: rows.ParsedRow"""
        self.ensure_one()
        return rows.ParsedRow(
            client_id=self.client_number,
            mark=self.version_mark or "",
            sync_key=self.sync_key or "",
            values=rows.load_values(values or {}),
            notes=(self.notes or "").splitlines(),
        )

    def _is_as_shown(self, verdict, changes):
        """Tell whether this is what a person saw before saying yes.

        :param changes: those that were shown
        """
        self.ensure_one()
        if verdict.verdict != self.verdict:
            return False
        if verdict.verdict == "create":
            return True  # the card gets what the row says, and that has not changed
        # the words depend on the language of whoever looks: the raw values count
        return verdict.partner_id == self.partner_id.id and (
            _strip_words(verdict.changes) == _strip_words(changes or [])
        )

    def _set_verdict(self, verdict):
        """Store a new judgement; what stayed as it was is not written."""
        self.ensure_one()
        values = self.import_id._prepare_verdict_values(verdict)
        if verdict.verdict == self.verdict == "create":
            values.pop("reason_code")  # rows alike were found in the whole file
            values.pop("reason_data")
        values["candidate_ids"] = [Command.set(verdict.candidate_ids)]
        self.write(
            {
                name: value
                for name, value in values.items()
                if self._fields[name].convert_to_write(self[name], self) != value
            }
        )
