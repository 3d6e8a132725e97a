from odoo import models

# What may make good a promise of materials, or take it away.
OFFER_FIELDS = {"company_id", "date", "materials", "outcome", "partner_id"}


class ClientOffer(models.Model):
    _inherit = "client.offer"

    def write(self, vals):
        result = super().write(vals)
        if OFFER_FIELDS & set(vals):
            self.env["client.profile"]._judge_freed(self.partner_id, "promise_overdue")
        return result

    def unlink(self):
        partners = self.partner_id
        result = super().unlink()
        self.env["client.profile"]._judge_freed(partners, "promise_overdue")
        return result
