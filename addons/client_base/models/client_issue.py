from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .client_issue_rule import SEVERITIES

# (state, late or not) -> how the plan goes.
PACES = {
    ("open", False): "open",
    ("open", True): "late",
    ("done", False): "mended",
    ("done", True): "mended_late",
    ("ignored", False): "ignored",
    ("ignored", True): "ignored",
}


class ClientIssue(models.Model):
    """One problem of one client, found by a rule of the audit.

    It is written by the audit and by its own buttons alone: it closes itself when its
    cause is gone, and opens again when that returns.
    """

    _name = "client.issue"
    _description = "Problem of a Client"
    _inherit = [
        "client.card.bound",
        "client.issue.mender",
        "client.issue.question",
        "client.issue.rechecked",
    ]
    _order = "severity desc, deadline, id"

    rule_id = fields.Many2one(
        comodel_name="client.issue.rule",
        string="Problem",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Who Mends It",
        readonly=True,
        index=True,
        help="The manager of the client; else the person named on the rule, or whoever "
        "has the audit done.",
    )
    severity = fields.Selection(selection=SEVERITIES, required=True, readonly=True)
    weight = fields.Integer(readonly=True)
    state = fields.Selection(
        selection=[("open", "To Mend"), ("done", "Mended"), ("ignored", "Ignored")],
        required=True,
        default="open",
        readonly=True,
    )
    found_on = fields.Datetime(string="Found", required=True, readonly=True)
    deadline = fields.Date(readonly=True)
    closed_on = fields.Datetime(string="Closed", readonly=True)
    closing = fields.Selection(
        selection=[("gone", "The cause is gone"), ("rule", "The rule is off")],
        string="Closed Because",
        readonly=True,
    )
    reopen_count = fields.Integer(
        string="Came Back", readonly=True, help="How many times the cause returned."
    )
    ignore_reason = fields.Char(string="Why It Is Ignored", readonly=True)
    is_overdue = fields.Boolean(
        string="Late", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    pace = fields.Selection(
        selection=[
            ("mended", "Mended in Time"),
            ("mended_late", "Mended Late"),
            ("open", "Still in Time"),
            ("late", "Late"),
            ("ignored", "Ignored"),
        ],
        string="Progress",
        compute="_compute_pace",
        search="_search_pace",
    )
    kind = fields.Selection(related="rule_id.kind")
    advice = fields.Text(related="rule_id.advice")
    phone = fields.Char(related="partner_id.phone")

    _once = models.UniqueIndex(
        "(rule_id, partner_id, company_id)",
        "This problem of the client is known already.",
    )
    _open_idx = models.Index(
        "(company_id, user_id, severity DESC, deadline) WHERE state = 'open'"
    )

    # === COMPUTE AND SEARCH METHODS ===

    @api.depends("rule_id.name", "partner_id.name")
    def _compute_display_name(self):
        for issue in self:
            issue.display_name = f"{issue.partner_id.name}: {issue.rule_id.name}"

    @api.depends("state", "deadline")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for issue in self:
            issue.is_overdue = (
                issue.state == "open" and issue.deadline and issue.deadline < today
            )

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        late = Domain([("state", "=", "open"), ("deadline", "<", today)])
        if True in value:
            return Domain.TRUE if False in value else late
        return ~late

    @api.depends("state", "deadline", "closed_on", "is_overdue")
    def _compute_pace(self):
        for issue in self:
            is_late = issue.is_overdue
            if issue.state == "done" and issue.closed_on and issue.deadline:
                is_late = issue.closed_on.date() > issue.deadline
            issue.pace = PACES[issue.state, bool(is_late)]

    @api.model
    def _search_pace(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = [one or "" for one in value]
        return Domain.custom(
            to_sql=lambda model, alias, _query: SQL(
                "%s = ANY(%s)", model._get_pace_sql(alias), wanted
            )
        )

    # === ACTION METHODS ===

    @api.model
    def action_open_own(self):
        """Open what the user has to mend; the head sees everybody's beside."""
        self.check_access("read")
        return self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_issue_action_own"
        )

    def action_open_client(self):
        """Open the card, or the list of the clients whom several problems are of."""
        self.check_access("read")
        clients = self.partner_id
        if len(clients) != 1:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "client_base.res_partner_action"
            )
            # those of closed problems may be put away
            context = {"active_test": False}
            return {**action, "domain": [("id", "in", clients.ids)], "context": context}
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": clients.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS ===

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let the progress be grouped by, though it changes with the day."""
        if field_expr == "pace":
            return self._get_pace_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _get_pace_sql(self, alias):
        """:return: what ``_compute_pace`` says, for an alias of the table"""
        return SQL(
            """
            CASE WHEN %(state)s = 'ignored' THEN 'ignored'
                 WHEN %(state)s = 'open'
                 THEN CASE WHEN %(deadline)s < %(today)s THEN 'late' ELSE 'open' END
                 WHEN %(closed)s::date > %(deadline)s THEN 'mended_late'
                 ELSE 'mended'
            END
            """,
            state=self._field_to_sql(alias, "state"),
            deadline=self._field_to_sql(alias, "deadline"),
            closed=self._field_to_sql(alias, "closed_on"),
            today=fields.Date.context_today(self),
        )

    @api.model
    def _close_of_rules(self, rules, stays=None):
        """Close what rules found that are off now.

        :param stays: the ``res.company`` in which they are on
        """
        self.flush_model()
        self.env.execute_query(
            SQL(
                """
                UPDATE client_issue
                   SET state = 'done',
                       closing = 'rule',
                       closed_on = %(now)s,
                       write_date = %(now)s
                 WHERE rule_id = ANY(%(rules)s)
                   AND state != 'done'
                   AND company_id IS DISTINCT FROM %(stays)s
             RETURNING id
                """,
                now=self.env.cr.now(),
                rules=rules.ids,
                stays=stays and stays.id,
            )
        )
        self.invalidate_model(flush=False)
        # sudo: a task ends with its last problem, whosever it is
        self.env["client.audit"].sudo()._end_tasks()

    @api.model
    def _recheck(self, partner_ids, rules=None):
        """Bring the known problems of a few clients in line with their cards now.

        :param rules: these are followed though they look into the history, which takes
            a while; what else does waits for the night
        """
        # sudo: whoever writes a card mends it, whosever the problem is
        issues_sudo = self.sudo()
        known = issues_sudo._read_group(
            Domain("partner_id", "in", list(partner_ids)),
            ["rule_id", "company_id"],
        )
        audits_sudo = self.env["client.audit"].sudo()
        for rule, company in known:
            if rule.active and (rule._is_instant() or (rules and rule in rules)):
                fallback = audits_sudo._get_fallback(company)
                rule._sync_safely(company, fallback, partner_ids)
        if known:
            audits_sudo._end_tasks()
