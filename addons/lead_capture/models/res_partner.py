from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = [
        "res.partner",
        "lead.call.owner",
        "lead.request.owner",
        "lead.chat.owner",
    ]
