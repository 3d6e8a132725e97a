from dataclasses import replace

from odoo import models
from odoo.fields import Domain
from odoo.tools import split_every

from ..tools import cells, matching
from ..tools.duplicates.cards import Card
from ..tools.duplicates.scan import PROPOSED
from .client_entry import PERSONAL, TELLING

ALIKE_BATCH = 1000
# What tells two clients apart whatever else they share.
VETOES = ("sync_key", "sync_source", "tax_id_key")


class ClientImportAlike(models.AbstractModel):
    """Asks the search for duplicates of rows that would become new clients.

    It knows more than the likeness of names: a number with a slip, an address, the
    same name in another alphabet. It proposes and never decides.
    """

    _name = "client.import.alike"
    _description = "Rows That Look Like Clients"

    def _doubt_new(self, parsed, keys, matches):
        """Look for the clients that rows without a client may be, a batch at a time.

        :param parsed: list of ``rows.ParsedRow``
        :param keys: list of ``matching.ClientKey``, of the same rows
        :param matches: list of ``matching.Match``, of the same rows
        :return: list of ``matching.Match``
        """
        result = list(matches)
        asked = [
            position
            for position, match in enumerate(matches)
            if (match.kind == "none" and not match.reason) or match.reason == "likeness"
        ]
        for batch in split_every(ALIKE_BATCH, asked, list):
            # a row is no card: its id is below zero
            cards = [self._make_card(-1 - i, parsed[i], keys[i]) for i in batch]
            found = self.env["client.duplicate.lookup"]._find_alike_of_many(
                cards, self.company_id, self.country_id.code or "UA"
            )
            systems = {keys[i].sync_source for i in batch if keys[i].sync_key}
            others = self._fetch_others(found, systems)
            for i in batch:
                pairs = self._keep_possible(keys[i], found[-1 - i], others)
                result[i] = self._doubt_one(matches[i], pairs, others)
        return result

    def _make_card(self, id_, row, key):
        """:rtype: tools.duplicates.cards.Card"""
        writer = self.env["client.card.writer"]
        return Card(
            id=id_,
            name=key.name,
            is_company=writer._looks_like_company(key.name, row.values),
            phones=key.phones,
            emails=key.emails,
            tax_id=key.tax_id,
            street=row.values.get("street", cells.Cell()).text,
            city=key.city,
            zip=row.values.get("zip", cells.Cell()).text,
        )

    def _fetch_others(self, found, systems):
        """Fetch what rules out the cards that were found.

        :param systems: names of the systems whose keys the rows have
        :return: id -> (may he read it, ``matching.ClientKey``), of clients alone
        """
        ids = {
            pair.right
            for pairs in found.values()
            for pair in pairs
            if pair.score >= PROPOSED
        }
        Partner = self.env["res.partner"]
        domain = Domain("id", "in", list(ids)) & Partner._get_client_domain()
        # sudo: a client that he may not read is told of, and not named
        others_sudo = Partner.sudo().search_fetch(domain, VETOES)
        readable = Partner.browse(others_sudo.ids)._filtered_access("read")
        clients = [
            matching.ClientKey(
                other.id,
                "",
                tax_id=other.tax_id_key or "",
                sync_source=other.sync_source or "",
                sync_key=other.sync_key or "",
            )
            for other in others_sudo
        ]
        identity = self.env["client.identity"]
        clients = identity._add_told(clients, systems, self.company_id)
        return {client.id: (client.id in readable._ids, client) for client in clients}

    def _keep_possible(self, key, pairs, others):
        """Leave out who is another client by tax id, or in the accounting system.

        :return: id -> ``tools.duplicates.evidence.Pair``, best first
        """
        kept = {}
        for pair in pairs:
            if pair.score < PROPOSED or pair.right not in others:
                continue
            _is_readable, other = others[pair.right]
            if not (
                matching.sync_keys_differ(key, other)
                or matching.tax_ids_differ(key, other)
            ):
                kept[pair.right] = pair
        return kept

    def _doubt_one(self, match, pairs, others):
        readable = [other_id for other_id in pairs if others[other_id][0]]
        if not readable:
            is_hidden = pairs and match.kind == "none"
            doubt = {"kind": "ambiguous", "reason": "alike_hidden"}
            return replace(match, **doubt) if is_hidden else match
        candidates = {
            other_id: matching.Candidate(
                other_id, round(pairs[other_id].probability, 4), "alike"
            )
            for other_id in readable
        }
        for candidate in match.candidates:
            candidates.setdefault(candidate.client_id, candidate)
        best = pairs[readable[0]]
        is_by_name = match.reason == "likeness" and not any(
            one.field in PERSONAL and one.same >= TELLING for one in best.evidence
        )
        return replace(
            match,
            kind="ambiguous",
            reason="likeness" if is_by_name else "alike",
            rule="likeness" if is_by_name else "alike",
            score=match.score or candidates[readable[0]].score,
            candidates=tuple(candidates.values())[: matching.MAX_CANDIDATES],
            evidence=tuple(tuple(one) for one in best.evidence),
        )
