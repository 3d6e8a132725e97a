import base64

import numpy as np

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from ..tools.duplicates.cards import VERSION, Normalizer
from ..tools.duplicates.keys import key_cap, stored_keys
from ..tools.duplicates.lookup import choose_candidates, score_card
from ..tools.duplicates.scan import DOUBTFUL
from ..tools.duplicates.table import Frequencies
from ..tools.duplicates.weights import Weights


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
        form = Normalizer(country_code).normalize(card)
        keys = [key for key, _card_id in stored_keys([form])]
        holders = self._fetch_holders(keys)
        candidates = choose_candidates(holders)
        candidates = self._keep_of_company(candidates, company)
        others = self.env["client.duplicate.form"]._load(candidates)
        weights, frequencies = self._get_learnt()
        at_entry = weights.at_entry(max(frequencies.size, 1))
        pairs = score_card(form, others, at_entry, frequencies)
        return [pair for pair in pairs if pair.score >= DOUBTFUL]

    @api.model
    def _fetch_holders(self, keys):
        """:return: key -> ids of the cards that have it, up to one more than its cap"""
        self.env["client.duplicate.form"]._follow_touched()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT asked.key, held.partner_id
                  FROM UNNEST(%s::int8[], %s::int4[]) AS asked(key, cap)
    CROSS JOIN LATERAL (
                        SELECT partner_id
                          FROM client_duplicate_key
                         WHERE key = asked.key
                         LIMIT asked.cap + 1
                       ) AS held
                """,
                keys,
                [key_cap(key) for key in keys],
            )
        )
        holders = {}
        for key, partner_id in rows:
            holders.setdefault(key, []).append(partner_id)
        return holders

    @api.model
    def _keep_of_company(self, partner_ids, company):
        # sudo: who may not read a card is told that there is one, and no more
        partners_sudo = self.env["res.partner"].sudo()
        domain = Domain("id", "in", partner_ids)
        domain &= Domain("company_id", "in", [False, company.id])
        known = set(partners_sudo._search(domain).get_result_ids())
        return [partner_id for partner_id in partner_ids if partner_id in known]

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
        if scan_id:
            return self._read_learnt(scan_id)
        size = self.env["client.duplicate.form"].sudo().search_count([])
        empty = np.zeros(0)
        nothing = Frequencies(size, empty.astype(np.uint64), empty.astype(np.int64))
        return Weights.default(size * (size - 1) / 2), nothing

    @api.model
    @ormcache("scan_id")
    def _read_learnt(self, scan_id):
        scan_sudo = self.env["client.duplicate.scan"].sudo().browse(scan_id)
        return (
            Weights.from_json(scan_sudo.weights),
            Frequencies.from_bytes(base64.b64decode(scan_sudo.frequencies)),
        )
