from odoo import models


class PhoneBlacklist(models.Model):
    _name = "phone.blacklist"
    _inherit = ["phone.blacklist", "client.contact.blacklist"]

    def _get_blacklisted(self):
        return "phone", "number"
