from odoo import fields, models
from odoo.exceptions import AccessError

SECTORS = [("risk", "At Risk"), ("growth", "Growth"), ("watch", "Watched")]
STATUSES = [
    ("missed_date", "Missed the Date"),
    ("shrinking", "Buys Less"),
    ("promise_overdue", "Our Promise Is Overdue"),
    ("debt_overdue", "Debt Is Overdue"),
    ("open_claim", "Open Claim"),
    ("growing", "Buys More"),
    ("stable", "Stable"),
    ("new", "New"),
    ("developing", "Bought Twice"),
    ("one_time", "Bought Once"),
    ("unproven", "Bought Twice, Silent"),
    ("lost", "Lost"),
    ("irregular", "Buys by Project"),
    ("prospect", "Prospect in Work"),
    ("untouched", "Nothing Planned"),
    ("removed", "Removed from Active Sales"),
]
# What people say of a client; everything else is measured.
TOLD_FIELDS = {"told_date", "is_irregular"}


class ClientProfile(models.Model):
    """What is known of one client in one company: rhythm, chances, sector, status.

    Measured every night for all clients, and at once for one who buys or names the day
    of his next purchase. Days of silence are business days, dates are calendar days.
    """

    _name = "client.profile"
    _description = "Profile of a Client"
    _inherit = [
        "client.profile.task",
        "client.profile.winback",
        "client.profile.removal",
        "client.profile.standing",
        "client.profile.counted",
        "client.profile.worker",
        "client.profile.reason",
        "client.profile.suggestion",
    ]
    _order = "money_at_stake desc, id"
    _rec_name = "partner_id"

    active = fields.Boolean(default=True, readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    manager_id = fields.Many2one(related="partner_id.user_id", string="Manager")
    client_type_id = fields.Many2one(related="partner_id.client_type_id")
    phone = fields.Char(related="partner_id.phone")
    sector = fields.Selection(
        selection=SECTORS, required=True, readonly=True, group_expand=True
    )
    status = fields.Selection(selection=STATUSES, required=True, readonly=True)
    since = fields.Date(string="In This Status since", readonly=True)
    abc_class = fields.Selection(
        selection=[("A", "A"), ("B", "B"), ("C", "C")],
        string="ABC",
        readonly=True,
        help="A: the clients who make 80 % of two years' sales; B: up to 95 %.",
    )
    purchase_count = fields.Integer(
        string="Purchases", readonly=True, help="Days on which the client bought."
    )
    first_date = fields.Date(string="First Purchase", readonly=True)
    last_date = fields.Date(string="Last Purchase", readonly=True)
    period_days = fields.Float(
        string="Buys Every (Days)", readonly=True, aggregator="avg"
    )
    regularity = fields.Float(
        readonly=True, aggregator="avg", help="1: haphazard, 5: like a clock."
    )
    expected_date = fields.Date(
        string="Expected",
        readonly=True,
        help="The day the client told, else the forecast.",
    )
    expected_from = fields.Date(string="Expected from", readonly=True)
    expected_to = fields.Date(string="Expected until", readonly=True)
    missed_on = fields.Date(string="Counts as Missed from", readonly=True)
    overdue_days = fields.Integer(string="Days Late", readonly=True, aggregator="avg")
    told_date = fields.Date(
        string="Date Told by the Client",
        help="When the client says he will buy next. It outranks the forecast.",
    )
    is_told = fields.Boolean(string="Expected by the Client's Word", readonly=True)
    is_irregular = fields.Boolean(
        string="Buys by Project",
        help="Blanket orders or projects: there is no rhythm to judge by.",
    )
    is_due = fields.Boolean(
        string="Due within a Week", readonly=True, help="And not late yet."
    )
    is_drop_proposed = fields.Boolean(
        string="Proposed for Removal",
        readonly=True,
        help="Silent so long that work with the client no longer pays.",
    )
    alive_probability = fields.Float(
        string="Chance That He Is Still a Client", readonly=True, aggregator="avg"
    )
    buy_chance = fields.Float(
        string="Chance to Buy in 90 Days", readonly=True, aggregator="avg"
    )
    silent_share = fields.Float(
        readonly=True,
        aggregator="avg",
        help="The share of faithful clients of this rhythm who stay silent so long.",
    )
    usual_basket = fields.Monetary(readonly=True, aggregator="avg")
    money_at_stake = fields.Monetary(
        readonly=True,
        help="What the client normally buys for in 90 days, times the chance that he "
        "will not.",
    )
    winning_value = fields.Monetary(
        string="Worth Winning Back",
        readonly=True,
        help="The usual basket times the chance that he buys within 90 days.",
    )
    turnover = fields.Monetary(string="Bought in Two Years", readonly=True)
    trend_z = fields.Float(string="Trend", readonly=True, aggregator="avg")
    trend_change = fields.Float(string="Change", readonly=True, aggregator="avg")
    frequency_change = fields.Float(readonly=True, aggregator="avg")
    basket_change = fields.Float(readonly=True, aggregator="avg")
    reason_code = fields.Char(readonly=True)
    reason = fields.Char(compute="_compute_reason")
    forecast_last = fields.Date(readonly=True)
    forecast_date = fields.Date(readonly=True)
    forecast_from = fields.Date(readonly=True)
    forecast_to = fields.Date(readonly=True)
    move_ids = fields.One2many(
        comodel_name="client.profile.move",
        inverse_name="profile_id",
        string="Changes of Status",
        readonly=True,
    )

    _client_uniq = models.Constraint(
        "UNIQUE (partner_id, company_id)", "A client has one profile in a company."
    )

    _status_idx = models.Index("(company_id, status)")

    def init(self):
        """Leave room in each page: the night writes every row, next to the old one."""
        self.env.cr.execute("ALTER TABLE client_profile SET (fillfactor = 50)")

    def write(self, vals):
        """Let people say what they know; what is measured nobody writes."""
        if not self.env.su and set(vals) - TOLD_FIELDS:
            raise AccessError(
                self.env._("Only the told date and “by project” are said by people.")
            )
        result = super().write(vals)
        if TOLD_FIELDS & set(vals):
            self.sudo()._judge_again()  # the measured columns are nobody's to write
        return result

    # === ACTIONS ===

    def recompute(self):
        """Judge these clients anew; without any, all clients of the company.

        :return: True
        """
        self.check_access("read")
        if self:
            for company, profiles in self.grouped("company_id").items():
                self.sudo()._judge(company, sorted(profiles.partner_id.ids))
        else:
            self.env["client.risk.policy"].check_access("write")  # a manager's affair
            # The company of the caller: with sudo, any would do that he names.
            company = self.env.company
            judge_sudo = self.sudo()  # the day it was done is nobody's to write
            judge_sudo._judge_company(company.with_env(judge_sudo.env))
        return True

    def action_open_client(self):
        """Open the card."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_plan_call(self):
        """Plan a call to the client."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan a Call"),
            "res_model": "mail.activity.schedule",
            "view_mode": "form",
            "target": "new",
            "context": {
                "active_model": "res.partner",
                "active_ids": self.partner_id.ids,
                "active_id": self.partner_id.id,
                "default_res_model": "res.partner",
                "default_res_ids": self.partner_id.ids,
                "default_activity_type_id": self.env.ref(
                    "mail.mail_activity_data_call"
                ).id,
                "default_summary": self.reason,
            },
        }

    def action_quote(self):
        """Make a quotation for the client."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "view_mode": "form",
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
            },
        }
