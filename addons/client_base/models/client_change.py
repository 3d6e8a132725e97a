from dataclasses import replace

from odoo import api, fields, models

from ..tools.rows import POINT_CODES


class ClientChange(models.Model):
    """What one field of one client was before something changed it, and what after.

    The journal of files and of changes of many: nobody writes it by hand, and an undo
    goes back by it.
    """

    _name = "client.change"
    _description = "Change of a Client"
    _inherit = ["client.card.bound", "client.bulk"]
    _order = "id desc"
    _rec_name = "field"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        compute="_compute_company_id",
        store=True,
        index=True,
    )
    import_id = fields.Many2one(
        comodel_name="client.import",
        string="File",
        index=True,
        ondelete="restrict",
    )
    row_id = fields.Many2one(
        comodel_name="client.import.row",
        index=True,
        ondelete="restrict",
    )
    bulk_edit_id = fields.Many2one(
        comodel_name="client.bulk.edit",
        string="Change of Many",
        index="btree_not_null",
        ondelete="restrict",
    )
    merge_id = fields.Many2one(
        comodel_name="client.merge",
        index="btree_not_null",
        ondelete="restrict",
    )
    sync_source = fields.Char(
        string="Other System", help="The system that told it, by its own name."
    )
    field = fields.Char(required=True, help="Code of the column in files.")
    field_label = fields.Char(string="Column", compute="_compute_field_label")
    old_value = fields.Char(string="Before")
    new_value = fields.Char(string="After")
    old_raw = fields.Json(help="What an undo writes back.")
    new_raw = fields.Json(help="What stood on the card right after the change.")
    state = fields.Selection(
        selection=[
            ("applied", "Applied"),
            ("undone", "Undone"),
            ("kept", "Kept: changed since"),
        ],
        required=True,
        default="applied",
    )

    @api.depends("import_id.company_id", "bulk_edit_id.company_id")
    def _compute_company_id(self):
        for change in self:
            cause = change.import_id or change.bulk_edit_id
            if cause or not change.sync_source:
                change.company_id = cause.company_id

    def _compute_field_label(self):
        labels = self.env["client.sheet"]._get_change_labels()
        described = self.env["res.partner"].fields_get(attributes=["string"])
        for change in self:
            of_card = described.get(change.field, {}).get("string", change.field)
            change.field_label = labels.get(change.field, of_card)

    def _get_former(self, kind):
        """:return: ``cells.Cell`` to write back, notes and points with their details"""
        self.ensure_one()
        if self.field == "comment":
            return replace(kind.show(self.old_raw["text"]), raw=self.old_raw)
        if self.field not in POINT_CODES:
            return kind.show(self.old_raw)
        former = self.old_raw or []
        cell = kind.show([point[:3] for point in former])
        details = {point[1] or point[0]: point for point in former}
        raw = [details[point[1] or point[0]] for point in cell.raw]
        return replace(cell, raw=raw)

    def action_undo_together(self):
        """Take back what was changed together with these."""
        self.check_access("read")
        return self.bulk_edit_id.action_undo()

    @api.model
    def _note(self, vals_list):
        """Add to the journal.

        :param vals_list: dicts of partner_id, import_id and row_id or bulk_edit_id or
            sync_source, company_id, field, old_value, new_value, old_raw and new_raw
        """
        ids = self._insert([{**vals, "state": "applied"} for vals in vals_list])
        self.env["res.partner"].invalidate_model(
            ["client_change_ids", "client_change_count"]
        )
        self.env["client.import.row"].invalidate_model(["change_ids"])
        self.env["client.bulk.edit"].invalidate_model(
            ["change_ids", "done_count", "kept_count"]
        )
        return self.browse(ids)
