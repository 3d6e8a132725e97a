from datetime import datetime

from psycopg2.extras import Json

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# What is known of the two cards together, whichever of them is the left one.
SHARED = ("bits", "score", "relation", "evidence", "decided_by_id", "decided_on")


class ClientDuplicateCarrier(models.AbstractModel):
    """Takes pairs through a merge of their cards, and back.

    Who is told apart from one card of a client is told apart from the client: that
    holds for the card that stays, whatever the merge writes to it.
    """

    _name = "client.duplicate.carrier"
    _description = "Carrier of Decisions on Duplicates"

    # === WHAT PEOPLE TOLD APART ===

    @api.model
    def _carry_told(self, survivor, sources):
        """Let whom people told apart from a source be told apart from the survivor.

        What was forgotten, because one of the two cards has changed since, stays so.
        To be called before anything of the cards is written; ``_follow_told`` after it.

        :return: the pairs told apart now, the rows (as ``_put_back`` takes them) of
            open or older pairs in whose place they are
        """
        told = self._find_told(survivor | sources)
        mark = self._fetch_marks(survivor).get(survivor.id)
        told = {
            other: (pair, other_mark)
            for other, (card, pair, other_mark) in told.items()
            if card != survivor and mark
        }
        known = self.search(self._get_domain_between(survivor, told))
        for pair in known.filtered(lambda one: one.state == "merged"):
            told.pop((pair.left_id | pair.right_id) - survivor, None)
        rows = self._take_out(SQL("state <> 'merged' AND id = ANY(%s)", known.ids))
        carried = self.create(
            [
                pair._prepare_carried({survivor: mark, other: other_mark})
                for other, (pair, other_mark) in told.items()
            ]
        )
        return carried, rows

    @api.model
    def _find_told(self, cards):
        """:return: other card -> (one of ``cards``, the latest pair in which people
        told the two apart as the former is now, the mark that the other one had)
        """
        self.env.flush_all()
        self.env["client.duplicate.form"]._refresh(cards.ids)
        marks = self._fetch_marks(cards)
        pairs = self.search(
            Domain("state", "=", "different")
            & (Domain("left_id", "in", cards.ids) | Domain("right_id", "in", cards.ids))
        )
        found = {}
        for pair in pairs.sorted(lambda one: one.decided_on or datetime.min):
            left, right = pair.left_id, pair.right_id
            for card, mark, other, other_mark in (
                (left, pair.left_mark, right, pair.right_mark),
                (right, pair.right_mark, left, pair.left_mark),
            ):
                if card in cards and other not in cards and mark == marks.get(card.id):
                    found[other] = (card, pair, other_mark)
        return found

    @api.model
    def _get_domain_between(self, card, others):
        """:return: ``Domain`` of the pairs of one card with some others"""
        ids = [other.id for other in others]
        return Domain.OR(
            Domain(one, "=", card.id) & Domain(other, "in", ids)
            for one, other in (("left_id", "right_id"), ("right_id", "left_id"))
        )

    def _prepare_carried(self, marks):
        """:return: values of the pair that says of other cards what this one says

        :param marks: each of the two cards -> the mark with which they are told apart
        """
        (left, left_mark), (right, right_mark) = sorted(
            marks.items(), key=lambda item: item[0].id
        )
        [shared] = self.read(SHARED, load=None)
        return {
            **{name: shared[name] for name in SHARED},
            "left_id": left.id,
            "left_mark": left_mark,
            "right_id": right.id,
            "right_mark": right_mark,
            "state": "different",
        }

    @api.model
    def _follow_told(self, card, mark):
        """Let decisions on a card hold on though a merge, or its undo, changed it.

        :param mark: the one that the card had before
        """
        self.env.flush_all()
        self.env["client.duplicate.form"]._refresh(card.ids)
        self._follow_marks({card.id: mark} if mark else {})
        self.invalidate_model(flush=False)

    def _note_decisions(self):
        """:return: list of (id, when it was decided) of these pairs, as JSON has it"""
        return [(one.id, str(one.decided_on)) for one in self]

    @api.model
    def _drop_carried(self, noted):
        """Delete carried pairs, but for those that were decided on again since.

        :param noted: as ``_note_decisions`` told of them
        """
        pairs = self.browse(id_ for id_, _decided_on in noted or []).exists()
        noted = {tuple(one) for one in noted or []}
        same = pairs.filtered(lambda one: one.state == "different")
        same.filtered(lambda one: set(one._note_decisions()) <= noted).unlink()

    # === OUT OF THE WAY, AND BACK ===

    @api.model
    def _take_out(self, condition):
        """Delete pairs for as long as a merge lasts.

        :param condition: SQL, which pairs
        :return: their rows, as ``_put_back`` takes them
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM client_duplicate pair
                      WHERE %s
                  RETURNING TO_JSONB(pair) - 'cluster_id'
                """,
                condition,
            )
        )
        self.env.invalidate_all(flush=False)
        return [row for (row,) in rows]

    @api.model
    def _put_back(self, rows):
        """Bring pairs back that are not known again, and whose cards are still there.

        :return: the pairs
        """
        self.env.flush_all()
        returned = self.env.execute_query(
            SQL(
                """
                INSERT INTO client_duplicate
                     SELECT pair.*
                       FROM JSONB_POPULATE_RECORDSET(NULL::client_duplicate, %s) pair
                       JOIN res_partner ours ON ours.id = pair.left_id
                       JOIN res_partner theirs ON theirs.id = pair.right_id
                ON CONFLICT DO NOTHING
                  RETURNING id
                """,
                Json(rows or []),
            )
        )
        return self.browse(id_ for (id_,) in returned)
