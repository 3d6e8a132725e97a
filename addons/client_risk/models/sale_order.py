from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # Of the client, in the company one works in: read by a join with the profile.
    client_sector = fields.Selection(
        related="partner_id.client_sector",
        string="Sector of the Client",
        groups="client_base.group_client_user",
    )
    client_status = fields.Selection(
        related="partner_id.client_status",
        groups="client_base.group_client_user",
    )

    def _action_confirm(self):
        result = super()._action_confirm()
        self._judge_clients()
        return result

    def _action_cancel(self):
        sold = self.filtered(lambda order: order.state == "sale")
        result = super()._action_cancel()
        sold._judge_clients()
        return result

    def _judge_clients(self):
        """Judge the clients of these orders at once."""
        for company, orders in self.grouped("company_id").items():
            self.env["client.profile"]._judge_clients(orders.partner_id, company)
