from odoo import models


class MailBlacklist(models.Model):
    _name = "mail.blacklist"
    _inherit = ["mail.blacklist", "client.contact.blacklist"]

    _contact_kind = "email"
    _contact_field = "email"
