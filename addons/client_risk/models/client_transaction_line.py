from odoo import api, fields, models


class ClientTransactionLine(models.Model):
    """One line of a document: what was bought, as the accounting system says."""

    _name = "client.transaction.line"
    _description = "Line of a Transaction"
    _order = "transaction_id, sequence, id"
    _rec_name = "product"

    transaction_id = fields.Many2one(
        comodel_name="client.transaction",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer()
    product_key = fields.Char(string="Product's Key There")
    product = fields.Char()
    category = fields.Char(index="btree_not_null")
    quantity = fields.Float(digits=(20, 4))
    amount = fields.Monetary(help="Without tax, in the currency of the document.")
    currency_id = fields.Many2one(related="transaction_id.currency_id")
    company_amount = fields.Monetary(
        string="Amount in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_company_amount",
        store=True,
    )
    company_currency_id = fields.Many2one(
        related="transaction_id.company_currency_id", string="Company Currency"
    )
    # Stored beside the document's own, so that millions of lines group without a join.
    company_id = fields.Many2one(
        related="transaction_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        related="transaction_id.partner_id", store=True, index=True
    )
    date = fields.Date(related="transaction_id.date", store=True)

    @api.depends(
        "amount", "transaction_id.currency_id", "transaction_id.date", "company_id"
    )
    def _compute_company_amount(self):
        for line in self:
            document = line.transaction_id
            amount = document.currency_id._convert(
                line.amount,
                document.company_id.currency_id,
                document.company_id,
                document.date,
            )
            is_return = document.kind == "return"
            line.company_amount = -abs(amount) if is_return else amount
