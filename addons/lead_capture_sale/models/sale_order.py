from odoo import api, models

# What of an order may be what a lead waits for.
WATCHED = {"state", "opportunity_id", "amount_total", "amount_untaxed", "order_line"}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._move_leads()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if not WATCHED.isdisjoint(vals):
            self._move_leads()
        return result

    def _move_leads(self):
        """Move on the leads that waited for this."""
        # sudo: whoever confirms the order need not see the lead
        leads = self.sudo().opportunity_id
        if leads:
            leads._move_automatically()
