from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # Whether a company delivers at all is asked each time purchases are read.
    _client_delivered_idx = models.Index(
        "(company_id, sale_id) WHERE state = 'done' AND sale_id IS NOT NULL"
    )

    def _action_done(self):
        """Judge at once who has got goods, or has sent them back."""
        result = super()._action_done()
        orders = self.filtered(lambda picking: picking.state == "done").sale_id
        orders._judge_clients()
        return result
