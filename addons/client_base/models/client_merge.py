from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Domain

from .client_merge_picture import CARDS

MOST_CARDS = 30


class ClientMerge(models.Model):
    """Cards of one client made one, with all that an undo needs.

    The merged cards stay, archived and pointing at the survivor, so that whoever knows
    an old id or key reaches the client.
    """

    _name = "client.merge"
    _description = "Merge of Clients"
    _inherit = [
        "client.card.bound",
        "client.merge.mover",
        "client.merge.values",
        "client.merge.picture",
        "client.merge.pairs",
    ]
    _bound_cards = ("survivor_id",)
    _order = "id desc"
    _rec_name = "survivor_id"

    survivor_id = fields.Many2one(
        comodel_name="res.partner",
        string="Card That Stays",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    source_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="client_merge_source_rel",
        string="Merged Cards",
        readonly=True,
        context={"active_test": False},
    )
    line_ids = fields.One2many(
        comodel_name="client.merge.line", inverse_name="merge_id", readonly=True
    )
    change_ids = fields.One2many(
        comodel_name="client.change",
        inverse_name="merge_id",
        string="Changes of the Card",
        readonly=True,
    )
    state = fields.Selection(
        selection=[("done", "Merged"), ("undone", "Taken Back")],
        required=True,
        default="done",
        readonly=True,
    )
    undone_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    undone_on = fields.Datetime(readonly=True)
    kept = fields.Text(
        string="Not Taken Back",
        readonly=True,
        help="What somebody changed after the merge stays as it is.",
    )
    points_before = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    is_picture_taken = fields.Boolean(readonly=True)

    # === MERGING ===

    @api.model
    def _merge(self, survivor, sources, choices=None):
        """Make cards of one client one.

        :param survivor: the card that stays
        :param sources: the others, up to 29
        :param choices: field -> the card whose value is taken; by default the
            survivor's, else the first one's that has a value
        :return: the ``client.merge``
        :raise UserError: when the cards must not be one
        """
        # nobody creates a merge by hand: who decides on duplicates merges
        self.env["client.duplicate"].check_access("write")
        cards = survivor | sources
        cards.check_access("write")
        self._check_mergeable(survivor, sources)
        self._lock(cards)
        merge_sudo = self.sudo().create(
            {"survivor_id": survivor.id, "source_ids": sources.ids}
        )
        merge_sudo._run(choices or {})
        return merge_sudo.sudo(False)

    @api.model
    def _lock(self, cards):
        """Keep others from writing the cards, or pointing at them, until this is done.

        Who comes second finds what the first has done: Odoo runs him again.
        """
        try:
            cards.lock_for_update()
        except LockError as error:
            raise LockError(
                self.env._(
                    "Somebody is working with one of these cards at this moment. Try "
                    "again in a minute."
                )
            ) from error

    @api.model
    def _check_mergeable(self, survivor, sources):
        # sudo: users of a card are not everybody's to see
        survivor, sources = survivor.sudo(), sources.sudo()
        cards = survivor | sources
        if not sources or survivor in sources:
            raise UserError(self.env._("Choose two cards or more."))
        if len(cards) > MOST_CARDS:
            raise UserError(
                self.env._("Merge at most %(count)d cards at once.", count=MOST_CARDS)
            )
        merged = cards.filtered(lambda card: card.merged_into_id and not card.active)
        if merged:  # by a colleague, while this was being chosen
            raise UserError(
                self.env._(
                    "%(card)s is merged with another card already.",
                    card=merged[0].display_name,
                )
            )
        for card in cards:
            if self._get_ancestors(card) & cards:
                raise UserError(
                    self.env._(
                        "%(card)s belongs to one of the other cards. A firm and its "
                        "person stay two cards.",
                        card=card.display_name,
                    )
                )
        self._check_companies(survivor, sources)
        self._check_people(survivor, sources)

    @api.model
    def _check_companies(self, survivor, sources):
        """Nobody takes a client from other companies."""
        if len((survivor | sources).company_id) > 1:
            raise UserError(
                self.env._("Cards of different companies are different clients.")
            )
        shared = sources.filtered(lambda card: not card.company_id)
        if survivor.company_id and shared and self._has_companies():
            raise UserError(
                self.env._(
                    "%(card)s is a client of all companies. Let this be the card that "
                    "stays.",
                    card=shared[0].display_name,
                )
            )

    @api.model
    def _get_ancestors(self, card):
        ancestors = card.browse()
        while card.parent_id and card.parent_id not in ancestors:
            card = card.parent_id
            ancestors |= card
        return ancestors

    @api.model
    def _check_people(self, survivor, sources):
        """Cards of users and of our own companies do not go away."""
        own = set(self.env["res.company"]._get_own_card_ids())
        for card in sources:
            if card.id in own:
                raise UserError(
                    self.env._(
                        "%(card)s is one of our own companies.", card=card.display_name
                    )
                )
            if card.with_context(active_test=False).user_ids:
                raise UserError(
                    self.env._(
                        "%(card)s logs in as a user. Let this be the card that stays.",
                        card=card.display_name,
                    )
                )

    def _run(self, choices):
        survivor, sources = self.survivor_id, self.source_ids
        cards = survivor | sources
        mark = self._carry_pairs()
        before = self._take_picture(cards)
        self.points_before = self._fetch_points(cards)
        self._take_values(survivor, sources, choices)
        for source in sources:
            self._unite_points(source, survivor)
        self.env["client.merge.line"].create(
            [{**vals, "merge_id": self.id} for vals in self._move(sources, survivor)]
        )
        sources.write({"active": False, "merged_into_id": survivor.id})
        self._recompute(survivor)
        after = self._take_picture(cards, before)
        self.changed = self._compare(before, after)
        self._touch(after)
        self._note_changes(survivor)
        self._close_pairs(cards, mark)
        survivor._message_log(
            body=self.env._(
                "Merged with: %(cards)s.",
                cards=", ".join(sources.mapped("display_name")),
            )
        )

    @api.model
    def _recompute(self, cards):
        """Compute anew what is stored of cards whose people and points were moved."""
        self.env.invalidate_all()
        family = cards | cards.with_context(active_test=False).child_ids
        for records in (family, family.contact_point_ids):
            for field in records._fields.values():
                if not (field.store and field.compute and field.readonly):
                    continue
                # sizes of a picture follow when the picture itself is written
                if field.column_type:
                    self.env.add_to_compute(field, records)

    @api.model
    def _touch(self, picture):
        """Let the forms to compare follow the cards and their people."""
        self.env["client.duplicate.form"]._touch(map(int, picture[CARDS]))

    def action_open_survivor(self):
        """Open the card that stays."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.survivor_id.id,
            "views": [(False, "form")],
        }

    # === TAKING BACK ===

    def action_undo(self):
        """Give the merged cards back all that nobody changed since.

        :return: True
        """
        self.check_access("read")
        self.env["client.duplicate"].check_access("write")
        for merge in self:
            # sudo: those that he may not even see stop him too
            (merge.survivor_id | merge.sudo().source_ids).sudo(False).check_access(
                "write"
            )
            if merge.state != "undone":
                merge.sudo()._check_undoable()
                merge.sudo()._undo()
        return True

    def _check_undoable(self):
        """Of merges one upon the other the last one goes first."""
        cards = self.survivor_id | self.source_ids
        later = self.search(
            Domain("id", ">", self.id)
            & Domain("state", "=", "done")
            & (
                Domain("survivor_id", "in", cards.ids)
                | Domain("source_ids", "in", cards.ids)
            ),
            limit=1,
        )
        if later:
            raise UserError(
                self.env._(
                    "Merged again on %(date)s. Take that merge back first.",
                    date=fields.Date.to_date(later.create_date),
                )
            )

    def _undo(self):
        survivor, sources = self.survivor_id, self.source_ids
        self._lock(survivor | sources)
        mark = self._fetch_mark()
        now = self._take_picture(survivor | sources, self.changed)
        kept = []
        sources.write({"active": True, "merged_into_id": False})
        self.env.flush_all()
        for line in self.line_ids.sorted("id", reverse=True):
            lost = self._move_back(line, line.source_id, survivor)
            if lost:
                kept.append(line._describe(len(lost)))
        self._restore_points()
        self.env.invalidate_all(flush=False)
        if self.is_picture_taken:
            survivor.image_1920 = False
        kept += self._restore_picture(now)
        self._recompute(survivor | sources)
        self._touch(now)
        self.write(
            {
                "state": "undone",
                "undone_by_id": self.env.uid,
                "undone_on": fields.Datetime.now(),
                "kept": "\n".join(kept),
            }
        )
        self._reopen_pairs(survivor | sources, mark)
        self.change_ids.write({"state": "undone"})
        survivor._message_log(body=self.env._("The merge is taken back."))
