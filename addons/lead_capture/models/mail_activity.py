from odoo import models


class MailActivity(models.Model):
    _name = "mail.activity"
    _inherit = ["stage.task.owner", "mail.activity"]
