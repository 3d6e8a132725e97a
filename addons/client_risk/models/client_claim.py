from odoo import api, fields, models

# What may open or close a claim, or give it to another client.
JUDGED_FIELDS = {"active", "closed_on", "company_id", "partner_id"}


class ClientClaim(models.Model):
    """Something a client is not content with, until somebody says that it is settled.

    The claim is of the client as a whole; the person who made it stands beside. While
    it is open the client counts as at risk, where the company wants it so.
    """

    _name = "client.claim"
    _description = "Claim of a Client"
    _inherit = ["client.concern", "mail.thread", "mail.activity.mixin"]
    _order = "closed_on desc nulls first, date, id"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    name = fields.Char(
        string="What Is Wrong",
        required=True,
        tracking=True,
        help="In the words of the client: two buckets of the last delivery leak.",
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
        string="Made By",
        index="btree_not_null",
        ondelete="set null",
        help="The person at the client who complained.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date = fields.Date(
        string="Opened on", required=True, default=fields.Date.context_today
    )
    closed_on = fields.Date(
        copy=False, tracking=True, help="Empty while the claim is open."
    )
    state = fields.Selection(
        selection=[("open", "Open"), ("closed", "Settled")],
        compute="_compute_state",
        store=True,
        precompute=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        index=True,
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
        help="Who has to settle it.",
    )
    resolution = fields.Char(
        string="How It Was Settled",
        copy=False,
        help="For example: two buckets sent with the next delivery.",
    )
    description = fields.Html(string="Notes")

    _days_in_order = models.Constraint(
        "CHECK (closed_on IS NULL OR closed_on >= date)",
        "A claim is settled on the day it was opened, or later.",
    )
    _open_idx = models.Index("(company_id, partner_id) WHERE closed_on IS NULL")

    # === COMPUTE METHODS ===

    @api.depends("closed_on")
    def _compute_state(self):
        for claim in self:
            claim.state = "closed" if claim.closed_on else "open"

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        defaults = self.default_get(["partner_id"])
        claims = super().create(
            [self._complete_client({**defaults, **vals}) for vals in vals_list]
        )
        claims._judge_clients()
        return claims

    def write(self, vals):
        before = self._get_judged() if JUDGED_FIELDS & set(vals) else []
        result = super().write(self._complete_client(vals))
        if JUDGED_FIELDS & set(vals):
            self._judge_clients(before)
        return result

    def unlink(self):
        before = self._get_judged()
        result = super().unlink()
        self.browse()._judge_clients(before)
        return result

    # === ACTION METHODS ===

    def action_close(self):
        """Say that the claim is settled today."""
        return self.filtered(lambda claim: not claim.closed_on).write(
            {"closed_on": fields.Date.context_today(self)}
        )

    def action_reopen(self):
        """Say that the claim is not settled after all."""
        return self.write({"closed_on": False})

    # === BUSINESS METHODS ===

    def _get_judged(self):
        """:return: pairs of company and client"""
        return [(claim.company_id, claim.partner_id) for claim in self]

    def _judge_clients(self, before=()):
        """Judge the clients of these claims, and those of ``before``, at once."""
        clients = {}
        for company, partner in (*before, *self._get_judged()):
            clients[company] = clients.get(company, partner) | partner
        for company, partners in clients.items():
            self.env["client.profile"]._judge_clients(partners, company)
