from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from .client_group_rule_reader import RULE_ERRORS
from .concurrency import CONCURRENCY_ERRORS

# Keys sort from mild to grave.
SEVERITIES = [("1", "Low"), ("2", "Medium"), ("3", "High")]
# How many days there are to mend a problem, unless its rule says otherwise.
DEADLINE_DAYS = {"1": 30, "2": 14, "3": 7}


class ClientIssueRule(models.Model):
    """What an audit looks for in the cards: a domain on clients, or a check of ours.

    A domain is data, never code: it is read like the rule of a group.
    """

    _name = "client.issue.rule"
    _description = "Audit Rule"
    _inherit = ["client.group.rule.reader", "client.issue.finder"]
    _order = "sequence, id"

    name = fields.Char(string="Problem", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        string="On",
        default=True,
        help="A rule that is off looks for nothing, and what it found is closed.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        default=lambda self: self._default_company_id(),
        help="Empty: the audits of every company use this rule.",
    )
    kind = fields.Selection(
        selection=[
            ("domain", "By a condition"),
            ("duplicate", "Possible duplicate"),
            ("phone_format", "Phone written in another form"),
            ("email_format", "E-mail that is none, or is untidy"),
        ],
        string="Looks For",
        required=True,
        default="domain",
    )
    rule = fields.Char(
        string="Condition",
        help="Which clients have the problem. Dates may be relative, such as "
        "today -30d.",
    )
    severity = fields.Selection(selection=SEVERITIES, required=True, default="2")
    weight = fields.Integer(
        required=True,
        default=5,
        aggregator=None,
        help="How much the problem counts in the order of the base, 1 to 100.",
    )
    deadline_days = fields.Integer(
        string="Days to Mend",
        compute="_compute_deadline_days",
        store=True,
        readonly=False,
        aggregator=None,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Without a Manager: To",
        domain=[("share", "=", False)],
        help="Mends the problem of clients without a manager. Empty: whoever has the "
        "audit done.",
    )
    advice = fields.Text(
        string="What to Do", translate=True, help="Shown with each problem."
    )
    rule_error = fields.Char(
        string="What Is Wrong",
        readonly=True,
        copy=False,
        help="Why the rule could not be run the last time.",
    )
    looked_on = fields.Datetime(
        string="Looked For",
        readonly=True,
        copy=False,
        help="The last night in which the problem was looked for.",
    )
    issue_ids = fields.One2many(
        comodel_name="client.issue", inverse_name="rule_id", string="Problems"
    )
    open_count = fields.Integer(string="Open", compute="_compute_open_count")
    is_others = fields.Boolean(
        string="For Others to Change",
        compute="_compute_is_others",
        help="The audits of companies in which you do not work use this rule, too.",
    )

    _weight_range = models.Constraint(
        "CHECK (weight BETWEEN 1 AND 100)", "A weight is between 1 and 100."
    )
    _deadline_positive = models.Constraint(
        "CHECK (deadline_days >= 0)", "The days to mend a problem cannot be negative."
    )

    # === DEFAULT, COMPUTE METHODS ===

    @api.model
    def _default_company_id(self):
        companies = self.env["res.company"]
        return companies if companies._is_user_everywhere() else self.env.company

    @api.depends("severity")
    def _compute_deadline_days(self):
        for rule in self:
            rule.deadline_days = DEADLINE_DAYS.get(rule.severity, 14)

    @api.depends("issue_ids.state")
    def _compute_open_count(self):
        counts = dict(
            self.env["client.issue"]._read_group(
                [("rule_id", "in", self.ids), ("state", "=", "open")],
                ["rule_id"],
                ["__count"],
            )
        )
        for rule in self:
            rule.open_count = counts.get(rule, 0)

    @api.depends("company_id")
    @api.depends_context("uid")
    def _compute_is_others(self):
        is_everywhere = self.env["res.company"]._is_user_everywhere()
        for rule in self:
            # a new rule is looked at when it is saved
            rule.is_others = rule._origin and not (rule.company_id or is_everywhere)

    # === CONSTRAINS ===

    @api.constrains("rule", "kind", "company_id")
    def _check_rule(self):
        for rule in self.filtered(lambda one: one.kind == "domain"):
            try:
                with self._attempt():
                    rule._try_rule()
            except CONCURRENCY_ERRORS:
                raise
            except RULE_ERRORS as error:
                raise ValidationError(
                    self.env._(
                        "The rule does not work: %(error)s", error=rule._explain(error)
                    )
                ) from error

    @api.constrains("rule", "kind", "company_id", "active")
    def _check_reach(self):
        """A rule is run with the rights of the system: only where its author works."""
        if self.env["res.company"]._is_user_everywhere():
            return
        if any(rule.company_id not in self.env.user.company_ids for rule in self):
            raise ValidationError(
                self.env._(
                    "Choose the company of the rule: without one, it would be about "
                    "clients of companies in which you do not work."
                )
            )

    def _try_rule(self):
        """:raise Exception: one of ``RULE_ERRORS`` when the rule cannot be run"""
        domain = self._read_rule()
        partners = self.env["res.partner"]
        self._check_properties(partners, domain)
        self._check_readable(partners, domain)
        domain.validate(partners.sudo())  # rights were checked above
        self._search_clients(self.company_id or self.env.company, limit=1)

    # === CRUD METHODS ===

    def _check_access(self, operation):
        """What every company uses is for those who work in every company."""
        result = super()._check_access(operation)
        if result or self.env.su or operation not in ("write", "unlink"):
            return result
        others = self.sudo().filtered("is_others").sudo(False)
        return (others, self._make_reach_error) if others else None

    def _make_reach_error(self):
        return AccessError(
            self.env._(
                "The audits of every company use this rule. It is for people who work "
                "in all of them; you may make a rule of your company beside it."
            )
        )

    def copy_data(self, default=None):
        """Copy a rule of every company into one's own, unless one works in each."""
        own = self._default_company_id()
        default = dict(default or {})
        if own:
            default.setdefault("company_id", own.id)
        return super().copy_data(default)

    def write(self, vals):
        result = super().write(vals)
        # sudo: nobody closes problems by hand, whoever switches a rule off
        issues_sudo = self.env["client.issue"].sudo()
        if vals.get("active") is False:
            issues_sudo._close_of_rules(self)
        elif vals.get("company_id"):
            issues_sudo._close_of_rules(self, stays=self.company_id)
        if vals.keys() & {"rule", "kind"} and "rule_error" not in vals:
            self.filtered("rule_error").rule_error = False
        return result

    # === ACTION METHODS ===

    def action_open_issues(self):
        """List the open problems that this rule found."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_issue_action"
        )
        action["domain"] = [("rule_id", "=", self.id)]
        return action

    def action_preview(self):
        """List the clients that have the problem now."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.res_partner_action"
        )
        query = self._search_clients(self.company_id or self.env.company)
        action.update(
            name=self.name,
            domain=[("id", "in", list(query.get_result_ids()))],
            context={},
        )
        return action

    # === BUSINESS METHODS ===

    def _as_nobody(self, company):
        """:return: the rule as the system sees it: no rights, language, time of a user

        Only ``company`` counts, and ``today`` is that of its clock.
        """
        zone = company.sudo().resource_calendar_id.tz or "UTC"
        context = {"tz": zone, "allowed_company_ids": company.ids}
        return self.with_env(self.env(user=SUPERUSER_ID, context=context, su=True))

    @api.model
    def _get_owner_domain(self, company):
        """Which users can mend problems of a company: who works with clients there."""
        group = self.env.ref("client_base.group_client_user")
        return Domain(
            [
                ("active", "=", True),
                ("share", "=", False),
                ("company_ids", "in", company.ids),
                ("all_group_ids", "in", group.ids),
            ]
        )

    @api.model
    def _get_scope_domain(self, company):
        """Which clients an audit of a company is about."""
        domain = self.env["res.partner"]._get_client_domain()
        domain &= Domain("active", "=", True)
        return domain & Domain("company_id", "in", [False, company.id])

    def _search_clients(self, company, partner_ids=None, limit=None):
        """:return: ``Query`` of the clients of a company that have the problem"""
        self.ensure_one()
        rule = self._as_nobody(company)
        domain = rule._get_kind_domain() & rule._get_scope_domain(company)
        if partner_ids is not None:
            domain = Domain("id", "in", list(partner_ids)) & domain
        query = rule.env["res.partner"]._search(domain, limit=limit)
        if limit:
            query.get_result_ids()
        return query

    def _is_instant(self):
        """:return: whether the rule is cheap for a few clients: no look into history"""
        return self.kind != "domain" or "last_touch" not in (self.rule or "")
