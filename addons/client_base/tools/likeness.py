"""Clients with a name like this one, found without comparing with every client."""

from array import array
from collections.abc import Iterable
from itertools import combinations

from rapidfuzz.distance import Indel

from .alphabet import VOWELS
from .business_words import BUSINESS_KEYS
from .identity import Candidate, ClientKey, city_key
from .name_likeness import NameProfile, compare
from .names import NameParts, parse_name

# Proposed from here on. With 5,900 generated cards as the base, name and city alone
# propose the right client for 83 % of the rows of known clients, nearly always first,
# and somebody for 7 % of the rows of new ones; at 0.8 it is 85 % and 10 %, at 0.9 75 %
# and 5 %.
LIKENESS = 0.85
# The same city speaks for one client, another one against it: enough to lift a typo
# over the threshold and to put the namesake from here first.
CITY_BONUS = 0.05
MAX_CANDIDATES = 5
# A word, or a pair of words, that more clients have is not looked up. With 59,000
# cards as the base 60 finds as many as 150 does, in 60 % of the time; 25 loses 3 %.
MAX_FREQUENCY = 60
# The rarest words of a name are looked up until so many clients have been found.
MAX_LOOKED_AT = 100
# Clients with the very same name: more than these cannot be told apart by likeness.
MAX_NAMESAKES = 50
# Keys less alike than this never reach LIKENESS; a name with initials beside the full
# name has less in common with it.
_ROUGH_LIKENESS = 0.6
_ROUGH_LIKENESS_OF_INITIALS = 0.45


class LikenessIndex:
    """The names of all clients, ready to be asked for the ones like a name.

    Keeps a list of clients for each skeleton (consonants) of a word and each pair of
    them, so that a misspelt vowel or a doubled letter is found as well. Takes some 900
    bytes a client beside the keys themselves.

    :param clients: ``(id, name, city)``, or whole keys: then a differing tax id, sync
        key or set of contacts can rule out a client that ``ClientIndex`` does not hold
    """

    def __init__(self, clients: Iterable[ClientKey | tuple[int, str, str]]) -> None:
        keys = (
            client if isinstance(client, ClientKey) else ClientKey(*client)
            for client in clients
        )
        self._clients = sorted(keys, key=lambda client: client.id)
        self._names: list[NameProfile] = []
        self._by_key: dict[str, array[int]] = {}
        self._by_block: dict[str, array[int]] = {}
        shared: dict[str, str] = {}  # one string object for equal words
        for position, client in enumerate(self._clients):
            name = NameProfile(parse_name(client.name), shared)
            self._names.append(name)
            if name.key:
                self._by_key.setdefault(name.key, array("I")).append(position)
            for block in _blocking_keys(name):
                self._by_block.setdefault(block, array("I")).append(position)

    def __len__(self) -> int:
        return len(self._clients)

    def search(
        self, name: NameParts, city: str = ""
    ) -> list[tuple[ClientKey, Candidate]]:
        """Return the clients from ``LIKENESS`` on, best first, then by id.

        :return: each client with its score; all of them, so that the caller can strike
            out those that other facts exclude
        """
        asked = NameProfile(name)
        if not asked.key:
            return []
        asked_city = city_key(city)
        found = []
        for position in self._find_positions(asked):
            other = self._names[position]
            if not _is_roughly_like(asked, other):
                continue
            client = self._clients[position]
            score = compare(asked, other)
            if score >= LIKENESS - CITY_BONUS:
                score += _compare_cities(asked_city, client.city)
            if score >= LIKENESS:
                score = round(min(score, 1.0), 4)
                found.append((client, Candidate(client.id, score, "likeness")))
        return sorted(found, key=lambda item: (-item[1].score, item[1].client_id))

    def _find_positions(self, name: NameProfile) -> list[int]:
        """Return the clients that share the whole key or a rare word, in order."""
        positions = set(self._by_key.get(name.key, ())[:MAX_NAMESAKES])
        postings = [
            self._by_block[block]
            for block in _blocking_keys(name)
            if block in self._by_block
        ]
        for clients in sorted(postings, key=len):
            if len(clients) > MAX_FREQUENCY or len(positions) > MAX_LOOKED_AT:
                break
            positions.update(clients)
        return sorted(positions)


def _compare_cities(asked: str, city: str) -> float:
    """Return the bonus for one city, minus it for two; 0 when one is not known."""
    other = city_key(city)
    if not asked or not other:
        return 0.0
    return CITY_BONUS if asked == other else -CITY_BONUS


def _is_roughly_like(left: NameProfile, right: NameProfile) -> bool:
    if left.key == right.key:
        return True
    has_initials = left.has_initials or right.has_initials
    cutoff = _ROUGH_LIKENESS_OF_INITIALS if has_initials else _ROUGH_LIKENESS
    return Indel.normalized_similarity(left.key, right.key, score_cutoff=cutoff) > 0


def _blocking_keys(name: NameProfile) -> list[str]:
    """Return the skeletons of the words that may tell clients apart, and their pairs.

    A pair finds those whose words are all too frequent to be looked up alone.
    """
    skeletons = sorted(
        {
            token[0] + token[1:].translate(VOWELS)
            for token, _, _ in name.words
            if len(token) > 1 and token not in BUSINESS_KEYS
        }
    )
    return skeletons + [" ".join(pair) for pair in combinations(skeletons[:4], 2)]
