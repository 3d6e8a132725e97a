from odoo import fields, models
from odoo.tools import SQL


class ClientMergePairs(models.AbstractModel):
    """Keeps the pairs of likely duplicates true while their cards become one."""

    _name = "client.merge.pairs"
    _description = "Pairs of Merged Cards"

    # Pairs with others that the merge took out, as rows of their table.
    pairs_before = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    # Pairs that say of the survivor what people told of a merged card.
    pairs_carried = fields.Json(readonly=True, groups=fields.NO_ACCESS)

    def _carry_pairs(self):
        """Let whom people told apart from a merged card be so from the survivor.

        :return: the mark of the form of the survivor before it is changed
        """
        pairs_sudo = self.env["client.duplicate"].sudo()
        carried_sudo, rows = pairs_sudo._carry_told(self.survivor_id, self.source_ids)
        self.write(
            {"pairs_carried": carried_sudo._note_decisions(), "pairs_before": rows}
        )
        return pairs_sudo._fetch_marks(self.survivor_id).get(self.survivor_id.id)

    def _close_pairs(self, cards, mark):
        """Those between the cards are merged, those of merged cards with others go.

        What somebody told apart stays so: an undo finds it as it was.

        :param mark: of the form of the survivor before the merge
        """
        pairs_sudo = self.env["client.duplicate"].sudo()
        pairs_sudo._follow_told(self.survivor_id, mark)
        between_sudo = pairs_sudo.search(
            [
                ("state", "=", "open"),
                ("left_id", "in", cards.ids),
                ("right_id", "in", cards.ids),
            ]
        )
        of_sources = SQL(
            "state = 'open' AND (left_id = ANY(%(ids)s) OR right_id = ANY(%(ids)s))"
            " AND id <> ALL(%(between)s)",
            ids=self.source_ids.ids,
            between=between_sudo.ids,
        )
        self.pairs_before = [
            *(self.pairs_before or []),
            *pairs_sudo._take_out(of_sources),
        ]
        between_sudo._decide("merged")
        carried = [id_ for id_, _decided_on in self.pairs_carried or []]
        pairs_sudo.browse(carried)._join_again()

    def _fetch_mark(self):
        """:return: the mark of the form of the survivor, made again if it is stale"""
        self.env.flush_all()
        self.env["client.duplicate.form"]._refresh(self.survivor_id.ids)
        pairs = self.env["client.duplicate"]
        return pairs._fetch_marks(self.survivor_id).get(self.survivor_id.id)

    def _reopen_pairs(self, cards, mark):
        """Let pairs be as they were, but for what was decided on again since.

        :param mark: of the form of the survivor before the merge was taken back
        """
        pairs_sudo = self.env["client.duplicate"].sudo()
        pairs_sudo._follow_told(self.survivor_id, mark)
        pairs_sudo._drop_carried(self.pairs_carried)
        pairs_sudo = pairs_sudo.search(
            [
                ("left_id", "in", cards.ids),
                ("right_id", "in", cards.ids),
                ("state", "=", "merged"),
            ]
        )
        pairs_sudo.write({"state": "open", "decided_by_id": False, "decided_on": False})
        (pairs_sudo | pairs_sudo._put_back(self.pairs_before))._join_again()
