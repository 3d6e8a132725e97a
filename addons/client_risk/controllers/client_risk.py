from odoo import http
from odoo.http import request


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
        if not files.has_access("create"):
            return request.not_found()
        filename = f"{files.env._('Purchases')}.xlsx"
        return request.make_response(
            files._make_template_file(),
            headers=[
                (
                    "Content-Type",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                ),
                ("Content-Disposition", http.content_disposition(filename)),
            ],
        )
