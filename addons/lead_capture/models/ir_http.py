from werkzeug.datastructures import ImmutableMultiDict

from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Keep the body of a public door as it was sent, and out of the arguments.

        A signature is of the very bytes, which are gone once a form is read; and what a
        stranger calls his fields is never the name of an argument.
        """
        result = super()._pre_dispatch(rule, args)
        if rule.endpoint.routing.get("is_lead_door"):
            rule.endpoint.func.__self__._keep_body()
            wanted = request.httprequest
            wanted.args = wanted.form = wanted.files = ImmutableMultiDict()
        return result
