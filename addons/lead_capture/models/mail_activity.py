from odoo import models


class MailActivity(models.Model):
    _name = "mail.activity"
    _inherit = ["call.task.owner", "stage.task.owner", "mail.activity"]
