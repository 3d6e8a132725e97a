import datetime as dt

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.suggestions import LOOK_BACK_DAYS
from .client_profile import SECTORS

GC_BATCH = 10_000

KINDS = [
    ("repeat", "Due Again"),
    ("lost", "Left Off"),
    ("pair", "Bought Together"),
    ("segment", "Usual for Such Clients"),
]
STATES = [
    ("open", "To Offer"),
    ("later", "Later"),
    ("quoted", "Offered"),
    ("bought", "Bought"),
    ("refused", "Refused"),
    ("gone", "No Longer Suggested"),
]
# Of several answers about one item the one that counts: what a person said goes before
# what was only found.
WEIGHT = {"refused": 0, "quoted": 1, "later": 2, "open": 3, "gone": 4}
REASONS = [
    ("no_need", "Does Not Need It"),
    ("elsewhere", "Buys It Elsewhere"),
    ("price", "Too Expensive"),
    ("quality", "Not Content with It"),
    ("other", "Another Reason"),
]


class ClientSuggestion(models.Model):
    """An item that a client could buy: why, for how much, and what came of it.

    Found by the night and kept up to date in place: what a person said or did with it
    outlives every night. Once the client buys the item, the row is closed and stays as
    a success.
    """

    _name = "client.suggestion"
    _description = "Suggestion What to Offer"
    _inherit = [
        "client.suggestion.finder",
        "client.suggestion.act",
        "client.suggestion.reason",
    ]
    _order = "expected_sum desc, id"
    _rec_name = "item_id"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    manager_id = fields.Many2one(related="partner_id.user_id", string="Manager")
    client_type_id = fields.Many2one(related="partner_id.client_type_id")
    phone = fields.Char(related="partner_id.phone")
    sector = fields.Selection(
        selection=SECTORS, compute="_compute_sector", string="Sector of the Client"
    )
    item_id = fields.Many2one(
        comodel_name="client.item",
        string="What to Offer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    categ_id = fields.Many2one(related="item_id.categ_id", string="Category")
    product_id = fields.Many2one(related="item_id.product_id", string="Product")
    kind = fields.Selection(selection=KINDS, required=True, readonly=True)
    because_id = fields.Many2one(
        comodel_name="client.item",
        string="Because of",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="What the client buys, as those do who buy the item too.",
    )
    confidence = fields.Float(
        string="Chance",
        readonly=True,
        aggregator="avg",
        help="The share of such clients who buy it; of his own lines, the share of his "
        "purchases that had it.",
    )
    amount = fields.Monetary(
        string="Usual Amount",
        readonly=True,
        aggregator="avg",
        help="What is usually spent on it in one purchase.",
    )
    expected_sum = fields.Monetary(
        readonly=True,
        help="The usual amount times the chance that he wants it, times the chance "
        "that he buys anything within 90 days.",
    )
    line_count = fields.Integer(string="Times Bought", readonly=True, aggregator="avg")
    period_days = fields.Float(
        string="Bought Every (Days)", readonly=True, aggregator="avg"
    )
    last_date = fields.Date(string="Last Bought", readonly=True)
    why = fields.Char(compute="_compute_why")
    state = fields.Selection(
        selection=STATES, required=True, default="open", readonly=True
    )
    suggested_on = fields.Date(string="Suggested on", required=True, readonly=True)
    remind_on = fields.Date(string="Remind on", readonly=True)
    answered_on = fields.Date(
        string="Answered on", readonly=True, help="When a person last did something."
    )
    answered_by_id = fields.Many2one(
        comodel_name="res.users", string="Answered by", readonly=True
    )
    refused_until = fields.Date(string="Not to Be Offered until", readonly=True)
    refuse_reason = fields.Selection(selection=REASONS, string="Why Not", readonly=True)
    refuse_note = fields.Char(string="In the Client's Words", readonly=True)
    document_model = fields.Char(readonly=True)
    document_id = fields.Many2oneReference(
        string="Quotation or Opportunity", model_field="document_model", readonly=True
    )
    bought_on = fields.Date(readonly=True)
    bought_amount = fields.Monetary(string="Bought for", readonly=True)
    success = fields.Float(
        string="Bought (Share)",
        readonly=True,
        aggregator="avg",
        help="1 when the client bought it after it was suggested.",
    )

    # What a client bought is history, of which there may be several rows.
    _live_uniq = models.UniqueIndex(
        "(partner_id, company_id, item_id) WHERE state <> 'bought'"
    )
    _open_idx = models.Index("(company_id, state, expected_sum DESC)")

    @api.depends("partner_id", "company_id")
    def _compute_sector(self):
        profiles = self.env["client.profile"].search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        known = {(one.partner_id, one.company_id): one.sector for one in profiles}
        for suggestion in self:
            key = suggestion.partner_id, suggestion.company_id
            suggestion.sector = known.get(key, False)

    @api.model
    def recompute(self):
        """Find anew what to offer to the clients of the company.

        :return: True
        """
        self.env["client.risk.policy"].check_access("write")  # a manager's affair
        # The company of the caller: with sudo, any would do that he names.
        company = self.env.company
        finder_sudo = self.sudo()  # what is measured nobody may write
        finder_sudo._suggest_company(company.with_env(finder_sudo.env))
        return True

    @api.autovacuum
    def _gc_closed(self):
        """Forget what came to its end two years ago."""
        oldest = fields.Date.today() - dt.timedelta(days=LOOK_BACK_DAYS)
        closed = self.search(
            [("state", "in", ("bought", "gone")), ("suggested_on", "<", oldest)],
            limit=GC_BATCH,
        )
        closed.unlink()
        return len(closed), len(closed) == GC_BATCH  # done, is there more

    def write(self, vals):
        """Nobody writes a suggestion by hand: people act by what the buttons do."""
        if not self.env.su:
            raise AccessError(
                self.env._("Suggestions are measured: offer, refuse or put them off.")
            )
        return super().write(vals)
