from odoo import models


class CrmStage(models.Model):
    _name = "crm.stage"
    _inherit = ["stage.criteria", "stage.pace", "crm.stage"]
