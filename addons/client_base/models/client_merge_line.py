from odoo import fields, models


class ClientMergeLine(models.Model):
    """Rows of one table that a merge moved from one card to another."""

    _name = "client.merge.line"
    _description = "What a Merge Moved"
    _order = "id"
    _rec_name = "label"

    merge_id = fields.Many2one(
        comodel_name="client.merge", required=True, index=True, ondelete="cascade"
    )
    source_id = fields.Many2one(
        comodel_name="res.partner",
        string="From the Card",
        required=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Char(required=True)
    table_name = fields.Char(required=True)
    column_name = fields.Char(required=True)
    id_column = fields.Char(required=True, default="id")
    row_ids = fields.Json(required=True)
    label = fields.Char(string="What", compute="_compute_label")
    count = fields.Integer(string="How Many", compute="_compute_count")

    def _compute_label(self):
        """Name the model, or both sides of a link, as people know it."""
        by_table = {
            model._table: name
            for name, model in self.env.registry.items()
            if not model._abstract
        }
        names = self.env["ir.model"]._get
        for line in self:
            model = by_table.get(line.table_name)
            line.label = names(model).sudo().name if model else line._get_link_label()

    def _get_link_label(self):
        for model in self.env.registry.values():
            for field in model._fields.values():
                if field.type == "many2many" and field.relation == self.table_name:
                    return self.env["ir.model"]._get(model._name).sudo().name
        return self.table_name

    def _compute_count(self):
        for line in self:
            line.count = len(line.row_ids or ())

    def _describe(self, count):
        return self.env._(
            "%(what)s: changed or deleted since, %(count)d.",
            what=self.label,
            count=count,
        )
