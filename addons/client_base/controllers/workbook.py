"""Excel files that a page gives away, alike in all addons."""

from odoo import http
from odoo.http import request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def give_workbook(content, filename):
    """Answer with an Excel file to be kept.

    :param bytes content: the file
    """
    return request.make_response(
        content,
        headers=[
            ("Content-Type", XLSX),
            ("Content-Disposition", http.content_disposition(filename)),
        ],
    )


def give_template(make, name):
    """Answer with an empty file for who may bring files in; nobody else learns of it.

    :param make: gives the bytes of the file
    :param str name: of the file, in the language of the reader, without its ending
    """
    if not request.env["client.import"].has_access("create"):
        return request.not_found()
    return give_workbook(make(), f"{name}.xlsx")
