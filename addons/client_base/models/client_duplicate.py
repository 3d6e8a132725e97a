from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.duplicates.clusters import join_pairs
from ..tools.duplicates.scan import CERTAIN, PROBABLE, PROPOSED
from .client_duplicate_reason import RELATIONS

GRADES = [
    ("certain", "Certain"),
    ("probable", "Probable"),
    ("likely", "Likely"),
    ("doubtful", "Doubtful"),
]
# The least bits of each grade.
LEAST_BITS = {"certain": CERTAIN, "probable": PROBABLE, "likely": PROPOSED}


class ClientDuplicate(models.Model):
    """Two cards that may be one client, with the evidence.

    Proposed by the search for duplicates, decided by people.
    """

    _name = "client.duplicate"
    _description = "Likely Duplicate"
    _inherit = [
        "client.card.bound",
        "client.duplicate.store",
        "client.duplicate.merge",
        "client.duplicate.carrier",
        "client.duplicate.lookup",
        "client.duplicate.reason",
        "client.issue.cause",
    ]
    _bound_cards = _issue_clients = ("left_id", "right_id")
    _order = "bits desc, id"

    left_id = fields.Many2one(
        comodel_name="res.partner",
        string="Card",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    right_id = fields.Many2one(
        comodel_name="res.partner",
        string="Other Card",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    cluster_id = fields.Many2one(
        comodel_name="client.duplicate.cluster",
        string="Client",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="All cards that are likely this client.",
    )
    bits = fields.Float(
        string="Evidence",
        readonly=True,
        digits=(6, 1),
        aggregator="avg",
        help="Each step of one doubles the odds: +3 is eight to one, 0 is even.",
    )
    score = fields.Float(
        string="Certainty",
        readonly=True,
        digits=(5, 4),
        aggregator="avg",
        help="The probability that the two cards are one client, 0 to 1.",
    )
    grade = fields.Selection(
        selection=GRADES, compute="_compute_grade", search="_search_grade"
    )
    relation = fields.Selection(
        selection=RELATIONS,
        string="If Not One Client",
        readonly=True,
        help="What the two most likely are to each other, if they are two.",
    )
    evidence = fields.Json(string="Field by Field", readonly=True)
    state = fields.Selection(
        selection=[
            ("open", "To Decide"),
            ("merged", "Merged"),
            ("different", "Different Clients"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    decided_by_id = fields.Many2one(
        comodel_name="res.users", string="Decided by", readonly=True
    )
    decided_on = fields.Datetime(readonly=True)
    left_mark = fields.Char(readonly=True)
    right_mark = fields.Char(readonly=True)

    _pair_uniq = models.Constraint(
        "UNIQUE (left_id, right_id)", "A pair is known once."
    )
    _ordered = models.Constraint("CHECK (left_id < right_id)", "The lower id first.")

    @api.depends("left_id", "right_id")
    def _compute_display_name(self):
        for pair in self:
            names = (pair.left_id.display_name, pair.right_id.display_name)
            pair.display_name = " = ".join(filter(None, names))

    @api.depends("bits")
    def _compute_grade(self):
        for pair in self:
            pair.grade = next(
                (grade for grade, least in LEAST_BITS.items() if pair.bits >= least),
                "doubtful",
            )

    @api.model
    def _search_grade(self, operator, value):
        if operator != "in":
            return NotImplemented
        limits = list(LEAST_BITS.items())
        most = [None, *(least for _grade, least in limits)]
        domains = {
            grade: Domain("bits", ">=", least)
            & (Domain("bits", "<", above) if above is not None else Domain.TRUE)
            for (grade, least), above in zip(limits, most, strict=False)
        }
        domains["doubtful"] = Domain("bits", "<", PROPOSED)
        return Domain.OR(domains[one] for one in value if one in domains)

    @api.model
    def _has_field_access(self, field, operation):
        """Whoever may decide decides by the buttons; nobody writes a pair by hand."""
        if operation == "write" and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    # === ACTIONS ===

    @api.model
    def scan(self):
        """Search the whole base for duplicates: a small one at once, others behind.

        :return: id of the ``client.duplicate.scan``
        """
        return self.env["client.duplicate.scan"]._request().id

    def _get_apart_among(self, cards):
        """Say which of a few cards are two clients, as ``_get_apart`` does of all."""
        # sudo: who is told apart is told apart for everybody
        told_sudo = self.sudo().search(
            Domain("state", "=", "different")
            & Domain("left_id", "in", cards.ids)
            & Domain("right_id", "in", cards.ids)
        )
        different = {(pair.left_id.id, pair.right_id.id) for pair in told_sudo}
        company = {card.id: card.company_id for card in cards.sudo()}

        def is_apart(left, right):
            foreign = len(company[left] | company[right]) > 1
            return foreign or (left, right) in different

        return is_apart

    def action_open_merge(self):
        """Choose what the one card is to say."""
        self.ensure_one()
        self.check_access("write")
        # sudo: of a client whose oldest card he may not see the others are merged
        cards = self.cluster_id.sudo().partner_ids.sudo(False)
        cards = cards._filtered_access("read") or (self.left_id | self.right_id)
        return self.env["client.merge.wizard"]._open(cards)

    def action_different(self):
        """Say that the cards of each pair are different clients, for everybody.

        It is forgotten when one of the two cards changes in what is compared.

        :return: True
        """
        self.check_access("write")
        decided_sudo = self.sudo().filtered(lambda pair: pair.state != "merged")
        decided_sudo._decide("different")
        return True

    def action_reopen(self):
        """Take back that the cards are different clients."""
        self.check_access("write")
        pairs_sudo = self.sudo().filtered(lambda pair: pair.state == "different")
        pairs_sudo.write({"state": "open", "decided_by_id": False, "decided_on": False})
        pairs_sudo._join_again()
        return True

    # === BUSINESS ===

    def _decide(self, state):
        # as the cards are now: a form that lags behind would take the decision back
        self.env.flush_all()
        self.env["client.duplicate.form"]._refresh((self.left_id | self.right_id).ids)
        marks = self._fetch_marks(self.left_id | self.right_id)
        for pair in self:
            pair.write(
                {
                    "state": state,
                    "decided_by_id": self.env.user.id,
                    "decided_on": fields.Datetime.now(),
                    "left_mark": marks.get(pair.left_id.id),
                    "right_mark": marks.get(pair.right_id.id),
                    "merge_asked_by_id": False,
                    "merge_problem": False,
                }
            )
        self._join_again()

    @api.model
    def _fetch_marks(self, cards):
        """:return: id of a card that is compared -> the mark of its form"""
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id, mark FROM client_duplicate_form"
                " WHERE partner_id = ANY(%s)",
                cards.ids,
            )
        )
        return dict(rows)

    def _join_again(self):
        """Put the cards of these pairs and of their clusters into clusters anew."""
        cards = self.left_id | self.right_id
        touched = self.search(
            Domain("cluster_id", "!=", False)
            & (Domain("left_id", "in", cards.ids) | Domain("right_id", "in", cards.ids))
        )
        known = (self | touched).cluster_id.pair_ids
        cards |= known.left_id | known.right_id
        # whole clusters alone: a card whose cluster is not looked at would be in two
        inside = self.search(
            Domain("left_id", "in", cards.ids) & Domain("right_id", "in", cards.ids)
        )
        open_pairs = inside.filtered(lambda pair: pair.state == "open")
        links = [(one.left_id.id, one.right_id.id, one.bits) for one in open_pairs]
        clusters = self._store_clusters(
            join_pairs(links, apart=self._get_apart_among(cards))
        )
        for pair in inside:
            ours, theirs = (
                clusters.get(one.id) for one in (pair.left_id, pair.right_id)
            )
            is_joined = pair in open_pairs and ours == theirs and pair.bits >= PROPOSED
            pair.cluster_id = ours if is_joined else False
        self.env.flush_all()
        self.env["client.duplicate.cluster"]._drop_empty()
        self.env.invalidate_all(flush=False)
