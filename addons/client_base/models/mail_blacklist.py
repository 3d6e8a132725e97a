from odoo import models


class MailBlacklist(models.Model):
    _name = "mail.blacklist"
    _inherit = ["mail.blacklist", "client.contact.blacklist"]

    def _get_blacklisted(self):
        return "email", "email"
