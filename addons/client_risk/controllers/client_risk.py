from odoo import http
from odoo.http import request

from odoo.addons.client_base.controllers.workbook import give_template


class ClientRiskController(http.Controller):
    @http.route(
        "/client_risk/import/template",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def download_template(self):
        """Give an empty file for purchases, with one row as an example."""
        files = request.env["client.import"]
        return give_template(files._make_template_file, files.env._("Purchases"))
