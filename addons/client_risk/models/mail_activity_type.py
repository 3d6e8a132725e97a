from odoo import api, fields, models

from .client_risk_task_giver import ACTIVITY_TYPES


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    is_client_promise = fields.Boolean(
        string="Promise to a Client",
        help="A client whose activity of this type is late counts as at risk, where "
        "the company wants it so.",
    )

    @api.model
    def _get_model_info_by_xmlid(self):
        """Without these types no task could be given to anybody."""
        ours = {
            xmlid: {"res_model": "res.partner", "unlink": False}
            for xmlid in ACTIVITY_TYPES.values()
        }
        return {**super()._get_model_info_by_xmlid(), **ours}
