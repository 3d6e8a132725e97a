"""Which client a description means: one answer for forms, files, RPC and calls.

The ladder: own id, sync key, tax id, phone or e-mail, likeness of the name. The first
rung that finds anything decides. Likeness proposes and never decides.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import TypeVar

from .identity import (
    NAME_ALIKE,
    NAME_IN_COMMON,
    SAME_NAME,
    Candidate,
    ClientKey,
    Match,
    Pair,
    Twin,
    can_be_person,
    disagree,
    share_contact,
    sync_keys_differ,
    tax_ids_differ,
)
from .likeness import CITY_BONUS, LIKENESS, MAX_CANDIDATES, LikenessIndex
from .names import NameParts, parse_name
from .twins import find_twins

__all__ = [
    "LIKENESS",
    "MAX_CANDIDATES",
    "NAME_ALIKE",
    "NAME_IN_COMMON",
    "SAME_NAME",
    "Candidate",
    "ClientIndex",
    "ClientKey",
    "LikenessIndex",
    "Match",
    "Twin",
    "find_twins",
    "sync_keys_differ",
    "tax_ids_differ",
]

Key = TypeVar("Key", bound=Hashable)


class ClientIndex:
    """The clients of a base, or those of them that share an exact key with the rows.

    :param clients: clients with their ids; the order does not matter
    :param likeness: the names of all clients, or what makes the index of them when the
        first row needs it; without it the last rung is left out
    :param archived: clients in the archive; they never decide, and what they share
        with a client does not make it any less his
    :param merged: cards that were merged, each with the id of the client that stays:
        he is meant by their ids and keys too
    """

    def __init__(
        self,
        clients: Iterable[ClientKey],
        likeness: LikenessIndex | Callable[[], LikenessIndex] | None = None,
        archived: Iterable[ClientKey] = (),
        merged: Iterable[tuple[ClientKey, int]] = (),
    ) -> None:
        former = list(archived)
        self._archived = ClientIndex(former) if former else None
        self._clients = {client.id: client for client in clients}
        self._merged: dict[int, int] = {}
        self._merged_keys: dict[tuple[str, str], int] = {}
        for card, client_id in merged:
            self._add_merged(card, client_id)
        self._likeness = likeness
        self._by_sync_key: dict[tuple[str, str], tuple[int, ...]] = {}
        self._by_tax_id: dict[str, tuple[int, ...]] = {}
        self._by_contact: dict[str, tuple[int, ...]] = {}
        for client_id in sorted(self._clients):
            self._add(self._clients[client_id])
        for named, card_id in self._merged_keys.items():
            client_id = self._merged[card_id]
            if client_id not in self._by_sync_key.get(named, ()):
                _append(self._by_sync_key, named, client_id)

    def __len__(self) -> int:
        return len(self._clients)

    def identify(self, row: ClientKey) -> Match:
        """Return the client that ``row`` means, or those it may mean.

        Reasons of a match that is not certain:

        - ``unknown_id``: the id column names no client (kind "none": reject the row)
        - ``tax_id_differs``: id or key say this client, the tax id says another
        - ``id_other_client``, ``key_other_client``: name and every contact differ
        - ``id_other_key``, ``tax_id_other_key``, ``contact_other_key``: the accounting
          system keeps the two under different keys
        - ``tax_id_other_part``: the tax id of a firm on its branch or its employee
        - ``key_shared``, ``tax_id_shared``, ``contact_shared``: several clients have it
        - ``contacts_disagree``: phone and e-mail say different clients
        - ``contact_other_name``: the client of the phone has quite another name
        - ``archived``: tax id, phone or e-mail are of a client in the archive
        - ``merged``: they are of a card that was merged into this client
        - ``likeness``: the name is like theirs
        """
        former_id = self._find_merged(row)
        if former_id:
            row = self._follow_merged(row)
        match = self._match_again(row) or self._climb(row)
        return replace(match, former_id=former_id) if former_id else match

    def _climb(self, row: ClientKey) -> Match:
        name = parse_name(row.name)
        return (
            self._match_id(row, name)
            or self._match_sync_key(row, name)
            or self._match_tax_id(row, name)
            or self._match_contact(row, name)
            or self._match_archived(row, name)
            or self._match_likeness(row, name)
            or Match.none()
        )

    # === MERGED CARDS ===

    def _add_merged(self, card: ClientKey, client_id: int) -> None:
        """Note which client stands for a merged card, which is none any more."""
        if client_id not in self._clients:
            return
        self._clients.pop(card.id, None)
        self._merged[card.id] = client_id
        if card.sync_key:
            self._merged_keys[card.sync_source, card.sync_key] = card.id

    def _find_merged(self, row: ClientKey) -> int:
        """Return the id of the merged card that a row names, 0 for none."""
        if row.client_id in self._merged:
            return row.client_id
        return self._merged_keys.get((row.sync_source, row.sync_key), 0)

    def _follow_merged(self, row: ClientKey) -> ClientKey:
        """Return the row as if it named the client that stays."""
        client_id = self._merged.get(row.client_id, row.client_id)
        holder_id = self._merged_keys.get((row.sync_source, row.sync_key), 0)
        key = row.sync_key
        if holder_id:
            stays = self._clients[self._merged[holder_id]]
            # The client has another key there now, which the old one says as well.
            if stays.sync_key and stays.sync_source == row.sync_source:
                key = stays.sync_key
        return replace(row, client_id=client_id, sync_key=key)

    def _add(self, client: ClientKey) -> None:
        for key in client.all_keys:
            _append(self._by_sync_key, key, client.id)
        if client.tax_id:
            _append(self._by_tax_id, client.tax_id, client.id)
        for contact in dict.fromkeys(client.contacts):
            _append(self._by_contact, contact, client.id)

    def _compare(
        self, row: ClientKey, name: NameParts, client_ids: Iterable[int]
    ) -> list[Pair]:
        """Return the row beside each client, the most alike names first."""
        pairs = [Pair(row, self._clients[client_id], name) for client_id in client_ids]
        return sorted(pairs, key=lambda pair: (-pair.score, pair.right.id))

    # === RUNGS ===

    def _match_again(self, row: ClientKey) -> Match | None:
        """Return the client that id or key say when his name stands there unchanged.

        Most rows of a file that comes again: what the rungs below would find, without
        taking the name apart.
        """
        holders = self._find_sync_key(row)
        rule, ids = ("id", (row.client_id,)) if row.client_id else ("sync_key", holders)
        client = self._clients.get(ids[0]) if len(ids) == 1 else None
        if client is None or not row.name or client.name != row.name:
            return None
        if tax_ids_differ(row, client) or sync_keys_differ(row, client):
            return None
        if holders and client.id not in holders:
            return None
        candidate = Candidate(client.id, 1.0, rule)
        return Match("certain", client.id, rule, 1.0, (candidate,))

    def _match_id(self, row: ClientKey, name: NameParts) -> Match | None:
        if not row.client_id:
            return None
        if row.client_id not in self._clients:
            other = self.identify(replace(row, client_id=0))
            return Match("none", 0, "unknown_id", 0.0, other.candidates, "unknown_id")
        pairs = self._compare(row, name, [row.client_id])
        holders = self._find_sync_key(row)
        if sync_keys_differ(row, pairs[0].right) or (
            holders and row.client_id not in holders
        ):
            pairs += self._compare(row, name, set(holders) - {row.client_id})
            return _ambiguous("id", pairs, "id_other_key")
        return self._judge_key(pairs, "id", "id_other_client")

    def _match_sync_key(self, row: ClientKey, name: NameParts) -> Match | None:
        pairs = self._compare(row, name, self._find_sync_key(row))
        if len(pairs) > 1:  # companies of one database may share a source
            return _ambiguous("sync_key", pairs, "key_shared")
        return self._judge_key(pairs, "sync_key", "key_other_client") if pairs else None

    def _judge_key(self, pairs: list[Pair], rule: str, doubt: str) -> Match:
        """Check a hit by id or sync key against what else is known of the client."""
        pair = pairs[0]
        row, client = pair.left, pair.right
        if tax_ids_differ(row, client):
            holders = set(self._by_tax_id.get(row.tax_id, ()))
            others = self._compare(row, pair.left_name, holders)
            return _ambiguous(rule, pairs + others, "tax_id_differs")
        has_other_contacts = (
            row.contacts and client.contacts and not share_contact(row, client)
        )
        if (
            pair.has_nothing_in_common
            and has_other_contacts
            and not (row.tax_id and row.tax_id == client.tax_id)
        ):
            return _ambiguous(rule, pairs, doubt)
        return _certain(rule, pair)

    def _match_tax_id(self, row: ClientKey, name: NameParts) -> Match | None:
        holders = self._by_tax_id.get(row.tax_id, ()) if row.tax_id else ()
        pairs = self._compare(row, name, holders)
        if not pairs:
            return None
        free = [pair for pair in pairs if not sync_keys_differ(row, pair.right)]
        if not free:
            return _ambiguous("tax_id", pairs, "tax_id_other_key")
        if len(pairs) == 1:
            if pairs[0].are_parts or pairs[0].are_two_people:
                return _ambiguous("tax_id", pairs, "tax_id_other_part")
            return _certain("tax_id", pairs[0])
        same = [pair for pair in free if pair.is_same]
        if len(same) == 1:
            return _certain("tax_id_name", same[0])
        return _ambiguous("tax_id", pairs, "tax_id_shared")

    def _match_contact(self, row: ClientKey, name: NameParts) -> Match | None:
        holders = [
            self._by_contact[contact]
            for contact in row.contacts
            if contact in self._by_contact
        ]
        # Who holds a contact alone is counted before any veto: a phone of two firms
        # says little of either, whatever the tax id rules out.
        only = {clients[0] for clients in holders if len(clients) == 1}
        everyone = {client_id for clients in holders for client_id in clients}
        pairs = [
            pair
            for pair in self._compare(row, name, everyone)
            if not tax_ids_differ(row, pair.right)
        ]
        kept = [pair for pair in pairs if not sync_keys_differ(row, pair.right)]
        if not kept:
            alike = [pair for pair in pairs if pair.is_known and pair.is_alike]
            return _ambiguous("contact", alike, "contact_other_key") if alike else None
        single = [pair for pair in kept if pair.right.id in only]
        if len(single) > 1:
            return _ambiguous("contact", kept, "contacts_disagree")
        if single:
            return _judge_contact(single[0], kept)
        same = [pair for pair in kept if pair.is_same]
        if len(same) == 1:
            return _certain("contact_name", same[0])
        return _ambiguous("contact", kept, "contact_shared")

    def _match_archived(self, row: ClientKey, name: NameParts) -> Match | None:
        if self._archived is None:
            return None
        tax_match = self._archived._match_tax_id(row, name)
        match = tax_match or self._archived._match_contact(row, name)
        if match is None or match.reason == "contact_other_name":
            return None  # a number that somebody else has now
        is_merged = match.candidates[0].client_id in self._merged
        candidates: dict[int, Candidate] = {}
        for one in match.candidates:
            client_id = self._merged.get(one.client_id, one.client_id)
            candidates.setdefault(client_id, replace(one, client_id=client_id))
        return replace(
            match,
            kind="ambiguous",
            client_id=0,
            reason="merged" if is_merged else "archived",
            candidates=tuple(candidates.values()),
        )

    def _match_likeness(self, row: ClientKey, name: NameParts) -> Match | None:
        if callable(self._likeness):
            self._likeness = self._likeness()
        if self._likeness is None:
            return None
        is_person = can_be_person(row, name)
        candidates = [
            candidate
            for client, candidate in self._likeness.search(name, row.city)
            if not self._is_ruled_out(row, client, candidate.score, is_person)
        ][:MAX_CANDIDATES]
        if not candidates:
            return None
        score = candidates[0].score
        return Match("ambiguous", 0, "likeness", score, tuple(candidates), "likeness")

    def _is_ruled_out(
        self, row: ClientKey, client: ClientKey, score: float, is_person: bool
    ) -> bool:
        """Tell whether other facts speak against a client with a like name.

        Another city together with other phones or e-mails does: for people, who have
        namesakes, and for firms unless the name is the very same.
        """
        client = self._clients.get(client.id, client)
        if tax_ids_differ(row, client) or sync_keys_differ(row, client):
            return True
        is_same_name = score >= 1 - CITY_BONUS
        return (is_person or not is_same_name) and disagree(row, client)

    def _find_sync_key(self, row: ClientKey) -> tuple[int, ...]:
        if not row.sync_key:
            return ()
        return self._by_sync_key.get((row.sync_source, row.sync_key), ())


def _judge_contact(pair: Pair, pairs: list[Pair]) -> Match:
    """Judge the one client who holds a contact of the row alone."""
    is_other = pair.has_nothing_in_common or (
        # a mailbox of one brand: same word, other trade, other town, other phone
        not pair.is_same and pair.is_known and disagree(pair.left, pair.right)
    )
    if is_other:
        return _ambiguous("contact", pairs, "contact_other_name")
    return _certain("contact", pair)


def _append(holders: dict[Key, tuple[int, ...]], key: Key, value: int) -> None:
    holders[key] = (*holders.get(key, ()), value)


def _certain(rule: str, pair: Pair) -> Match:
    candidate = Candidate(pair.right.id, round(pair.score, 4), rule)
    return Match("certain", pair.right.id, rule, 1.0, (candidate,))


def _ambiguous(rule: str, pairs: list[Pair], reason: str) -> Match:
    """Return the best of ``pairs`` as candidates, each client once."""
    best: dict[int, Candidate] = {}
    for pair in pairs:
        candidate = Candidate(pair.right.id, round(pair.score, 4), rule)
        best.setdefault(pair.right.id, candidate)
    candidates = tuple(best.values())[:MAX_CANDIDATES]
    return Match("ambiguous", 0, rule, candidates[0].score, candidates, reason)
