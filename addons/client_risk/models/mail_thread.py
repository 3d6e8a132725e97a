from odoo import api, models

# A document of these made for a client off active sales is something asked for.
REQUESTS = ("sale.order", "crm.lead")


class MailThread(models.AbstractModel):
    """Sees requests at once, also those of addons that need not be installed."""

    _inherit = "mail.thread"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self._name in REQUESTS:
            self.env["client.removal"]._bring_back_for(records)
        return records
