from odoo import fields, models
from odoo.tools import SQL

# Ids are (id of the source's row) * SLOTS + (number of the source); a 32 bit integer
# is enough for 268 million rows of each.
SLOTS = 8


class ClientPurchase(models.Model):
    """One purchase of a client, or what came back of it: a day, an amount, a document.

    A query over the documents of sales, invoices and what the accounting system told,
    by the event that the company counts.
    """

    _name = "client.purchase"
    _description = "Purchase of a Client"
    _inherit = ["client.purchase.source"]
    _order = "date desc, id desc"
    _rec_name = "name"
    _auto = False
    _depends = {
        "account.journal": ["company_id", "type"],
        "account.move": [
            "amount_untaxed_signed",
            "company_id",
            "date",
            "invoice_date",
            "move_type",
            "name",
            "partner_id",
            "state",
        ],
        "client.transaction": [
            "active",
            "company_amount",
            "company_id",
            "date",
            "is_cancelled",
            "key",
            "kind",
            "number",
            "partner_id",
        ],
        "res.company": ["client_purchase_event", "currency_id", "partner_id"],
        "res.partner": ["commercial_partner_id", "tz"],
        "sale.order": [
            "amount_untaxed",
            "company_id",
            "currency_rate",
            "date_order",
            "name",
            "partner_id",
            "state",
        ],
    }

    name = fields.Char(string="Document", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner", string="Named on the Document", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    date = fields.Date(readonly=True)
    amount = fields.Monetary(
        readonly=True,
        aggregator="sum",
        help="Without tax, in company currency; below zero for what came back.",
    )
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    is_return = fields.Boolean(string="Came Back", readonly=True)
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Document ID", model_field="res_model", readonly=True
    )
    manager_id = fields.Many2one(
        related="partner_id.user_id", string="Manager of the Client"
    )

    @property
    def _table_query(self):
        """Each source joins the client, so that one client is read by indexes."""
        sources = [
            self._complete(slot, select)
            for slot, select in enumerate(self._get_sources().values())
        ]
        return SQL(
            "WITH counted AS (%s) %s",
            self._select_counted(),
            SQL(" UNION ALL ").join(sources),
        )

    def _complete(self, slot, select):
        """Add the client and the currency to the rows of a source.

        The types must be the same in all sources, or the database does not look into
        them for one client.
        """
        return SQL(
            """
            SELECT source.id * %(slots)s + %(slot)s AS id,
                   source.name::varchar AS name,
                   contact.commercial_partner_id AS partner_id,
                   source.partner_id AS contact_id,
                   source.company_id,
                   source.date::date AS date,
                   source.amount::numeric AS amount,
                   company.currency_id,
                   source.amount < 0 AS is_return,
                   source.res_model::varchar AS res_model,
                   source.res_id
              FROM (%(select)s) AS source
              JOIN res_partner contact ON contact.id = source.partner_id
              JOIN res_company company ON company.id = source.company_id
             WHERE source.amount <> 0
               AND NOT EXISTS (
                       SELECT 1
                         FROM res_company own
                        WHERE own.partner_id = contact.commercial_partner_id
                   )
            """,
            slots=SLOTS,
            slot=slot,
            select=select,
        )

    def action_open_document(self):
        """Open the order, the invoice or the document of the accounting system."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
