from odoo import SUPERUSER_ID, api, fields, models, tools
from odoo.fields import Domain

from .card_review import DEFAULT_REVIEW_INTERVAL
from .client_entry import DUPLICATE_POLICIES, WARN

DEFAULT_REMINDER_CAP = 10


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "client.review.interval"]

    _review_interval_field = "client_review_interval"

    client_review_interval = fields.Integer(
        string="Review Cards Every (days)",
        default=DEFAULT_REVIEW_INTERVAL,
        required=True,
        groups="base.group_user",
        help="A card nobody confirmed for so many days is due for a review, unless its "
        "group or type says otherwise.",
    )
    client_daily_cap = fields.Integer(
        string="Reminders a Day",
        default=DEFAULT_REMINDER_CAP,
        groups="base.group_user",
        help="The most reminders of clients that one person gets a day. The most "
        "important ones come first, the rest waits.",
    )
    client_duplicate_policy = fields.Selection(
        selection=DUPLICATE_POLICIES,
        string="Client Is Known Already",
        required=True,
        default=WARN,
        groups="base.group_user",
        help="When somebody creates a card without a type of a client who certainly "
        "has a card.",
    )
    client_head_id = fields.Many2one(
        comodel_name="res.users",
        string="Head of the Clients",
        domain="[('share', '=', False)]",
        groups="base.group_user",
        help="Who is reminded of clients without a manager.",
    )

    _client_review_interval_positive = models.Constraint(
        "CHECK (client_review_interval > 0)",
        "The review interval must be at least one day.",
    )
    _client_daily_cap_positive = models.Constraint(
        "CHECK (client_daily_cap >= 0)",
        "Nobody can get less than no reminder a day.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env.registry.clear_cache()  # core does it before there is a card
        self.env["res.partner"]._renew_review_due(companies._get_cards_domain())
        return companies

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache()
    def _get_own_card_ids(self):
        """:return: ids of the cards of our own companies, archived ones too"""
        # sudo: they are no clients, whoever may see them
        companies_sudo = self.sudo().with_context(active_test=False).search(Domain.TRUE)
        return tuple(companies_sudo.partner_id.ids)

    @api.model
    def _is_user_everywhere(self):
        """:return: whether the user works in all of our companies; the system does"""
        if self.env.uid == SUPERUSER_ID:
            return True
        # sudo: companies he knows nothing of count as well
        return not (self.sudo().search(Domain.TRUE) - self.env.user.company_ids)

    def _get_cards_domain(self):
        """The cards that belong to no company follow the shortest interval of all."""
        return Domain("company_id", "in", [*self.ids, False])
