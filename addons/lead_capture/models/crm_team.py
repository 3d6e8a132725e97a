from odoo import models


class CrmTeam(models.Model):
    _name = "crm.team"
    _inherit = ["lead.timed.team", "crm.team"]
