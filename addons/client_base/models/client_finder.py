from odoo import models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..tools import client_rows, matching, told
from .client_import_reason import REASONS

_lt = LazyTranslate(__name__)

MAX_CANDIDATES = 10
# What files say of their rows is said of a description in other words.
OWN_REASONS = {
    "id": _lt("This is the ID of the client."),
    "unknown_id": _lt("No client has this ID."),
}
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
            self._read_id(values)
            source = told.read_text(values, "source")
            return client_rows.parse(row), source
        except told.RowError as error:
            door = self.env["client.upsert"]
            raise UserError(door._get_error_message(error)) from None

    def _read_id(self, values):
        """:return: our id of the card, 0 when none is told

        :raise told.RowError: for what is no id: to ignore it would find somebody else
        """
        text = told.read_text(values, "id")
        if text and not (text.isascii() and text.isdecimal()):
            raise told.RowError("malformed", "id", text)
        return int(text or 0)

    def _identify(self, values, description, source):
        """:return: id of the card or 0, code of the reason, candidates: id -> score"""
        door = self.env["client.upsert"]
        work = door._make_work(description, door._get_reading([description]))
        key = door._make_client_key(source, work)
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
        for card_id, score in self._find_alike(work, key).items():
            candidates[card_id] = max(score, candidates.get(card_id, 0))
        reason = match.reason or ("likeness" if candidates else "new")
        best = sorted(candidates.items(), key=lambda one: (-one[1], one[0]))
        return 0, reason, dict(best[:MAX_CANDIDATES])

    def _find_key(self, values, source):
        """:return: id of the card that the key of another system means, else 0"""
        if not source or not values.get("key"):
            return 0
        key = told.key_of(values)
        known = self.env["client.upsert"]._fetch_known(source, {key})
        return known[key][1] if key in known else 0

    def _complete(self, key, values):
        return matching.ClientKey(
            id=0,
            client_id=self._read_id(values),
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
        return {max(pair.left, pair.right): pair.probability for pair in pairs}

    # === ANSWERING ===

    def _split_readable(self, scores):
        """:return: id -> score of those the caller may read, and how many others"""
        cards = self.env["res.partner"].browse(scores)
        readable = cards.with_context(active_test=False)._filtered_access("read")
        return {card: scores[card.id] for card in readable}, len(cards) - len(readable)

    def _make_answer(self, status, card_id, rule, readable, hidden):
        reasons = {**REASONS, **OWN_REASONS}
        reason = str(self.env._(reasons.get(rule, REASONS["likeness"])))
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
