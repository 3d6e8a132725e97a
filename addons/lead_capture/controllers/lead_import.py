from odoo import http
from odoo.http import request

from odoo.addons.client_base.controllers.workbook import give_template


class LeadImportController(http.Controller):
    @http.route(
        "/lead_capture/import/template",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def download_template(self):
        """Give an empty file for requests, with one row as an example."""
        files = request.env["client.import"]
        return give_template(files._make_request_template, files.env._("Requests"))
