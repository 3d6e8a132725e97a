from odoo import models


class ClientGroup(models.Model):
    _inherit = "client.group"

    def action_open_sms(self):
        """Begin an SMS mailing to whoever is in the group when it is sent."""
        self.ensure_one()
        self.check_access("read")
        domain = [("client_group_ids", "in", self.ids)]
        return self.env["res.partner"]._prepare_sms_mailing_action(domain, self.name)
