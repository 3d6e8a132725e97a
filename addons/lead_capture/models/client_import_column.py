from odoo import api, models

from .client_import_request_words import COLUMNS


class ClientImportColumn(models.Model):
    _inherit = "client.import.column"

    @api.model
    def _selection_code(self):
        ours = [(code, self.env._(name)) for code, name in COLUMNS.items()]
        return super()._selection_code() + ours
