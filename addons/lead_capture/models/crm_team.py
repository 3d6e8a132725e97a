from odoo import models


class CrmTeam(models.Model):
    _name = "crm.team"
    _inherit = ["lead.timed.team", "lead.team", "lead.pipeline.team", "crm.team"]
