from markupsafe import Markup

from odoo import api, fields, models

TABLE = Markup('<table class="table table-sm mb-4">%s%s</table>')
HEAD = Markup("<thead><tr>%s</tr></thead>")
HEAD_CELL = Markup("<th>%s</th>")
ROW = Markup(
    '<tr class="%s"><td>%s</td>'
    '<td class="text-break">%s</td><td class="text-break">%s</td></tr>'
)
FILE_ROW = Markup('<tr><td>%s</td><td class="text-break">%s</td></tr>')


class ClientImportTable(models.AbstractModel):
    """Shows what a row would change as a table: the card beside the file."""

    _name = "client.import.table"
    _description = "Table of Changes"

    change_table = fields.Html(
        string="Card and File",
        compute="_compute_change_table",
        sanitize=False,
        help="What stands on the card now, and what the file says.",
    )

    file_table = fields.Html(
        string="Row of the File",
        compute="_compute_file_table",
        sanitize=False,
        help="The cells of the row as they stand in the file.",
    )

    problem_text = fields.Text(
        string="No Place on the Card",
        compute="_compute_problem_text",
        help="Cells for a field that clients of this type do not have. They are kept "
        "in the notes of the client.",
    )

    @api.depends("problems")
    @api.depends_context("lang")
    def _compute_problem_text(self):
        for row in self:
            row.problem_text = "\n".join(map(row._describe_problem, row.problems or ()))

    def _describe_problem(self, problem):
        # sudo: whoever sees the row sees the type it names
        kind = self.env["client.type"].sudo().browse(problem["type_id"] or ()).exists()
        if not kind:
            return self.env._(
                "%(header)s: %(text)s (a client without a type has no such field)",
                header=problem["header"],
                text=problem["text"],
            )
        return self.env._(
            "%(header)s: %(text)s (a client of the type %(kind)s has no such field)",
            header=problem["header"],
            text=problem["text"],
            kind=kind.name,
        )

    @api.depends("changes")
    @api.depends_context("lang")
    def _compute_change_table(self):
        labels = self._get_change_labels()
        for row in self:
            row.change_table = row.changes and row._render_changes(labels)

    @api.depends("cells")
    def _compute_file_table(self):
        for row in self:
            headers = row.import_id.column_ids.mapped("header")
            row.file_table = TABLE % (
                "",
                Markup().join(
                    FILE_ROW % (header or "", cell)
                    for header, cell in zip(headers, row.cells or (), strict=False)
                    if cell
                ),
            )

    @api.model
    def _get_change_labels(self):
        """:return: code -> name of what a row can change"""
        return self.env["client.sheet"]._get_change_labels()

    def _render_changes(self, labels):
        """:return: HTML; every text of the file is escaped"""
        titles = (
            self.env._("What"),
            self.env._("On the card"),
            self.env._("In the file"),
        )
        return TABLE % (
            HEAD % Markup().join(HEAD_CELL % title for title in titles),
            Markup().join(
                ROW
                % (
                    "table-warning" if change["outcome"] == "conflict" else "",
                    labels.get(change["code"], change["code"]),
                    change["old"] or "–",
                    change["new"] or "–",
                )
                for change in self.changes
            ),
        )
