from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

OPEN_STATES = ("open", "waiting", "decide")


class ClientReactivation(models.Model):
    """One case of winning a silent client back: attempts by a plan, then an outcome.

    Cases open by themselves every night and close by themselves when the client buys;
    any other outcome is told by a person. Written by these, never by hand.
    """

    _name = "client.reactivation"
    _description = "Winning a Client Back"
    _inherit = ["client.reactivation.worker", "client.reactivation.result"]
    _order = "winning_value desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        comodel_name="res.users", string="Manager", readonly=True, index=True
    )
    client_type_id = fields.Many2one(related="partner_id.client_type_id")
    phone = fields.Char(related="partner_id.phone")
    profile_id = fields.Many2one(
        comodel_name="client.profile", compute="_compute_profile_id"
    )
    reason = fields.Char(string="What Is Known", compute="_compute_reason")
    origin = fields.Selection(
        selection=[("night", "By itself"), ("hand", "By hand")],
        string="Opened",
        required=True,
        readonly=True,
        default="night",
    )
    state = fields.Selection(
        selection=[
            ("open", "In Work"),
            ("waiting", "Waiting for a Purchase"),
            ("decide", "Outcome Needed"),
            ("won", "Won Back"),
            ("self", "Came Back by Himself"),
            ("later", "Not Now"),
            ("lost", "Lost"),
            ("cancelled", "Dropped"),
        ],
        required=True,
        readonly=True,
        default="open",
        index=True,
        help="Won back: bought after an attempt, at the latest within the window after "
        "the last one.",
    )
    is_open = fields.Boolean(compute="_compute_is_open", search="_search_is_open")
    opened_on = fields.Date(required=True, readonly=True)
    bought_on = fields.Date(string="Last Purchase Before", readonly=True)
    silent_days = fields.Integer(
        string="Days Silent",
        readonly=True,
        aggregator="avg",
        help="When it was opened.",
    )
    winning_value = fields.Monetary(
        string="Worth Winning Back",
        readonly=True,
        help="The usual basket times the chance to buy, when the case was opened.",
    )
    step_id = fields.Many2one(
        comodel_name="client.reactivation.step",
        readonly=True,
        index=True,
        ondelete="set null",
        group_expand="_read_group_expand_full",
    )
    attempt_count = fields.Integer(string="Attempts", readonly=True, aggregator="avg")
    first_attempt_on = fields.Date(readonly=True)
    last_attempt_on = fields.Date(string="Last Attempt", readonly=True)
    next_on = fields.Date(
        string="Next Step on", readonly=True, help="When the next task comes."
    )
    activity_id = fields.Many2one(
        comodel_name="mail.activity",
        string="Task",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    window_until = fields.Date(
        string="Waiting until",
        readonly=True,
        help="A purchase up to this day is the fruit of the attempts.",
    )
    closed_on = fields.Date(readonly=True)
    closed_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    reason_id = fields.Many2one(
        comodel_name="client.leaving.reason",
        string="Why Not",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    comment = fields.Char(readonly=True)
    later_on = fields.Date(
        string="Again from", readonly=True, help="No new case before this day."
    )
    won_on = fields.Date(string="Bought on", readonly=True)
    revenue_until = fields.Date(string="Revenue Counted until", readonly=True)
    returned_revenue = fields.Monetary(
        readonly=True, help="What the client has bought for since the return."
    )

    _open_uniq = models.UniqueIndex(
        "(partner_id, company_id) WHERE state IN ('open', 'waiting', 'decide')",
        "Somebody is winning this client back already.",
    )
    _next_idx = models.Index("(company_id, next_on) WHERE state = 'open'")
    _rest_idx = models.Index(
        "(partner_id, company_id) WHERE state IN ('later', 'lost')"
    )

    # === COMPUTE METHODS ===

    @api.depends("partner_id", "company_id")
    def _compute_profile_id(self):
        profiles = (
            self.env["client.profile"]
            .with_context(active_test=False)
            .search([("partner_id", "in", self.partner_id.ids)])
        )
        found = {(one.partner_id, one.company_id): one for one in profiles}
        for case in self:
            key = case.partner_id, case.company_id
            case.profile_id = found.get(key, profiles.browse())

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_reason(self):
        for case in self:
            case.reason = case.profile_id.reason

    @api.depends("state")
    def _compute_is_open(self):
        for case in self:
            case.is_open = case.state in OPEN_STATES

    @api.model
    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        states = [name for name, _label in self._fields["state"].selection]
        chosen = [
            state
            for state in states
            if (state in OPEN_STATES) in {bool(v) for v in value}
        ]
        return [("state", "in", chosen)]

    # === ACTIONS ===

    def action_close(self):
        """Open the dialog that asks for the outcome."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Outcome"),
            "res_model": "client.reactivation.close",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_ids": self.ids},
        }

    def action_write(self):
        """Write the client an e-mail, the one the step proposes if it has any."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to the Client"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": "res.partner",
                "default_res_ids": self.partner_id.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": self.partner_id.ids,
                "default_template_id": self.step_id.mail_template_id.id,
            },
        }

    def action_step_done(self):
        """Say that the attempt was made."""
        self.ensure_one()
        self.check_access("read")
        if not self.activity_id.active:
            raise UserError(self.env._("No attempt is due now."))
        self.activity_id.action_done()
        return True

    def action_open_client(self):
        """Open the card."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    # === BUSINESS ===

    def _get_responsible(self):
        """Whose client it is now; who opened the case when nobody's."""
        self.ensure_one()
        return self.partner_id.user_id or self.user_id

    @api.model
    def _open_by_hand(self, profiles):
        """Open cases because a person wants to, and give the first tasks at once.

        :return: the cases
        """
        for company, own in profiles.grouped("company_id").items():
            today = self.env["client.profile"]._get_today(company)
            # sudo: whoever may work with clients, a case is nobody's to write
            self.sudo().create(
                [one._prepare_reactivation(today, self.env.user) for one in own]
            )
            self.sudo()._give_steps(company, today, own.partner_id.ids)
        return self.search(
            [
                ("partner_id", "in", profiles.partner_id.ids),
                ("company_id", "in", profiles.company_id.ids),
                ("is_open", "=", True),
            ]
        )

    @api.model
    def _open_action(self, cases):
        """:return: the action that shows these cases"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_risk.client_reactivation_action"
        )
        if len(cases) == 1:
            return {**action, "res_id": cases.id, "views": [(False, "form")]}
        return {**action, "domain": [("id", "in", cases.ids)], "context": {}}

    def _count_attempts(self):
        """Count the attempts whose tasks were done, and plan what comes next."""
        for company, cases in self.grouped("company_id").items():
            plan = self.env["client.reactivation.step"]._get_plan(company)
            for case in cases:
                done_on = fields.Date.to_date(case.activity_id.date_done)
                case._go_on(plan, done_on, is_attempt=True)

    def _go_on(self, plan, day, is_attempt):
        """Plan the next step, or begin to wait when there is none.

        :param day: when the last step was done or dropped
        :param is_attempt: False for one that was dropped
        """
        values = {"activity_id": False}
        if is_attempt:
            values |= {
                "attempt_count": self.attempt_count + 1,
                "first_attempt_on": self.first_attempt_on or day,
                "last_attempt_on": day,
            }
        step = plan._get_next(self.step_id)
        if step:
            values["next_on"] = day + timedelta(days=step.delay_days)
        else:
            values |= self._prepare_waiting(day)
        self.write(values)

    def _prepare_waiting(self, day):
        window = timedelta(days=self.company_id.client_reactivation_window)
        return {"state": "waiting", "next_on": False, "window_until": day + window}

    def _log(self, notes):
        """:param notes: case -> what the card's history says"""
        bodies = {one.partner_id.id: Markup("%s") % text for one, text in notes.items()}
        self.partner_id._message_log_batch(bodies=bodies)
