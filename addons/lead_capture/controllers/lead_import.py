from odoo import http
from odoo.http import request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
        if not files.has_access("create"):
            return request.not_found()
        filename = f"{files.env._('Requests')}.xlsx"
        return request.make_response(
            files._make_request_template(),
            headers=[
                ("Content-Type", XLSX),
                ("Content-Disposition", http.content_disposition(filename)),
            ],
        )
