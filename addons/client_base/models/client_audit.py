from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_time, ormcache

# What an audit says of itself; nobody else does.
OWN_FIELDS = {
    "done_steps",
    "finished_on",
    "line_ids",
    "previous_id",
    "problem",
    "progress",
    "state",
    "total_line_ids",
}
# What it is about, from when it has begun.
FIXED_FIELDS = {"company_id", "date", "user_id"}
# What the first page of an audit shows, each beside the change.
HEADLINES = ("clients", "order", "completeness", "open_issues")


class ClientAudit(models.Model):
    """A dated look at the whole base of a company: figures, problems, tasks.

    A small base is looked at while one waits, a large one in the background.
    """

    _name = "client.audit"
    _description = "Audit of the Clients"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "client.audit.measure",
        "client.audit.runner",
    ]
    _order = "date desc, id desc"
    _rec_name = "date"
    _mail_post_access = "read"

    date = fields.Date(
        string="Audit Of",
        required=True,
        readonly=True,
        index=True,
        default=fields.Date.context_today,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="By",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Mends the problems of clients without a manager.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Not Begun"),
            ("running", "Under Way"),
            ("done", "Done"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    progress = fields.Float(readonly=True, copy=False, aggregator=None)
    done_steps = fields.Json(readonly=True, copy=False)
    finished_on = fields.Datetime(string="Finished", readonly=True, copy=False)
    problem = fields.Text(
        string="What Could Not Be Looked At", readonly=True, copy=False
    )
    previous_id = fields.Many2one(
        comodel_name="client.audit",
        string="Audit Before",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    line_ids = fields.One2many(
        comodel_name="client.audit.line",
        inverse_name="audit_id",
        string="Figures",
        readonly=True,
    )
    total_line_ids = fields.One2many(
        comodel_name="client.audit.line",
        inverse_name="audit_id",
        string="In All",
        domain=[("scope", "=", "all")],
        readonly=True,
    )
    issue_ids = fields.Many2many(
        comodel_name="client.issue",
        string="Problems",
        compute="_compute_issue_ids",
        help="What was open when the audit was done.",
    )
    client_count = fields.Integer(
        string="Clients", compute="_compute_headlines", aggregator=None
    )
    order_share = fields.Float(
        string="Order, %",
        compute="_compute_headlines",
        digits=(12, 1),
        aggregator=None,
        help="100 is a base in which no rule finds anything. Weights count.",
    )
    completeness = fields.Float(
        string="Complete, %",
        compute="_compute_headlines",
        digits=(12, 1),
        aggregator=None,
    )
    open_count = fields.Integer(
        string="Open Problems", compute="_compute_headlines", aggregator=None
    )
    own_count = fields.Integer(string="Mine to Mend", compute="_compute_own_count")
    is_last_of_day = fields.Boolean(
        string="Last of Its Day",
        compute="_compute_is_last_of_day",
        search="_search_is_last_of_day",
    )

    _one_running = models.UniqueIndex(
        "(company_id) WHERE state = 'running'",
        "An audit of this company is under way already.",
    )

    # === COMPUTE METHODS ===

    @api.depends("date", "finished_on", "is_last_of_day")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for audit in self:
            day = audit.date and audit._format_date(audit.date)
            if audit.finished_on and not audit.is_last_of_day:
                time = format_time(self.env, audit.finished_on, time_format="short")
                day = f"{day}, {time}"
            audit.display_name = self.env._("Audit of %(date)s", date=day)

    @api.depends("line_ids")
    def _compute_headlines(self):
        lines = self.env["client.audit.line"].search_fetch(
            [
                ("audit_id", "in", self.ids),
                ("scope", "=", "all"),
                ("metric", "in", HEADLINES),
            ],
            ["audit_id", "metric", "value"],
        )
        values = {(line.audit_id, line.metric): line.value for line in lines}
        for audit in self:
            audit.client_count = values.get((audit, "clients"), 0)
            audit.order_share = values.get((audit, "order"), 0)
            audit.completeness = values.get((audit, "completeness"), 0)
            audit.open_count = values.get((audit, "open_issues"), 0)

    @api.depends("state")
    def _compute_issue_ids(self):
        issues = self.env["client.issue"]
        for audit in self:
            audit.issue_ids = audit.state == "done" and issues.search(
                audit._get_issue_domain()
            )

    @api.depends_context("uid")
    def _compute_own_count(self):
        counts = dict(
            self.env["client.issue"]._read_group(
                [
                    ("company_id", "in", self.company_id.ids),
                    ("user_id", "=", self.env.uid),
                    ("state", "=", "open"),
                ],
                ["company_id"],
                ["__count"],
            )
        )
        for audit in self:
            audit.own_count = counts.get(audit.company_id, 0)

    @api.depends("date", "state", "company_id")
    def _compute_is_last_of_day(self):
        last = self.search([("id", "in", self.ids), ("is_last_of_day", "=", True)])
        for audit in self:
            audit.is_last_of_day = audit in last

    @api.model
    def _search_is_last_of_day(self, operator, value):
        """Of several audits of a company on one day the trend shows the last."""
        if operator != "in" or True not in value or False in value:
            return NotImplemented
        self.flush_model(["company_id", "date", "state"])

        def to_sql(model, alias, _query):
            return SQL(
                """
                NOT EXISTS (
                    SELECT
                      FROM client_audit AS later
                     WHERE later.company_id = %(company)s
                       AND later.date = %(date)s
                       AND later.state = 'done'
                       AND later.id > %(id)s
                )
                """,
                company=model._field_to_sql(alias, "company_id"),
                date=model._field_to_sql(alias, "date"),
                id=model._field_to_sql(alias, "id"),
            )

        return Domain.custom(to_sql=to_sql)

    # === ACTION METHODS ===

    def action_run(self):
        """Do these audits: of a small base at once, of others in the background.

        Called on no audit it makes one of the user's company. An audit that is under
        way, or done, stays what it is.

        :return: True
        """
        self.check_access("write")
        audits = self or self._request()
        for audit in audits.filtered(lambda one: one.state == "draft"):
            audit._begin()
        return True

    @api.model
    def action_start(self):
        """Audit the base of the user's company now.

        :return: an action that shows the audit, or how far it is
        """
        audit = self._request()
        audit.action_run()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": audit.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_open_issues(self):
        """Open the problems that were open when the audit was done."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_issue_action"
        )
        action["domain"] = list(self._get_issue_domain())
        action["context"] = {}
        return action

    def action_open_own(self):
        """Open what the user has to mend."""
        self.check_access("read")
        return self.env["client.issue"].action_open_own()

    def action_open_plan(self):
        """Open how far everybody is with mending what this audit found."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_issue_action_plan"
        )
        action.update(domain=list(self._get_issue_domain()), context={})
        return action

    def action_open_trend(self):
        """Open how the figures changed from audit to audit."""
        self.check_access("read")
        return self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_audit_line_action"
        )

    def action_open_lines(self):
        """Open the figures of this audit: managers, groups and types beside."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_audit_line_action_one"
        )
        action["domain"] = [("audit_id", "=", self.id)]
        return action

    # === CRUD METHODS ===

    @api.model
    def _has_field_access(self, field, operation):
        if operation == "write" and field.name in OWN_FIELDS and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    def write(self, vals):
        """Keep what was audited as it was: followers and tasks alone come and go."""
        is_fixed = vals.keys() & FIXED_FIELDS and not self.env.su
        if is_fixed and any(audit.state != "draft" for audit in self):
            raise AccessError(
                self.env._("What was audited is not changed. Run another audit.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(audit.state == "running" for audit in self):
            raise UserError(self.env._("An audit that is under way cannot be deleted."))

    # === BUSINESS METHODS ===

    @api.model
    def _request(self):
        """:return: the audit that will answer; one under way already is enough"""
        self.check_access("create")
        running = self.search(
            [("company_id", "=", self.env.company.id), ("state", "!=", "done")],
            order="state desc, id desc",
            limit=1,
        )
        return running or self.create({})

    def _get_issue_domain(self):
        """:return: ``Domain`` of what was open when the audit was done"""
        moment = self.finished_on or fields.Datetime.now()
        domain = Domain("company_id", "=", self.company_id.id)
        domain &= Domain("found_on", "<=", moment)
        return domain & (
            Domain("closed_on", "=", False) | Domain("closed_on", ">", moment)
        )

    def _get_rules(self):
        """:return: the rules that are on in the company of the audit"""
        rules_sudo = self.env["client.issue.rule"].sudo()  # of every company too
        return rules_sudo.search(
            [("company_id", "in", [False, self.company_id.id]), ("active", "=", True)]
        )

    @api.model
    def _get_fallback(self, company):
        """:return: ``res.users`` who mends what has no manager, by the last audit"""
        last = self.search(
            [("company_id", "=", company.id), ("state", "!=", "draft")], limit=1
        )
        return last._get_chosen_owner(company)

    def _get_chosen_owner(self, company=None):
        """:return: ``res.users`` who mends the problems of clients without a manager

        Whoever has the audit done; when nobody has, or he works in the company no
        longer, the head of its clients.
        """
        company_sudo = (company or self.company_id).sudo()  # whoever asks who it is
        domain = self.env["client.issue.rule"]._get_owner_domain(company_sudo)
        for user_sudo in (self.sudo().user_id, company_sudo.client_head_id):
            if user_sudo.filtered_domain(domain):
                return user_sudo.with_env(self.env)
        return self.env["res.users"]

    @api.model
    @ormcache()
    def _is_anything_known(self):
        """:return: whether an audit was ever begun here: only then is there an issue"""
        self.env.cr.execute("SELECT EXISTS (SELECT FROM client_audit)")
        return self.env.cr.fetchone()[0]

    @api.model_create_multi
    def create(self, vals_list):
        audits = super().create(vals_list)
        self.env.registry.clear_cache()
        return audits
