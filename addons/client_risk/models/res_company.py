from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    client_purchase_event = fields.Selection(
        selection=[
            ("auto", "Shipment, else invoice, else order"),
            ("shipment", "Shipment"),
            ("invoice", "Invoice"),
            ("order", "Order"),
        ],
        string="What Counts as a Purchase",
        required=True,
        default="auto",
        help="One sale has several documents: only one of them may count.",
    )
    client_judged_on = fields.Date(
        string="Clients Judged on",
        readonly=True,
        help="The day of the last night's evaluation of all clients.",
    )
    client_removal_by_manager = fields.Boolean(
        string="Managers Remove Their Own Clients",
        help="Managers take their own clients off active sales themselves. Else they "
        "ask the head.",
    )
