from odoo import api, fields, models

# Code of a metric -> its words. Those of the first set are shares of 100.
SHARES = [
    ("order", "Order in the Base, %"),
    ("completeness", "Complete Cards, %"),
    ("phone_confirmed", "Phones That Work, %"),
    ("phone_unknown", "Phones Not Checked, %"),
    ("phone_failed", "Phones That Fail, %"),
    ("email_confirmed", "E-mails That Work, %"),
    ("email_unknown", "E-mails Not Checked, %"),
    ("email_failed", "E-mails That Fail, %"),
    ("no_contact", "Without a Phone or E-mail That Works, %"),
    ("duplicate", "Clients with a Likely Duplicate, %"),
    ("no_source", "Without a Source, %"),
    ("no_history", "Without a History, %"),
    ("not_reviewed", "Not Reviewed in Time, %"),
    ("no_manager", "Without a Manager, %"),
    ("active", "Active in 90 Days, %"),
]
NUMBERS = [
    ("clients", "Clients"),
    ("new", "New in 30 Days"),
    ("duplicate_pairs", "Likely Duplicates"),
    ("duplicate_clusters", "Clients with Several Cards"),
    ("open_issues", "Open Problems"),
]
# More of these is better; of the rest less is. Numbers of neither are neutral.
GOOD = {
    "order",
    "completeness",
    "phone_confirmed",
    "email_confirmed",
    "active",
    "new",
}
# Fewer clients are better when duplicates were merged, and worse when clients left.
NEUTRAL = {"clients", "phone_unknown", "email_unknown"}


class ClientAuditLine(models.Model):
    """One figure of an audit: of the whole base, a manager, a group or a type."""

    _name = "client.audit.line"
    _description = "Figure of an Audit"
    _order = "audit_id desc, scope, user_id, group_id, type_id, sequence, id"
    _rec_name = "metric"

    audit_id = fields.Many2one(
        comodel_name="client.audit",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    date = fields.Date(string="Audit Of", required=True, readonly=True, index=True)
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    scope = fields.Selection(
        selection=[
            ("all", "In All"),
            ("user", "By Manager"),
            ("group", "By Group"),
            ("type", "By Type"),
        ],
        string="Of",
        required=True,
        readonly=True,
    )
    group_id = fields.Many2one(
        comodel_name="client.group", readonly=True, ondelete="cascade", index=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Manager",
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    type_id = fields.Many2one(
        comodel_name="client.type",
        string="Client Type",
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    subject = fields.Char(string="Of Whom", compute="_compute_subject")
    sequence = fields.Integer(readonly=True, aggregator=None)
    metric = fields.Selection(
        selection=SHARES + NUMBERS, string="Figure", required=True, readonly=True
    )
    value = fields.Float(
        readonly=True,
        digits=(12, 1),
        aggregator="avg",
        help="A share of 100, or a number, as the figure says.",
    )
    count = fields.Integer(
        string="How Many", readonly=True, help="Of how many cards or phones it is so."
    )
    total = fields.Integer(string="Out Of", readonly=True)
    previous_value = fields.Float(
        string="Before", readonly=True, digits=(12, 1), aggregator="avg"
    )
    delta = fields.Float(
        string="Change", readonly=True, digits=(12, 1), aggregator="avg"
    )
    trend = fields.Selection(
        selection=[
            ("first", "First Time"),
            ("better", "Better"),
            ("worse", "Worse"),
            ("same", "As Before"),
            ("changed", "Changed"),
        ],
        readonly=True,
        help="Compared with the audit before.",
    )

    @api.depends("scope", "user_id.name", "group_id.name", "type_id.name")
    @api.depends_context("lang")
    def _compute_subject(self):
        scopes = dict(self._fields["scope"]._description_selection(self.env))
        for line in self:
            owner = line.user_id or line.group_id or line.type_id
            line.subject = owner.display_name or scopes.get(line.scope)
