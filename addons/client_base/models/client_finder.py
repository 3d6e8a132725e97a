from odoo import models
from odoo.exceptions import UserError

from ..tools import client_rows, matching, told
from .client_import_reason import REASONS

MAX_CANDIDATES = 10
# A name to look for is not asked of whoever knows a phone.
NAMELESS = "?"


class ClientFinder(models.AbstractModel):
    """Finds the client that a description means, for scripts.

    Certain by the ladder that files and requests go by; else whom the search for
    duplicates holds for likely.
    """

    _name = "client.finder"
    _description = "Finder of Clients"

    def _find(self, values):
        """See ``res.partner.client_find``; rights are the caller's to check."""
        description, source = self._read(values)
        card_id, rule, candidates = self._identify(values, description, source)
        readable, hidden = self._split_readable(
            {card_id: 1.0} if card_id else candidates
        )
        if card_id:
            return self._make_answer("found", card_id, rule, readable, hidden)
        status = "ambiguous" if candidates else "none"
        return self._make_answer(status, 0, rule, readable, hidden)

    def _read(self, values):
        """:return: ``client_rows.ToldClient`` and the source

        :raise UserError: for what is no description
        """
        if not isinstance(values, dict):
            raise UserError(self.env._("Say whom to look for: a dict of values."))
        row = {**values, "key": values.get("key") or NAMELESS}
        row["name"] = values.get("name") or NAMELESS
        try:
            source = told.read_text(values, "source")
            return client_rows.parse(row), source
        except told.RowError as error:
            door = self.env["client.upsert"]
            raise UserError(door._get_error_message(error)) from None

    def _identify(self, values, description, source):
        """:return: id of the card or 0, code of the reason, candidates: id -> score"""
        work = self.env["client.upsert"]._make_work(description, 0, {})
        key = self.env["client.upsert"]._make_client_key(source, work)
        known = self._find_key(values, source)
        if known:
            return known, "sync_key", {}
        key = self._complete(key, values)
        identity_sudo = self.env["client.identity"].sudo()  # counted if not readable
        index = identity_sudo._make_index([key], self.env.company, with_names=False)
        match = index.identify(key)
        if match.kind == "certain":
            return match.client_id, match.rule, {}
        candidates = {one.client_id: one.score for one in match.candidates}
        candidates |= self._find_alike(work, key)
        reason = match.reason or ("likeness" if candidates else "new")
        return 0, reason, candidates

    def _find_key(self, values, source):
        """:return: id of the card that the key of another system means, else 0"""
        if not source or not values.get("key"):
            return 0
        key = told.key_of(values)
        known = self.env["client.upsert"]._fetch_known(source, {key})
        return known[key][1] if key in known else 0

    def _complete(self, key, values):
        client_id = values.get("id")
        is_id = isinstance(client_id, int) and not isinstance(client_id, bool)
        return matching.ClientKey(
            id=0,
            client_id=client_id if is_id and client_id > 0 else 0,
            name="" if key.name == NAMELESS else key.name,
            is_company=key.is_company,
            tax_id=key.tax_id,
            phones=key.phones,
            emails=key.emails,
            city=key.city,
        )

    def _find_alike(self, work, key):
        """:return: id -> score of the cards that are likely the same, best first"""
        card = self.env["client.upsert"]._make_card(0, work, key)
        company = self.env.company
        pairs = self.env["client.duplicate.lookup"]._find_alike(
            card, company, company.country_id.code or "UA"
        )
        found = {max(pair.left, pair.right): pair.probability for pair in pairs}
        return dict(list(found.items())[:MAX_CANDIDATES])

    # === ANSWERING ===

    def _split_readable(self, scores):
        """:return: id -> score of those the caller may read, and how many others"""
        cards = self.env["res.partner"].browse(scores)
        readable = cards.with_context(active_test=False)._filtered_access("read")
        return {card: scores[card.id] for card in readable}, len(cards) - len(readable)

    def _make_answer(self, status, card_id, rule, readable, hidden):
        reason = str(self.env._(REASONS.get(rule, REASONS["likeness"])))
        return {
            "status": status,
            "id": card_id if readable else 0,
            "reason": reason,
            "candidates": [
                {"id": card.id, "name": card.name or "", "score": round(score, 3)}
                for card, score in readable.items()
            ],
            "hidden_count": hidden,
        }
