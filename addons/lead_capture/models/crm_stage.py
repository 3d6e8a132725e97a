from odoo import models


class CrmStage(models.Model):
    _inherit = "crm.stage"
