from odoo import http
from odoo.http import request

from .workbook import give_workbook


class ClientBaseController(http.Controller):
    @http.route(
        "/client_base/import/<int:import_id>/problems",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def download_problems(self, import_id):
        """Give the bad rows of a file back, with the reason in the last column."""
        file = request.env["client.import"].browse(import_id).exists()
        if not file or not file.has_access("read"):
            return request.not_found()
        content, filename = file._make_problem_file()
        return give_workbook(content, filename)
