from odoo import models


class PhoneBlacklist(models.Model):
    _name = "phone.blacklist"
    _inherit = ["phone.blacklist", "client.contact.blacklist"]

    _contact_kind = "phone"
    _contact_field = "number"
