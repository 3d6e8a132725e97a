from odoo import api, fields, models


class ClientImportColumn(models.Model):
    """One column of a file and what it means on the card."""

    _name = "client.import.column"
    _description = "Column of a Client File"
    _order = "position, id"
    _rec_name = "header"

    import_id = fields.Many2one(
        comodel_name="client.import",
        required=True,
        index=True,
        ondelete="cascade",
    )
    position = fields.Integer(required=True, readonly=True)
    header = fields.Char(readonly=True)
    sample = fields.Char(string="For Example", readonly=True)
    code = fields.Selection(
        selection="_selection_code",
        string="Goes To",
        help="Empty: the column is left out.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "import_id" in vals:
            self.check_access("write")  # as with the rows
        return result

    @api.model
    def _selection_code(self):
        return list(self.env["client.sheet"]._get_labels().items())
