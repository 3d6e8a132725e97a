from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the browser of which rules the forms it keeps have to know."""
        result = super().session_info()
        if self.env.user._is_internal():
            mark = self.env["res.partner"]._get_form_rules_mark()
            result["client_form_rules"] = mark
        return result
