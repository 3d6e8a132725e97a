from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import SQL

MOST_CARDS = 30
# Columns of a card that say when it was written, and nothing of the client.
STAMPS = {"create_date", "create_uid", "write_date", "write_uid"}


class ClientMerge(models.Model):
    """Cards of one client made one, with all that an undo needs.

    The merged cards stay, archived and pointing at the survivor, so that whoever knows
    an old id or key reaches the client.
    """

    _name = "client.merge"
    _description = "Merge of Clients"
    _inherit = ["client.card.bound", "client.merge.mover", "client.merge.values"]
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
    # Columns of each card before the merge and after it, by id.
    columns_before = fields.Json(readonly=True)
    columns_after = fields.Json(readonly=True)
    points_before = fields.Json(readonly=True)
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
        cards = (
            survivor | sources
        ).sudo()  # users of a card are not everybody's to see
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
        if len(cards.company_id) > 1:
            raise UserError(
                self.env._("Cards of different companies are different clients.")
            )
        for card in cards:
            if card.parent_id and card.parent_id in self._get_ancestors(card) & cards:
                raise UserError(
                    self.env._(
                        "%(card)s belongs to one of the other cards. A firm and its "
                        "person stay two cards.",
                        card=card.display_name,
                    )
                )
        self._check_people(survivor.sudo(), sources.sudo())

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
        before = self._fetch_columns(cards)
        self.points_before = self._fetch_points(cards)
        self._take_values(survivor, sources, choices)
        for source in sources:
            self._unite_points(source, survivor)
            self.env["client.merge.line"].create(
                [
                    {**vals, "merge_id": self.id, "source_id": source.id}
                    for vals in self._move(source, survivor)
                ]
            )
        sources.write({"active": False, "merged_into_id": survivor.id})
        self._recompute(survivor)
        self.env.flush_all()
        self.columns_before = before
        self.columns_after = self._fetch_columns(cards)
        self._note_changes(survivor, before)
        self._close_pairs(cards)
        survivor._message_log(
            body=self.env._(
                "Merged with: %(cards)s.",
                cards=", ".join(sources.mapped("display_name")),
            )
        )

    @api.model
    def _fetch_columns(self, cards):
        """:return: id as text -> column -> raw value, of each card"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT id, TO_JSONB(res_partner) FROM res_partner WHERE id = ANY(%s)",
                cards.ids,
            )
        )
        return {
            str(id_): {name: data[name] for name in data if name not in STAMPS}
            for id_, data in rows
        }

    @api.model
    def _recompute(self, cards):
        """Compute anew what is stored of cards whose people and points were moved."""
        self.env.invalidate_all()
        for field in cards._fields.values():
            if field.store and field.compute and field.readonly:
                self.env.add_to_compute(field, cards | cards.child_ids)

    def _close_pairs(self, cards):
        """Those between the cards are merged, those of merged cards with others go.

        What somebody told apart stays so: an undo finds it as it was.
        """
        gone = self.source_ids.ids
        of_gone_sudo = (
            self.env["client.duplicate"]
            .sudo()
            .search(
                [
                    ("state", "=", "open"),
                    *("|", ("left_id", "in", gone), ("right_id", "in", gone)),
                ]
            )
        )
        between_sudo = of_gone_sudo.filtered(
            lambda pair: pair.left_id in cards and pair.right_id in cards
        )
        (of_gone_sudo - between_sudo).unlink()
        between_sudo._decide("merged")

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
        later = self.search([("id", ">", self.id), ("state", "=", "done")])
        later = later.filtered(lambda one: cards & (one.survivor_id | one.source_ids))
        if later:
            raise UserError(
                self.env._(
                    "Merged again on %(date)s. Take that merge back first.",
                    date=fields.Date.to_date(later[0].create_date),
                )
            )

    def _undo(self):
        survivor, sources = self.survivor_id, self.source_ids
        self._lock(survivor | sources)
        self.env.flush_all()
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
        kept += self._restore_columns()
        self._recompute(survivor | sources)
        self.env["client.duplicate.form"]._touch((survivor | sources).ids)
        self.write(
            {
                "state": "undone",
                "undone_by_id": self.env.uid,
                "undone_on": fields.Datetime.now(),
                "kept": "\n".join(kept),
            }
        )
        self._reopen_pairs(survivor | sources)
        self.change_ids.write({"state": "undone"})
        survivor._message_log(body=self.env._("The merge is taken back."))

    def _restore_columns(self):
        """Give each column back that says what the merge left in it.

        :return: list of what was changed since, in words
        """
        cards = self.survivor_id | self.source_ids
        now = self._fetch_columns(cards)
        kept = []
        for card in cards:
            before, after, present = (
                columns.get(str(card.id), {})
                for columns in (self.columns_before, self.columns_after, now)
            )
            moved = {
                name
                for name in before
                if name in present and before[name] != present[name]
            }
            back = {
                name: before[name]
                for name in moved
                if present[name] == after.get(name) or card != self.survivor_id
            }
            self._write_columns(card, back)
            if card == self.survivor_id:
                kept += self._describe_kept(card, moved - back.keys())
        return kept

    @api.model
    def _write_columns(self, card, columns):
        if not columns:
            return
        names = SQL(", ").join(map(SQL.identifier, columns))
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner
                   SET (%(names)s) = (
                           SELECT %(names)s
                             FROM JSONB_POPULATE_RECORD(NULL::res_partner, %(data)s)
                       )
                 WHERE id = %(id)s
                """,
                names=names,
                data=Json(columns),
                id=card.id,
            )
        )
        card.invalidate_recordset(flush=False)

    def _describe_kept(self, card, names):
        """:return: which of the fields a person reads were changed since"""
        labels = card.fields_get(list(names), ["string"])
        stored = (card._fields[name] for name in names if name in card._fields)
        changed = [
            field.name for field in stored if not (field.compute and field.readonly)
        ]
        return [
            self.env._("%(field)s was changed since.", field=labels[name]["string"])
            for name in sorted(changed)
            if name in labels
        ]

    def _reopen_pairs(self, cards):
        pairs_sudo = self.env["client.duplicate"].sudo()
        pairs_sudo = pairs_sudo.search(
            [
                ("left_id", "in", cards.ids),
                ("right_id", "in", cards.ids),
                ("state", "=", "merged"),
            ]
        )
        pairs_sudo.write({"state": "open", "decided_by_id": False, "decided_on": False})
        pairs_sudo._join_again()
