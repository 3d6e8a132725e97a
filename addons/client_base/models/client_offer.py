from odoo import api, fields, models


class ClientOffer(models.Model):
    """One offer made to a client: what, when, what was handed over, what came of it.

    The offer is of the client as a whole; the person it was made to stands beside.
    """

    _name = "client.offer"
    _description = "Offer to a Client"
    _inherit = ["client.concern", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="What Was Offered",
        required=True,
        tracking=True,
        help="For example: autumn collection, price list for builders.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        tracking=True,
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Made To",
        index="btree_not_null",
        ondelete="set null",
        help="The person at the client this offer was made to.",
    )
    date = fields.Date(
        required=True,
        index=True,
        default=fields.Date.context_today,
        help="The day the offer was made.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Made By",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
    )
    kind = fields.Selection(
        selection=[
            ("description", "Description"),
            ("price", "Price list"),
            ("quotation", "Quotation"),
            ("sample", "Sample"),
            ("presentation", "Presentation"),
            ("other", "Other"),
        ],
        required=True,
        default="description",
    )
    materials = fields.Selection(
        selection=[
            ("none", "None"),
            ("asked", "Asked for"),
            ("handed_over", "Handed over"),
            ("received", "Received"),
            ("not_received", "Not received"),
        ],
        required=True,
        default="none",
        tracking=True,
        help="Catalogues, samples, descriptions: did the client ask for them, did we "
        "hand them over, did they arrive?",
    )
    materials_note = fields.Char(
        string="Which Materials",
        help="What exactly: for example two catalogues and fabric samples.",
    )
    interest_level = fields.Selection(
        selection=[("cold", "Cold"), ("warm", "Warm"), ("hot", "Hot")],
        string="Interest",
        tracking=True,
        help="How interested the client was in this offer.",
    )
    outcome = fields.Selection(
        selection=[
            ("open", "Open"),
            ("ordered", "Ordered"),
            ("postponed", "Postponed"),
            ("declined", "Declined"),
        ],
        required=True,
        default="open",
        index=True,
        tracking=True,
        group_expand=True,
    )
    outcome_date = fields.Date(
        string="Outcome On",
        index="btree_not_null",
        copy=False,
        help="The day the client said so. Empty while the offer is open.",
    )
    outcome_reason = fields.Char(
        string="Why",
        copy=False,
        help="In the words of the client: why it was ordered, put off or declined.",
    )
    amount = fields.Monetary(help="What the client would pay.")
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    description = fields.Html(string="Notes")

    _outcome_date_known = models.Constraint(
        "CHECK ((outcome = 'open') = (outcome_date IS NULL))",
        "An offer has a day of its outcome when it has an outcome, and only then.",
    )
    _partner_date_idx = models.Index("(partner_id, date)")

    # === COMPUTE METHODS ===

    @api.depends("partner_id.company_id")
    def _compute_company_id(self):
        for offer in self:
            offer.company_id = (
                offer.partner_id.company_id or offer.company_id or self.env.company
            )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for offer in self:
            offer.currency_id = offer.currency_id or offer.company_id.currency_id

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        defaults = self.default_get(["partner_id", "outcome"])
        return super().create(
            [
                self._complete_client(self._complete_outcome({**defaults, **vals}))
                for vals in vals_list
            ]
        )

    def write(self, vals):
        if "outcome" not in vals:
            return super().write(self._complete_client(vals))
        vals = self._complete_client(vals)
        same = self.filtered(lambda offer: offer.outcome == vals["outcome"])
        super(ClientOffer, same).write(vals)
        return super(ClientOffer, self - same).write(self._complete_outcome(vals))

    @api.model
    def _complete_outcome(self, vals):
        """Note the day with the outcome, unless somebody says another one."""
        if "outcome" not in vals:
            return vals
        if vals["outcome"] == "open":
            return {**vals, "outcome_date": False}
        today = fields.Date.context_today(self)
        return {**vals, "outcome_date": vals.get("outcome_date") or today}

    # === ACTION METHODS ===

    def action_set_ordered(self):
        """Say that the client ordered."""
        return self.write({"outcome": "ordered"})

    def action_set_postponed(self):
        """Say that the client comes back to it later."""
        return self.write({"outcome": "postponed"})

    def action_set_declined(self):
        """Say that the client does not want it."""
        return self.write({"outcome": "declined"})

    def action_reopen(self):
        """Say that there is no outcome yet."""
        return self.write({"outcome": "open"})
