import logging
from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache, split_every

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS, run_patiently

_logger = logging.getLogger(__name__)

# A change of these may bring another policy to a lead; those of domains come on top.
WATCHED = frozenset(("team_id", "company_id", "channel_id", "stage_id", "type"))
HOUR = 3600
REVIEW_BATCH = 200
MAX_HOURS = 24 * 366


class LeadSlaPolicy(models.Model):
    """By when a request is to be answered and a stage to be left, and what if not.

    The first policy in order that fits a lead is the one that counts for it.
    """

    _name = "lead.sla.policy"
    _description = "Deadlines"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Empty: requests of every company.",
    )
    team_ids = fields.Many2many(
        comodel_name="crm.team",
        relation="lead_sla_policy_team_rel",
        string="Sales Teams",
        help="Empty: requests of every team.",
    )
    channel_ids = fields.Many2many(
        comodel_name="lead.channel",
        relation="lead_sla_policy_channel_rel",
        string="Channels",
        help="Empty: requests of every channel, and those entered by hand.",
    )
    domain = fields.Char(
        string="Only Leads That",
        default="[]",
        help="A condition on the lead beside team and channel.",
    )
    response_hours = fields.Float(
        string="First Response Within",
        default=1,
        tracking=True,
        help="Working hours from the arrival of a request until a person answers it. "
        "0: no deadline.",
    )
    warn_minutes = fields.Integer(
        string="Warn Before",
        default=15,
        help="Working minutes before a deadline in which the person responsible is "
        "warned. 0: no warning.",
    )
    stage_ids = fields.One2many(
        comodel_name="lead.sla.policy.stage",
        inverse_name="policy_id",
        string="Stages",
        copy=True,
    )
    rule_ids = fields.One2many(
        comodel_name="lead.escalation.rule",
        inverse_name="policy_id",
        string="When It Is Too Late",
        copy=True,
    )
    hours_warning = fields.Char(
        compute="_compute_hours_warning",
        help="Which working hours are missing.",
    )

    _hours_range = models.Constraint(
        f"CHECK (response_hours >= 0 AND response_hours <= {MAX_HOURS})",
        "A first response is due within a year, and not before the request.",
    )
    _warn_positive = models.Constraint(
        "CHECK (warn_minutes >= 0)", "A warning comes before its deadline."
    )

    # === COMPUTE METHODS ===

    @api.depends("team_ids.client_calendar_id", "company_id", "active")
    def _compute_hours_warning(self):
        for policy in self:
            empty = policy.active and policy._get_empty_calendars()
            if not empty:
                policy.hours_warning = False
                continue
            policy.hours_warning = self.env._(
                "No working hours in: %(calendars)s. Until somebody enters them, every "
                "hour of the day counts there.",
                calendars=", ".join(empty.mapped("name")),
            )

    # === CONSTRAINS ===

    @api.constrains("team_ids", "company_id", "response_hours", "active")
    def _check_hours(self):
        """A calendar without hours is an error, not a deadline that never comes."""
        if not self.env.registry.ready:
            return  # our own policy must not stop the installation: it has a warning
        for policy in self.filtered("active"):
            empty = policy._get_empty_calendars()
            if empty:
                raise ValidationError(
                    self.env._(
                        "Deadlines cannot be counted: “%(calendar)s” has no working "
                        "hours. Enter them, or choose other hours for the team.",
                        calendar=empty[0].name,
                    )
                )

    @api.constrains("domain")
    def _check_domain(self):
        leads = self.env["crm.lead"]
        for policy in self:
            try:
                policy._read_domain().validate(leads)
                leads.search_count(policy._read_domain(), limit=1)
            except (UserError, ValueError, TypeError, LookupError) as error:
                raise ValidationError(
                    self.env._(
                        "The condition on leads cannot be read: %(error)s",
                        error=str(error)[:200],
                    )
                ) from error

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        self.env.registry.clear_cache()
        self._review_soon()
        return policies

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys() <= {"name", "message_follower_ids"}:
            self.env.registry.clear_cache()
            self._review_open()
            self._review_soon()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        self._review_soon()
        return result

    # === BUSINESS METHODS ===

    def _review_open(self):
        """Bring the deadlines still open in line with the policies as they are now."""
        rounds = self.env["lead.response"].sudo()  # of every team the policy is for
        open_rounds = rounds.search(
            [("state", "=", "open"), ("policy_id", "in", [False, *self.ids])]
        )
        staged = self.env["crm.lead"].sudo()._search_with_stage_deadline(self)
        (open_rounds.lead_id | staged)._review_deadlines()

    @api.model
    def _review_soon(self):
        """Have every open deadline looked at again, in a moment and beside the user."""
        cron = self.env.ref("lead_capture.ir_cron_lead_review", False)
        if cron:
            cron.sudo()._trigger()  # whoever changes deadlines

    @api.model
    def _cron_review(self):
        """Count every open deadline anew: hours and days off may have changed."""
        leads = self.env["crm.lead"].search(
            Domain("waiting_since", "!=", False)
            | Domain("stage_deadline", "!=", False),
            order="id",
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(leads))
        for batch in split_every(REVIEW_BATCH, leads.ids, list):
            self.env.invalidate_all()
            self._review_batch(batch)
            if not progress(len(batch)):
                break

    @api.model
    def _review_batch(self, ids):
        """Count a batch anew; what fails or is written meanwhile stops no other."""
        leads = self.env["crm.lead"].browse(ids)
        try:
            run_patiently(
                self.env,
                lambda: leads.exists()._each_safely(
                    lambda some: some._review_deadlines()
                ),
            )
        except CONCURRENCY_ERRORS:
            self.env.cr.rollback()
            _logger.warning("%d deadlines wait: somebody writes the leads", len(ids))

    def _read_domain(self):
        """:raise ValueError, TypeError: when the text is no list of conditions"""
        self.ensure_one()
        try:
            value = literal_eval(self.domain or "[]")
        except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
            raise ValueError(self.domain) from error
        if not isinstance(value, list):
            raise TypeError(self.domain)
        return Domain(value)

    def _get_empty_calendars(self):
        """:return: the calendars of a policy in which nobody ever works"""
        self.ensure_one()
        policy = self.sudo()  # teams and companies as they are, whoever looks
        teams = policy.team_ids
        if teams:
            calendars = self.env["resource.calendar"].sudo()
            for team in teams:
                calendars |= team._get_lead_calendar(policy.company_id)
        else:
            company = policy.company_id or self.env.company
            calendars = company.sudo().resource_calendar_id
        return calendars.filtered(lambda calendar: not calendar._has_lead_hours())

    @api.model
    @ormcache()
    def _get_watched(self):
        """:return: the names of the columns of a lead that decide on its policy"""
        names = set(WATCHED)
        for policy in self.sudo().search(Domain.TRUE):
            try:
                conditions = policy._read_domain().iter_conditions()
            except (ValueError, TypeError):
                continue
            names.update(one.field_expr.split(".")[0] for one in conditions)
        return frozenset(names)

    @api.model
    def _choose(self, leads):
        """Find the policy of each lead, in a number of queries that does not grow.

        :return: lead -> policy, empty for a lead that none fits
        """
        chosen = dict.fromkeys(leads, self.browse())
        waiting = leads
        for policy in self.sudo().search(Domain.TRUE):
            if not waiting:
                break
            fitting = policy._filter(waiting)
            chosen.update(dict.fromkeys(fitting, policy))
            waiting -= fitting
        return chosen

    def _filter(self, leads):
        """:return: the leads the policy fits; none when its condition is broken"""
        self.ensure_one()
        if self.company_id:
            leads = leads.filtered(
                lambda lead: (
                    (lead.company_id or lead.team_id.company_id or self.company_id)
                    == self.company_id
                )
            )
        if self.team_ids:
            leads = leads.filtered(lambda lead: lead.team_id in self.team_ids)
        if self.channel_ids:
            leads = leads.filtered(lambda lead: lead.channel_id in self.channel_ids)
        if not leads or (self.domain or "[]") == "[]":
            return leads
        try:
            return leads.filtered_domain(self._read_domain())
        except (UserError, ValueError, TypeError, LookupError):
            # a field was taken away: requests go on, with the next policy that fits
            _logger.warning("The condition of policy %d cannot be read", self.id)
            return leads.browse()

    def _give_hours_task(self, kind, teams):
        """Ask the head to enter the working hours that are missing.

        :param teams: those that work without hours, or in the hours of the company
        """
        self.ensure_one()
        head = teams.user_id[:1] or self._get_any_head()
        if not head:
            return
        say = self.with_context(lang=head.lang).env._
        calendars = self.env["resource.calendar"].union(
            *(team._get_lead_calendar(self.company_id) for team in teams)
        )
        self.activity_schedule(
            activity_type_id=kind.id,
            user_id=head.id,
            date_deadline=head._get_client_today(),
            automated=True,
            summary=say(
                "No working hours: %(calendars)s",
                calendars=", ".join(calendars.mapped("name")),
            ),
        )

    def _get_any_head(self):
        """:return: a head who works in the company, the eldest account first"""
        group = self.env.ref("client_base.group_client_manager")
        people = group.all_user_ids.filtered(lambda user: not user.share)
        if self.company_id:
            people = people.filtered(lambda user: self.company_id in user.company_ids)
        return people.sorted("id")[:1]
