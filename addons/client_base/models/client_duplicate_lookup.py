import base64

import numpy as np

from odoo import api, models
from odoo.tools import SQL, ormcache

from ..tools.duplicates.cards import VERSION, Normalizer
from ..tools.duplicates.keys import stored_keys
from ..tools.duplicates.lookup import choose_candidates, score_links
from ..tools.duplicates.scan import DOUBTFUL
from ..tools.duplicates.table import Frequencies
from ..tools.duplicates.weights import Weights

# As many cards a base is taken for at least, until it has been searched.
SMALL_BASE = 1000


class ClientDuplicateLookup(models.AbstractModel):
    """Finds the cards that a card about to be made may be: milliseconds in any base."""

    _name = "client.duplicate.lookup"
    _description = "Looking for a Client"

    @api.model
    def _find_alike(self, card, company, country_code="UA"):
        """Find the cards of a company's base that ``card`` may be.

        :param card: ``tools.duplicates.cards.Card``; id 0 for one not yet made
        :param country_code: whose local phone numbers it writes
        :return: list of ``tools.duplicates.evidence.Pair``, best first
        """
        return self._find_alike_of_many([card], company, country_code)[card.id]

    @api.model
    def _find_alike_of_many(self, cards, company, country_code="UA"):
        """Find the cards that each of ``cards`` may be, with a handful of queries.

        Among themselves they are not compared.

        :param cards: list of ``tools.duplicates.cards.Card`` with distinct ids,
            negative for those not yet made
        :param country_code: whose local phone numbers they write
        :return: id of the card -> list of ``evidence.Pair``, best first
        """
        normalizer = Normalizer(country_code)
        forms = [normalizer.normalize(card) for card in cards]
        found = {form.id: [] for form in forms}
        links = self._find_links(forms)
        others = self.env["client.duplicate.form"]._load(
            sorted({other_id for _id, other_id in links}), company
        )
        known = {other.id for other in others}
        links = [link for link in links if link[1] in known]
        weights, frequencies = self._get_learnt()
        at_entry = weights.at_entry(max(frequencies.size, 1))
        for pair in score_links([*forms, *others], links, at_entry, frequencies):
            if pair.score >= DOUBTFUL:
                found[pair.left if pair.left in found else pair.right].append(pair)
        return found

    @api.model
    def _find_links(self, forms):
        """:return: list of (id of the form, id of a card that it is worth a look at)"""
        keys_of = {}
        for key, card_id in stored_keys(forms):
            keys_of.setdefault(card_id, []).append(key)
        forms_of = self.env["client.duplicate.form"]
        forms_of._follow_touched()
        holders = forms_of._fetch_holders(sorted(set().union(*keys_of.values())))
        asked = {form.id for form in forms}
        return [
            (card_id, other_id)
            for card_id, keys in keys_of.items()
            for other_id in choose_candidates(
                {key: holders[key] for key in keys if key in holders}
            )
            if other_id not in asked
        ]

    @api.model
    def _get_learnt(self):
        """:return: ``Weights`` and ``Frequencies`` of the last search of the base"""
        rows = self.env.execute_query(
            SQL(
                "SELECT MAX(id) FROM client_duplicate_scan"
                " WHERE state = 'done' AND version = %s",
                VERSION,
            )
        )
        ((scan_id,),) = rows
        learnt = self._read_learnt(scan_id) if scan_id else None
        if learnt:
            return learnt
        # in a base of a few cards nothing would be rare enough to tell
        size = max(
            SMALL_BASE, self.env["client.duplicate.form"].sudo().search_count([])
        )
        empty = np.zeros(0)
        nothing = Frequencies(size, empty.astype(np.uint64), empty.astype(np.int64))
        return Weights.default(size * (size - 1) / 2), nothing

    @api.model
    @ormcache("scan_id")
    def _read_learnt(self, scan_id):
        """:return: as ``_get_learnt``; None when the file of the scan is lost"""
        # a form reads sizes in place of files
        scans_sudo = self.env["client.duplicate.scan"].sudo()
        scan_sudo = scans_sudo.with_context(bin_size=False).browse(scan_id)
        content = base64.b64decode(scan_sudo.frequencies or b"")
        if not content:
            return None
        return Weights.from_json(scan_sudo.weights), Frequencies.from_bytes(content)
