from odoo import api, fields, models

from .client_risk_thresholds import MOST_DAYS

# Days by which people may be late before it counts.
PATIENCE_FIELDS = (
    "client_promise_days",
    "client_risk_promise_days",
    "client_risk_debt_days",
)


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
    client_ask_date = fields.Selection(
        selection=[
            ("all", "Every client"),
            ("managed", "Clients with a manager of their own"),
            ("none", "Nobody"),
        ],
        string="Ask for the Next Date after a Sale",
        required=True,
        default="all",
        help="After each sale somebody gets the task to ask when the client buys next.",
    )
    client_promise_days = fields.Integer(
        string="Days of Patience with a Told Date",
        default=3,
        help="A client who buys so many days after the day he named has kept it.",
    )
    client_daily_cap = fields.Integer(
        string="Reminders and Tasks a Day",
        help="The most reminders of clients and tasks about them that one person gets "
        "a day. The most important ones come first, the rest waits.",
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
    client_risk_promise = fields.Boolean(
        string="Overdue Promise of Ours Is a Risk",
        default=True,
        help="An activity of a type that is a promise, or materials asked for.",
    )
    client_risk_promise_days = fields.Integer(
        string="Days a Promise May Be Late", default=3
    )
    client_risk_debt = fields.Boolean(
        string="Overdue Debt Is a Risk",
        help="By what the accounting system tells of payments, else by the invoices "
        "here.",
    )
    client_payment_source = fields.Selection(
        selection=[
            ("auto", "Accounting systems that tell them, else Odoo"),
            ("told", "Accounting systems, all taken together"),
            ("odoo", "Invoices in Odoo"),
        ],
        string="Payments Come from",
        required=True,
        default="auto",
        help="An accounting system that never told a payment says nothing about debts. "
        "Take all together where one system tells the shipments and another one what "
        "was paid.",
    )
    client_risk_debt_days = fields.Integer(
        string="Days a Payment May Be Late", default=7
    )
    client_risk_debt_amount = fields.Monetary(
        string="Smallest Debt That Counts", help="In company currency, with tax."
    )
    client_risk_claim = fields.Boolean(string="Open Claim Is a Risk", default=True)
    client_flow_from = fields.Date(
        string="Base Counted from",
        readonly=True,
        help="The last day of a month: who was active then is the first opening.",
    )
    client_flow_on = fields.Date(string="Base Counted on", readonly=True)
    client_load_norm = fields.Integer(
        string="Clients a Manager Can Look After",
        default=100,
        help="The head is told when a manager has more.",
    )
    client_load_warning = fields.Integer(
        string="Clients from Which a Manager Is Nearly Full",
        default=70,
        help="The head is warned.",
    )
    client_load_info = fields.Integer(
        string="Clients from Which a Manager Is Well Loaded",
        default=50,
        help="The head is informed.",
    )

    _client_risk_days = models.Constraint(
        "CHECK (client_risk_promise_days >= 0 AND client_risk_debt_days >= 0)",
        "Days of grace are not below zero.",
    )
    client_item_level = fields.Selection(
        selection=[
            ("auto", "Categories, or products where the range is narrow"),
            ("category", "Categories"),
            ("product", "Products"),
        ],
        string="What Is Suggested",
        required=True,
        default="auto",
    )
    client_suggested_on = fields.Date(
        string="Suggestions Found on",
        readonly=True,
        help="The day on which it was last found what to offer to whom.",
    )
    _client_load_order = models.Constraint(
        "CHECK (0 < client_load_info AND client_load_info <= client_load_warning "
        "AND client_load_warning <= client_load_norm)",
        "The norm of clients is not below the number of the warning, and that one not "
        "below the number of the information.",
    )
    client_reactivated_on = fields.Date(readonly=True)
    client_reactivation_on = fields.Boolean(
        string="Win Silent Clients Back",
        default=True,
        help="Cases open by themselves every night.",
    )
    client_reactivation_weekly = fields.Integer(
        string="New Cases a Week",
        default=10,
        help="The most new cases a manager gets in a week; a fifth of it a day.",
    )
    client_reactivation_window = fields.Integer(
        string="Days to Buy after the Last Attempt",
        default=30,
        help="Who buys within this time was won back.",
    )
    client_reactivation_months = fields.Integer(
        string="Months of Returned Revenue",
        default=6,
        help="What a client buys for in this time after his return is counted.",
    )
    client_reactivation_rest = fields.Integer(
        string="Days of Rest after a Loss",
        default=180,
        help="So long no new case opens for a client who was not won back.",
    )

    _client_reactivation_positive = models.Constraint(
        """CHECK (client_reactivation_weekly >= 0
                  AND client_reactivation_window BETWEEN 1 AND 365
                  AND client_reactivation_months BETWEEN 1 AND 60
                  AND client_reactivation_rest BETWEEN 0 AND 3650)""",
        "The numbers of winning back must be positive and reasonable.",
    )

    @api.constrains(*PATIENCE_FIELDS)
    def _check_patience(self):
        """A day so far away that it is none would end every evaluation."""
        self.env["client.risk.thresholds"]._check_between(
            self, dict.fromkeys(PATIENCE_FIELDS, (0, MOST_DAYS))
        )
