from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._judge_clients()
        return posted

    def button_draft(self):
        result = super().button_draft()
        self._judge_clients()
        return result

    def _invoice_paid_hook(self):
        """Who has paid owes nothing any more, and not only from tomorrow on."""
        result = super()._invoice_paid_hook()
        self.env["client.profile"]._judge_freed(self.partner_id, "debt_overdue")
        return result

    def _judge_clients(self):
        """Judge the clients of these invoices and credit notes at once."""
        sales = self.filtered(lambda move: move.is_sale_document(include_receipts=True))
        for company, moves in sales.grouped("company_id").items():
            self.env["client.profile"]._judge_clients(moves.partner_id, company)
