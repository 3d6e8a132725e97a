from odoo import api, fields, models

# A change by hand makes the accounting system's word count as news again.
TOLD_FIELDS = {
    "partner_id",
    "date",
    "kind",
    "due_date",
    "amount",
    "total",
    "currency_id",
    "number",
    "is_cancelled",
    "line_ids",
}


class ClientTransaction(models.Model):
    """A document told by the accounting system: an order, a shipment, a payment.

    One row for each key of a source in a company. Written by ``upsert`` alone; a person
    may archive what should not count, and it stays so whatever the source says later.
    """

    _name = "client.transaction"
    _description = "Transaction of a Client"
    _inherit = ["client.transaction.sync"]
    _order = "date desc, id desc"
    _rec_name = "number"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    source = fields.Char(
        string="Accounting System",
        required=True,
        help="The name the accounting system gives itself.",
    )
    key = fields.Char(
        string="Key There",
        required=True,
        help="The code of this document in the accounting system.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    partner_key = fields.Char(
        string="Client's Key There",
        readonly=True,
        help="By which the accounting system named the client.",
    )
    date = fields.Date(required=True, index=True)
    kind = fields.Selection(
        selection=[
            ("order", "Order"),
            ("shipment", "Shipment"),
            ("invoice", "Invoice"),
            ("payment", "Payment"),
            ("return", "Return"),
        ],
        required=True,
    )
    number = fields.Char(help="As it stands on the document.")
    amount = fields.Monetary(help="Without tax, in the currency of the document.")
    currency_id = fields.Many2one(comodel_name="res.currency", required=True)
    company_amount = fields.Monetary(
        string="Amount in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_company_amount",
        store=True,
        help="By the rate of the day of the document. A return counts below zero.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    due_date = fields.Date(
        string="To Be Paid by", help="Empty: on the day of the document."
    )
    total = fields.Monetary(
        string="With Tax",
        help="What has to be paid, in the currency of the document; 0: as much as "
        "without tax.",
    )
    company_total = fields.Monetary(
        string="With Tax in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_company_total",
        store=True,
        help="By the rate of the day of the document. A return counts below zero.",
    )
    is_cancelled = fields.Boolean(
        string="Cancelled",
        help="Cancelled in the accounting system: it counts for nothing.",
    )
    version = fields.Float(
        digits=(40, 6),
        readonly=True,
        help="Orders what the accounting system told; an older word changes nothing.",
    )
    digest = fields.Char(readonly=True, help="A mark of what was told last.")
    line_ids = fields.One2many(
        comodel_name="client.transaction.line",
        inverse_name="transaction_id",
        string="Lines",
    )

    _key_uniq = models.Constraint(
        "UNIQUE (company_id, source, key)",
        "The accounting system has told this document already.",
    )
    _event_idx = models.Index(
        "(company_id, kind, partner_id, date) WHERE active AND is_cancelled IS NOT TRUE"
    )
    _told_idx = models.Index(
        "(company_id, source, kind) WHERE active AND is_cancelled IS NOT TRUE"
    )
    _partner_key_idx = models.Index("(source, partner_key)")

    @api.depends("number", "key")
    def _compute_display_name(self):
        for transaction in self:
            transaction.display_name = transaction.number or transaction.key

    @api.depends("amount", "currency_id", "company_id", "date", "kind")
    def _compute_company_amount(self):
        for transaction in self:
            transaction.company_amount = transaction._to_company(transaction.amount)

    @api.depends("total", "currency_id", "company_id", "date", "kind")
    def _compute_company_total(self):
        for transaction in self:
            transaction.company_total = transaction._to_company(transaction.total)

    def _to_company(self, amount):
        """:return: an amount in company currency; what came back is below zero"""
        company = self.company_id
        value = self.currency_id._convert(
            amount, company.currency_id, company, self.date
        )
        return -abs(value) if self.kind == "return" else value

    def write(self, vals):
        """A change by hand lasts until the document is told anew."""
        if TOLD_FIELDS & set(vals):
            vals = {**vals, "digest": False}
        return super().write(vals)

    def _describe(self):
        """:return: the document as ``upsert`` takes it, and the ID of its client"""
        self.ensure_one()
        return {
            "key": self.key,
            "partner_key": self.partner_key or f"id:{self.partner_id.id}",
            "partner_id": self.partner_id.id,
            "date": self.date.isoformat(),
            "kind": self.kind,
            "amount": str(self.amount),
            "currency": self.currency_id.name,
            "number": self.number or "",
            "cancelled": self.is_cancelled,
            "due_date": self.due_date.isoformat() if self.due_date else "",
            "total": str(self.total or ""),
            "lines": [
                {
                    "product_key": line.product_key or "",
                    "product": line.product or "",
                    "category": line.category or "",
                    "quantity": str(line.quantity),
                    "amount": str(line.amount),
                }
                for line in self.line_ids
            ],
        }
