import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .client_group_rule_reader import RULE_ERRORS
from .concurrency import CONCURRENCY_ERRORS, MAX_FAILURES

_logger = logging.getLogger(__name__)


class ClientGroupByRule(models.AbstractModel):
    """Fills a group by a rule: a domain on clients, run by PostgreSQL alone.

    The rule is data, never code: it is read by ``literal_eval`` and checked field by
    field. It looks at the clients of the group's company as nobody in particular, so
    that the members do not depend on who presses the button.
    """

    _name = "client.group.by.rule"
    _description = "Group Filled by a Rule"
    _inherit = ["client.group.rule.reader"]

    rule = fields.Char(
        copy=True,
        help="Who belongs to the group. Dates may be relative, such as today -30d.",
    )
    is_rule_on = fields.Boolean(
        string="Rule Is On",
        copy=False,
        help="The rule lets clients in and out by itself.",
    )
    rule_error = fields.Char(
        readonly=True,
        copy=False,
        help="Why the rule could not be run the last time.",
    )
    rule_run_date = fields.Datetime(string="Last Run", readonly=True, copy=False)
    preview_enter = fields.Integer(string="Would Enter", compute="_compute_preview")
    preview_leave = fields.Integer(string="Would Leave", compute="_compute_preview")
    preview_error = fields.Char(compute="_compute_preview")

    @api.depends("rule", "is_rule_on", "set_id", "sequence", "company_id")
    @api.depends_context("lang")
    def _compute_preview(self):
        for group in self:
            group.preview_enter = group.preview_leave = 0
            group.preview_error = False
            if not group.rule or group.is_rule_on:
                continue
            try:
                with self._attempt():
                    group._check_preview()
                    counts = group._fetch_preview()
            except CONCURRENCY_ERRORS:
                raise
            except RULE_ERRORS as error:
                group.preview_error = group._explain(error)
            else:
                group.preview_enter, group.preview_leave = counts

    @api.onchange("rule")
    def _onchange_rule(self):
        if self.rule != self._origin.rule:
            self.is_rule_on = False

    # === CONSTRAINS ===

    @api.constrains("rule", "company_id")
    def _check_rule(self):
        for group in self.filtered("rule"):
            try:
                with self._attempt():
                    group._try_rule()
            except CONCURRENCY_ERRORS:
                raise
            except RULE_ERRORS as error:
                raise ValidationError(
                    self.env._(
                        "The rule does not work: %(error)s", error=group._explain(error)
                    )
                ) from error

    @api.constrains("rule", "is_rule_on")
    def _check_rule_is_there(self):
        if any(group.is_rule_on and not group.rule for group in self):
            raise ValidationError(self.env._("There is no rule to switch on."))

    def _try_rule(self):
        """:raise Exception: one of ``RULE_ERRORS`` when the rule cannot be run"""
        domain = self._read_rule()
        self._check_properties(self.env["res.partner"], domain)
        self._check_readable(self.env["res.partner"], domain)
        domain.validate(self.env["res.partner"].sudo())  # rights were checked above
        query = self._search_fitting()
        self.env.execute_query(
            SQL("SELECT id FROM res_partner WHERE id IN %s LIMIT 0", query.subselect())
        )

    # === ACTION METHODS ===

    def action_switch_on(self):
        """Let the rule decide from now on.

        The entry actions are done for those who fit already only when asked for.
        """
        self.check_access("write")
        counts = self._run_rules(is_first=True)
        return self._notify_counts(*counts)

    def action_switch_off(self):
        """Keep whoever is in; the rule lets nobody in or out any longer."""
        return self.write({"is_rule_on": False})

    def action_recompute(self):
        """Bring the groups in line with their rules now.

        A rule that is off is switched on by this. In a set, the other groups of the
        set that have a rule are brought in line too.

        :return: ``{"entered": int, "left": int}``
        """
        self.check_access("write")
        is_first = not all(group.is_rule_on for group in self)
        entered, left = self._run_rules(is_first=is_first)
        return {"entered": entered, "left": left}

    def action_recompute_now(self):
        """Recompute, and tell the user what came of it."""
        counts = self.action_recompute()
        return self._notify_counts(counts["entered"], counts["left"])

    def _notify_counts(self, entered, left):
        message = self.env._(
            "%(entered)s entered, %(left)s left.", entered=entered, left=left
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_preview_enter(self):
        """List the clients who would enter."""
        name = self.env._("Would enter %(group)s", group=self.name)
        wanted = self._get_preview_domain() & Domain(
            "client_group_ids", "not in", self.ids
        )
        return self._prepare_clients_action(name, wanted)

    def action_preview_leave(self):
        """List the clients who would leave."""
        name = self.env._("Would leave %(group)s", group=self.name)
        unpinned = Domain("group_id", "in", self.ids) & Domain(
            [("date_to", "=", False), ("is_pinned", "=", False)]
        )
        leaving = ~self._get_preview_domain() & Domain(
            "client_group_member_ids", "any", unpinned
        )
        action = self._prepare_clients_action(name, leaving)
        action["context"] = {"active_test": False}
        return action

    # === BUSINESS METHODS ===

    def _get_today(self):
        return fields.Date.context_today(self._as_nobody())

    def _as_nobody(self):
        """:return: the group as the system sees it: no rights, language, time of a user

        ``today`` of a rule is that of the group's company.
        """
        company = self.sudo().company_id or self.env.ref("base.main_company").sudo()
        zone = company.resource_calendar_id.tz or "UTC"
        nobody = self.env(user=SUPERUSER_ID, context={"tz": zone}, su=True)
        return self.with_env(nobody).with_company(company)

    def _get_scope_domain(self):
        """Which clients the rule looks at."""
        domain = self.env["res.partner"]._get_client_domain()
        domain &= Domain("active", "=", True)
        if self.company_id:
            domain &= Domain("company_id", "in", [False, self.company_id.id])
        return domain

    def _search_fitting(self, partner_ids=None):
        """:return: ``Query`` of the clients that fit the rule"""
        group = self._as_nobody()
        domain = group._read_rule() & group._get_scope_domain()
        if partner_ids is not None:
            domain = Domain("id", "in", list(partner_ids)) & domain
        return group.env["res.partner"]._search(domain)

    def _get_fitting_ids(self, partner_ids):
        """:return: those of ``partner_ids`` that the rule lets in; none if it is off"""
        self.ensure_one()
        group = self.sudo()
        if not group.is_rule_on or not partner_ids:
            return set()
        try:
            with self._attempt():
                return set(group._search_fitting(partner_ids).get_result_ids())
        except CONCURRENCY_ERRORS:
            raise
        except RULE_ERRORS:
            return set()  # a rule that does not run puts nobody back

    def _run_rules(self, *, is_first=False):
        """Recompute these groups and the rest of their sets, first one first.

        :return: number of clients who entered, who left
        """
        rivals = self.search(
            [("set_id", "in", self.set_id.ids), ("is_rule_on", "=", 1)]
        )
        groups = (self | rivals).filtered("rule").sorted()
        (groups & self).write({"is_rule_on": True, "rule_error": False})
        entered = left = 0
        for group in groups:
            is_quiet = is_first and group in self and not group.entry_for_present
            came, gone = group._recompute_for_user(is_quiet, is_only=group == self)
            entered, left = entered + len(came), left + len(gone)
        groups.write({"rule_run_date": fields.Datetime.now()})
        return entered, left

    def _recompute_for_user(self, is_quiet, *, is_only):
        """Recompute; a broken rule is told on its group and stops no other.

        :param is_only: it is the one group that somebody asked for
        :raise UserError: when the rule of that one does not run
        :return: as ``_recompute``
        """
        try:
            with self._attempt():
                return self._recompute(is_quiet=is_quiet)
        except CONCURRENCY_ERRORS:
            raise
        except RULE_ERRORS as error:
            self.env.transaction.clear()
            problem = self._explain(error)
            if is_only:
                raise UserError(
                    self.env._("The rule does not work: %(error)s", error=problem)
                ) from error
            self.rule_error = problem
            return [], []

    @api.model
    def _cron_recompute(self):
        """Bring every group in line with its rule; a broken rule stops no other."""
        groups = self.search([("is_rule_on", "=", True)])
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(groups))
        for group in groups:
            group._recompute_safely()
            if not progress(1):
                return
            self.env.invalidate_all()
        self._cron_entry()

    def _recompute_safely(self):
        """Recompute in the background: try again when somebody wrote meanwhile."""
        for _attempt in range(MAX_FAILURES):
            try:
                if self.try_lock_for_update(allow_referencing=True):
                    self._recompute_or_tell()
                    self.rule_run_date = fields.Datetime.now()
                    self.env.flush_all()
            except CONCURRENCY_ERRORS:
                self.env.cr.rollback()
                self.env.invalidate_all()
            else:
                return

    def _recompute_or_tell(self, partner_ids=None):
        """Recompute; what is wrong with the rule is told on the group, not raised."""
        try:
            with self._attempt():
                self._recompute(partner_ids)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            if not isinstance(error, RULE_ERRORS):
                _logger.exception("The rule of group %d does not run", self.id)
            self.env.transaction.clear()
            problem = self._explain(error)
            if self.rule_error != problem:  # many who write at once do not meet here
                self.rule_error = problem
        else:
            if self.rule_error:
                self.rule_error = False
