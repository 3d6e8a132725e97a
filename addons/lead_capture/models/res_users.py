from odoo import models


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = [
        "res.users",
        "lead.desk.owner",
        "lead.presence",
        "lead.extension.owner",
    ]

    _lead_capacity_positive = models.Constraint(
        "CHECK (lead_capacity >= 0)", "A limit is not below zero."
    )
