from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tools import format_date

KEEP_MONTHS = 3
MANAGER = "client_base.group_client_manager"


class ClientDecision(models.TransientModel):
    """A person decides whether clients stay in active sales.

    A head decides about all, a manager about his own clients where the company lets
    him; else he asks the head. To keep a client his own manager may always decide.
    """

    _name = "client.decision"
    _description = "Decision about Active Sales"
    _inherit = ["client.activity.giver"]

    decision = fields.Selection(
        selection=[("remove", "Take off"), ("keep", "Keep")],
        required=True,
        default="remove",
    )
    profile_ids = fields.Many2many(
        comodel_name="client.profile", string="Clients", required=True
    )
    client_count = fields.Integer(compute="_compute_counts")
    busy_count = fields.Integer(
        compute="_compute_counts",
        help="Clients with an open quotation or a planned activity.",
    )
    may_decide = fields.Boolean(compute="_compute_may_decide")
    head_id = fields.Many2one(comodel_name="res.users", compute="_compute_head_id")
    reason_id = fields.Many2one(comodel_name="client.leaving.reason")
    is_comment_needed = fields.Boolean(related="reason_id.is_comment_needed")
    comment = fields.Char()
    review_date = fields.Date(
        string="Look Again on",
        compute="_compute_review_date",
        store=True,
        readonly=False,
    )
    until = fields.Date(
        string="Keep until",
        default=lambda self: (
            Date.context_today(self) + relativedelta(months=KEEP_MONTHS)
        ),
    )

    # === COMPUTE METHODS ===

    @api.depends("profile_ids")
    def _compute_counts(self):
        for wizard in self:
            partners = wizard.profile_ids.partner_id
            wizard.client_count = len(partners)
            wizard.busy_count = len(wizard._get_busy(partners))

    @api.depends("profile_ids", "decision")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        is_head = self.env.user.has_group(MANAGER)
        for wizard in self:
            wizard.may_decide = is_head or all(
                profile.manager_id == self.env.user
                and (
                    wizard.decision == "keep"
                    # sudo: how the company works is no secret
                    or profile.company_id.sudo().client_removal_by_manager
                )
                for profile in wizard.profile_ids
            )

    @api.depends_context("uid")
    def _compute_head_id(self):
        for wizard in self:
            wizard.head_id = wizard._find_head()

    @api.depends("reason_id")
    def _compute_review_date(self):
        today = Date.context_today(self)
        for wizard in self:
            months = wizard.reason_id.review_months
            wizard.review_date = months and today + relativedelta(months=months)

    # === ACTIONS ===

    def action_decide(self):
        """Do what was decided.

        :return: an action that closes the dialog
        """
        self.ensure_one()
        self._check_told()
        if not self.may_decide:
            raise AccessError(
                self.env._("These are not your clients to decide about: ask the head.")
            )
        if self.decision == "keep":
            self._keep()
        else:
            self._remove()
        for company, profiles in self.profile_ids.grouped("company_id").items():
            self.env["client.profile"]._judge_clients(profiles.partner_id, company)
        return {"type": "ir.actions.act_window_close"}

    def action_ask_head(self):
        """Ask the head to take the clients off active sales.

        :return: an action that tells who was asked
        """
        self.ensure_one()
        self._check_told()
        if not self.head_id:
            raise UserError(
                self.env._("Nobody is there to decide: a head must be named first.")
            )
        profiles = self.profile_ids
        self._give_activities(
            dict.fromkeys(profiles, self.head_id),
            self._prepare_request,
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(head)s is asked to decide.", head=self.head_id.name
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # === CHECKS ===

    def _check_told(self):
        """Refuse a decision without what belongs to it."""
        self.profile_ids.check_access("write")
        day = self.until if self.decision == "keep" else self.review_date
        if not day or day <= Date.context_today(self):
            raise UserError(self.env._("Choose a day that is still to come."))
        if self.decision == "keep":
            return
        if not self.reason_id:
            raise UserError(self.env._("Choose the reason."))
        if self.is_comment_needed and not (self.comment or "").strip():
            raise UserError(self.env._("Say in words what the reason is."))

    def _get_busy(self, partners):
        """:return: ids of the clients with an open quotation or a planned activity"""
        orders = self.env["sale.order"].sudo()  # counted only
        quoted = orders.search(
            [
                ("partner_id", "child_of", partners.ids),
                ("state", "in", ["draft", "sent"]),
            ]
        )
        activities = self.env["mail.activity"].sudo()  # as above
        planned = activities.search(
            [("res_model", "=", "res.partner"), ("res_id", "in", partners.ids)]
        )
        return set(quoted.partner_id.commercial_partner_id.ids) | set(
            planned.mapped("res_id")
        )

    def _find_head(self):
        """:return: who decides for this user: the head, else a manager of the base"""
        user = self.env.user
        head = user.sudo().client_head_id
        others = self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.env.ref(MANAGER).ids),
                ("company_ids", "in", self.env.company.ids),
                ("share", "=", False),
                ("id", "!=", user.id),
            ],
            order="id",
            limit=1,
        )
        acting = self._get_acting(head | others)
        return acting[head] or acting[others]

    # === DECIDING ===

    def _remove(self):
        open_removals = self.profile_ids.removal_id
        profiles = self.profile_ids.filtered(lambda one: not one.removal_id)
        if not profiles:
            raise UserError(
                self.env._("%s clients are off already.", len(open_removals))
            )
        # sudo: nobody writes removals but by this dialog
        removals_sudo = self.env["client.removal"].sudo()
        removals_sudo = removals_sudo.create(
            [self._prepare_removal(profile) for profile in profiles]
        )
        note = self.env._(
            "Taken off active sales: %(reason)s. %(comment)s To be looked at again on "
            "%(day)s.",
            reason=self.reason_id.name,
            comment=self.comment or "",
            day=format_date(self.env, self.review_date),
        )
        removals_sudo._log(dict.fromkeys(removals_sudo, note))

    def _prepare_removal(self, profile):
        return {
            "partner_id": profile.partner_id.id,
            "company_id": profile.company_id.id,
            "user_id": self.env.uid,
            "date": self.env["client.profile"]._get_today(profile.company_id),
            "bought_on": profile.last_date,
            "reason_id": self.reason_id.id,
            "comment": self.comment,
            "review_date": self.review_date,
        }

    def _keep(self):
        # sudo: as above
        self.env["client.keeping"].sudo().create(
            [
                {
                    "partner_id": profile.partner_id.id,
                    "company_id": profile.company_id.id,
                    "user_id": self.env.uid,
                    "date": self.env["client.profile"]._get_today(profile.company_id),
                    "until": self.until,
                    "comment": self.comment,
                }
                for profile in self.profile_ids
            ]
        )

    def _prepare_request(self, profile):
        return {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": profile.env._("Take off active sales?"),
            "note": profile.env._(
                "%(user)s proposes it: %(reason)s. %(comment)s",
                user=self.env.user.name,
                reason=self.reason_id.with_env(profile.env).name,
                comment=self.comment or "",
            ),
            "date_deadline": Date.context_today(self),
        }
