from odoo import api, fields, models


class ClientImportLayout(models.Model):
    """What the columns of files with one and the same header mean, as learnt.

    Written when a file is applied, so that the next file like it needs no hand.
    """

    _name = "client.import.layout"
    _description = "Remembered File Layout"
    _order = "write_date desc, id desc"

    name = fields.Char(required=True, help="The file it was learnt from.")
    signature = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    codes = fields.Json(readonly=True, help="One code per column of the file.")
    country_id = fields.Many2one(comodel_name="res.country")
    sync_source = fields.Char(string="Accounting System")

    _signature_uniq = models.Constraint(
        "UNIQUE (signature, company_id)",
        "This header is known already.",
    )

    @api.model
    def _find(self, signature, company):
        return self.search(
            [("signature", "=", signature), ("company_id", "=", company.id)], limit=1
        )
