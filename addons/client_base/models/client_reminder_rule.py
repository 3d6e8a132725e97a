from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import placeholders
from .client_reminder_cause import LASTING_KINDS
from .concurrency import CONCURRENCY_ERRORS

# What stands for itself in the texts of a rule.
PLACEHOLDERS = ("name", "client", "date", "age", "days", "manager")
# Dates that the people who use the clients did not choose.
TECHNICAL_DATES = ("create_date", "write_date")


class ClientReminderRule(models.Model):
    """When somebody is to be reminded of a client, and who."""

    _name = "client.reminder.rule"
    _description = "Reminder Rule"
    _inherit = ["client.reminder.plan"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Empty: clients of every company.",
    )
    kind = fields.Selection(
        selection=[
            ("birthday", "Birthday"),
            ("contract_end", "Contract ends"),
            ("review", "Card to be reviewed"),
            ("touch", "No touch for a while"),
            ("date_field", "Another date of the card"),
        ],
        string="Reminds of",
        required=True,
        default="birthday",
    )
    date_field = fields.Selection(
        selection="_get_date_fields",
        help="Any date of the card, your own fields too.",
    )
    interval_days = fields.Integer(
        string="Days Without a Touch",
        default=90,
        help="Clients nobody was in touch with for so many days. For other clients to "
        "be called more often make one more rule with their type or group.",
    )
    days_ahead = fields.Integer(
        string="Working Days Ahead",
        default=0,
        help="Counted in the working days of the person who is reminded. A reminder "
        "never falls on a day off: it comes on the working day before.",
    )
    grace_days = fields.Integer(
        string="Still Given When Late (days)",
        default=7,
        help="A date that passed by unnoticed, for example because the server was off, "
        "is still told for so many days.",
    )
    type_ids = fields.Many2many(
        comodel_name="client.type",
        string="Client Types",
        help="Empty: clients of every type.",
    )
    group_ids = fields.Many2many(
        comodel_name="client.group",
        string="Client Groups",
        help="Clients of at least one of these groups. Empty: of any group or none.",
    )
    domain = fields.Char(
        string="Only Clients That",
        default="[]",
        help="A condition on the card beside type and group.",
    )
    target = fields.Selection(
        selection=[
            ("manager", "The client's manager"),
            ("head", "The head of the manager"),
            ("user", "One person"),
        ],
        string="Remind",
        required=True,
        default="manager",
        help="While this person is away, the deputy is reminded.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        domain="[('share', '=', False)]",
    )
    fallback_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Without a Manager",
        domain="[('share', '=', False)]",
        help="Who is reminded of clients without a manager. Empty: the head of the "
        "company's clients, as its settings say.",
    )
    priority = fields.Selection(
        selection=[("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Very high")],
        default="1",
        required=True,
        help="When more falls due than a person gets a day, this goes first.",
    )
    activity_type_id = fields.Many2one(
        comodel_name="mail.activity.type",
        string="Activity",
        domain="[('res_model', 'in', [False, 'res.partner'])]",
        required=True,
        default=lambda self: self.env.ref("mail.mail_activity_data_call", False),
        ondelete="restrict",
    )
    deadline_on = fields.Selection(
        selection=[
            ("event", "On the date itself"),
            ("given", "On the day of the reminder"),
        ],
        string="To Be Done",
        compute="_compute_deadline_on",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    summary = fields.Char(
        required=True,
        translate=True,
        help="Values in braces: {name}, {client}, {date}, {age}, {days}, {manager}.",
    )
    note = fields.Text(
        translate=True,
        help="Values in braces: {name}, {client}, {date}, {age}, {days}, {manager}.",
    )
    planned_at = fields.Datetime(string="Last Looked Through", readonly=True)
    error = fields.Char(
        string="What Went Wrong",
        readonly=True,
        copy=False,
        help="Of the last time the clients were looked through.",
    )
    reminder_ids = fields.One2many(
        comodel_name="client.reminder",
        inverse_name="rule_id",
        string="Reminders",
    )
    preview_count = fields.Integer(
        string="In the Next 30 Days",
        compute="_compute_preview_count",
    )

    _days_positive = models.Constraint(
        "CHECK (days_ahead >= 0 AND grace_days >= 0 AND interval_days > 0)",
        "Days cannot be negative, and an interval is at least one day.",
    )
    _days_limit = models.Constraint(
        "CHECK (days_ahead <= 250 AND grace_days <= 366)",
        "A reminder comes within a year of its date.",
    )

    # === COMPUTE METHODS ===

    @api.model
    def _get_date_fields(self):
        """:return: the stored dates of the card, names and labels, for a selection"""
        partners = self.env["res.partner"]
        return sorted(
            (
                (name, field._description_string(self.env))
                for name, field in partners._fields.items()
                if field.store
                and field.column_type
                and field.type in ("date", "datetime")
                and name not in TECHNICAL_DATES
            ),
            key=lambda choice: choice[1],
        )

    @api.depends("kind")
    def _compute_deadline_on(self):
        for rule in self:
            lasting = rule.kind in LASTING_KINDS
            rule.deadline_on = "given" if lasting else "event"

    @api.depends(
        "kind",
        "date_field",
        "interval_days",
        "days_ahead",
        "grace_days",
        "type_ids",
        "group_ids",
        "domain",
        "company_id",
        "target",
        "user_id",
    )
    def _compute_preview_count(self):
        for rule in self:
            rule.preview_count = rule._count_preview()

    # === CONSTRAINTS ===

    @api.constrains("kind", "date_field", "target", "user_id")
    def _check_complete(self):
        for rule in self:
            if rule.kind == "date_field" and rule.date_field not in dict(
                self._get_date_fields()
            ):
                raise ValidationError(self.env._("Say which date of the card it is."))
            if rule.target == "user" and not rule.user_id:
                raise ValidationError(self.env._("Say who is to be reminded."))
            if (rule.user_id | rule.fallback_user_id).filtered("share"):
                raise ValidationError(self.env._("Guests cannot be reminded."))

    @api.constrains("domain")
    def _check_domain(self):
        for rule in self:
            rule._get_own_domain()

    @api.constrains("summary", "note")
    def _check_placeholders(self):
        for rule in self:
            for text in (rule.summary or "", rule.note or ""):
                unknown = placeholders.unknown_names(text, PLACEHOLDERS)
                if unknown or placeholders.has_stray_brace(text):
                    raise ValidationError(
                        self.env._(
                            "The text “%(text)s” has braces with something else than "
                            "these values: %(known)s.",
                            text=text,
                            known=", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
                        )
                    )

    # === CRUD METHODS ===

    def write(self, vals):
        """Take back what is only planned when a rule is switched off."""
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            self.env["client.reminder"].sudo().search(  # nobody writes reminders
                [("rule_id", "in", self.ids), ("state", "=", "waiting")]
            ).unlink()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_given(self):
        reminders = self.env["client.reminder"].sudo()  # of all companies
        if reminders.search([("rule_id", "in", self.ids), ("given_on", "!=", False)]):
            raise ValidationError(
                self.env._(
                    "People were reminded by this rule. Archive it, so that the "
                    "history stays."
                )
            )

    # === ACTION METHODS ===

    def action_preview(self):
        """Open what this rule will remind of in the next 30 days."""
        self.ensure_one()
        self.check_access("write")
        if self.active:
            self._plan_safely()
            return self._open_reminders(
                [("state", "=", "waiting")], self.env._("In the Next 30 Days")
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.res_partner_action"
        )
        action["domain"] = [("id", "in", self._fetch_preview_clients())]
        action["context"] = {}
        return action

    def action_open_reminders(self):
        """Open everything this rule ever reminded of."""
        self.ensure_one()
        self.check_access("read")
        return self._open_reminders([], self.name)

    def _open_reminders(self, domain, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_reminder_action"
        )
        action["display_name"] = action["name"] = name
        action["domain"] = [("rule_id", "=", self.id), *domain]
        action["context"] = {}
        return action

    # === BUSINESS METHODS ===

    def _get_own_domain(self):
        """:return: the condition of the rule, checked
        :raise ValidationError: when it is no domain of the card
        """
        partners = self.env["res.partner"]
        try:
            domain = Domain(literal_eval(self.domain or "[]"))
            domain.validate(partners.sudo(False))
            partners.sudo(False)._search(domain)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            raise ValidationError(
                self.env._("This is no condition on a client: %s", self.domain)
            ) from error
        return domain

    def _get_client_domain(self):
        """Which clients the rule is about."""
        domain = self.env["res.partner"]._get_client_domain() & self._get_own_domain()
        if self.type_ids:
            domain &= Domain("client_type_id", "in", self.type_ids.ids)
        if self.group_ids:
            domain &= Domain("client_group_ids", "in", self.group_ids.ids)
        if self.company_id:
            domain &= Domain("company_id", "in", [self.company_id.id, False])
        return domain

    def _fill_in(self, text, values):
        """:param values: placeholder -> text"""
        return placeholders.fill_in(text or "", values)
