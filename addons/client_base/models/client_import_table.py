from markupsafe import Markup

from odoo import api, fields, models

TABLE = Markup('<table class="table table-sm mb-0">%s%s</table>')
HEAD = Markup("<thead><tr>%s</tr></thead>")
HEAD_CELL = Markup("<th>%s</th>")
ROW = Markup('<tr class="%s"><td>%s</td><td>%s</td><td>%s</td></tr>')


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

    @api.depends("changes")
    @api.depends_context("lang")
    def _compute_change_table(self):
        labels = self.env["client.sheet"]._get_labels()
        labels["contact"] = labels["contact_name"]
        for row in self:
            row.change_table = row.changes and row._render_changes(labels)

    def _render_changes(self, labels):
        """:return: HTML; every text of the file is escaped"""
        head = HEAD % Markup("").join(
            HEAD_CELL % title
            for title in (
                self.env._("What"),
                self.env._("On the card"),
                self.env._("In the file"),
            )
        )
        return TABLE % (
            head,
            Markup("").join(
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
