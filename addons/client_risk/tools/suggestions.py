"""Who can buy more, and what: things that clients with the same purchases buy too.

An item is a category, or a product where the range is narrow. How much likelier a pair
is than by chance (lift) only filters: ranking by it is worse than plain popularity.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .arrays import Floats

LOOK_BACK_DAYS = 730
REFUSAL_DAYS = 183
# A pair counts when so many clients, and such a share of all, own both.
MIN_OWNERS = 20
MIN_SUPPORT = 0.01
MIN_LIFT = 1.2
# What every second client owns says nothing about one of them.
MAX_OWNERSHIP = 0.5
# Fewer clients have no pairs to learn from: what their segment owns has to do.
MIN_CLIENTS = 200
MIN_PENETRATION = 0.30
MIN_SEGMENT_OWNERS = 3
MAX_SUGGESTIONS = 5
# Clients whose pairs are counted in one go: bounds the memory, not the result.
CHUNK = 8192
# And clients times items that are weighed in one go: 8 bytes each, several times over.
CELLS = 2_000_000

Owned = Mapping[int, Collection[int]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Of ``owners`` clients of ``item``, ``both`` bought ``other`` too.

    ``confidence`` = both / owners; ``lift`` = confidence / share of all who bought it.
    """

    item: int
    other: int
    owners: int
    both: int
    confidence: float
    lift: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``item`` for ``client``: so many (0 .. 1) of those who bought ``because`` did.

    ``because`` is None when the client's segment speaks, not a purchase of his.
    ``expected`` = confidence * typical amount * P_buy, in company currency.
    """

    client: int
    item: int
    because: int | None
    confidence: float
    expected: float


def refused_until(refused_on: dt.date) -> dt.date:
    """Return the day from which a refused item may be suggested again."""
    return refused_on + dt.timedelta(days=REFUSAL_DAYS)


def find_pairs(owned: Owned) -> list[Pair]:
    """Find what is bought together, by item and other item.

    :param owned: items that each client bought in the last 24 months
    :return: pairs of at least max(20 clients, 1 % of them), lift 1.2 or more; not of
        items that more than half of the clients own, and none for under 200 clients
    """
    clients = [sorted(set(items)) for _client, items in sorted(owned.items()) if items]
    if len(clients) < MIN_CLIENTS:
        return []
    least = max(MIN_OWNERS, MIN_SUPPORT * len(clients))
    owners = Counter(item for items in clients for item in items)
    items = sorted(item for item, number in owners.items() if number >= least)
    together = _count_together(clients, items)
    pairs = []
    for row, column in np.argwhere(together >= least):
        item, other = items[row], items[column]
        if item != other and owners[item] <= MAX_OWNERSHIP * len(clients):
            both = int(together[row, column])
            confidence = both / owners[item]
            lift = confidence * len(clients) / owners[other]
            if lift >= MIN_LIFT:
                pairs.append(Pair(item, other, owners[item], both, confidence, lift))
    return pairs


def _count_together(
    clients: list[list[int]], items: list[int]
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Return for each two items how many clients own both."""
    column = {item: number for number, item in enumerate(items)}
    together = np.zeros((len(items), len(items)))
    for start in range(0, len(clients), CHUNK):
        chunk = clients[start : start + CHUNK]
        owns = np.zeros((len(chunk), len(items)), dtype=np.float32)
        for row, bought in enumerate(chunk):
            owns[row, [column[item] for item in bought if item in column]] = 1.0
        together += owns.T @ owns
    return together


def suggest(
    owned: Owned,
    pairs: Iterable[Pair],
    amounts: Mapping[int, float],
    chances: Mapping[int, float],
    left_out: Collection[tuple[int, int]] = (),
) -> list[Suggestion]:
    """Suggest to each client what those with the same purchases buy too.

    :param amounts: typical amount of an item; an item without one is out of the range
    :param chances: P_buy(90) of the clients to suggest to
    :param left_out: (client, item) refused lately or already quoted
    :return: at most 5 a client, by client, the largest expected sum first
    """
    reasons = _Reasons.of(pairs, amounts)
    clients = sorted(chances)
    size = max(1, CELLS // max(1, len(reasons.others)))
    found = []
    for start in range(0, len(clients), size):
        chunk = clients[start : start + size]
        found += reasons.rank(chunk, owned, chances, left_out)
    return found


@dataclass(frozen=True, slots=True)
class _Reasons:
    """Pairs as a table: a row is an item bought, a column what goes with it.

    ``items`` and ``others`` name rows and columns in order; ``amount`` is of a column.
    """

    items: Sequence[int]
    others: Sequence[int]
    confidence: Floats
    amount: Floats

    @classmethod
    def of(cls, pairs: Iterable[Pair], amounts: Mapping[int, float]) -> "_Reasons":
        """Lay out the pairs whose other item is in the range."""
        pairs = [pair for pair in pairs if pair.other in amounts]
        items = sorted({pair.item for pair in pairs})
        others = sorted({pair.other for pair in pairs})
        confidence = np.zeros((len(items), len(others)))
        row = {item: number for number, item in enumerate(items)}
        column = {item: number for number, item in enumerate(others)}
        for pair in pairs:
            confidence[row[pair.item], column[pair.other]] = pair.confidence
        amount = np.array([amounts[item] for item in others], dtype=np.float64)
        return cls(items, others, confidence, amount)

    def rank(
        self,
        clients: Sequence[int],
        owned: Owned,
        chances: Mapping[int, float],
        left_out: Collection[tuple[int, int]],
    ) -> list[Suggestion]:
        """Keep the five that are worth most to each client, with the best reason."""
        best, because = self._find_best(clients, owned)
        self._leave_out(best, clients, owned, left_out)
        chance = np.array([chances[client] for client in clients], dtype=np.float64)
        expected = best * self.amount * chance[:, None]
        expected[best == 0] = -1.0
        order = np.argsort(-expected, axis=1, kind="stable")[:, :MAX_SUGGESTIONS]
        found = []
        for number, columns in enumerate(order.tolist()):
            found += [
                Suggestion(
                    clients[number],
                    self.others[column],
                    self.items[because[number, column]],
                    float(best[number, column]),
                    float(expected[number, column]),
                )
                for column in columns
                if best[number, column] > 0
            ]
        return found

    def _find_best(
        self, clients: Sequence[int], owned: Owned
    ) -> tuple[Floats, npt.NDArray[np.int32]]:
        """Return of each client and column the best confidence, and its row."""
        owners = defaultdict(list)
        for number, client in enumerate(clients):
            for item in set(owned.get(client, ())):
                owners[item].append(number)
        best = np.zeros((len(clients), len(self.others)))
        because = np.zeros(best.shape, dtype=np.int32)
        for row, item in enumerate(self.items):
            rows = np.array(owners.get(item, ()), dtype=np.int64)
            known = best[rows]
            better = self.confidence[row] > known
            best[rows] = np.where(better, self.confidence[row], known)
            because[rows] = np.where(better, row, because[rows])
        return best, because

    def _leave_out(
        self,
        best: Floats,
        clients: Sequence[int],
        owned: Owned,
        left_out: Collection[tuple[int, int]],
    ) -> None:
        """Strike out what a client owns, and what he must not be offered."""
        column = {item: number for number, item in enumerate(self.others)}
        place = {client: number for number, client in enumerate(clients)}
        for number, client in enumerate(clients):
            struck = [
                column[one] for one in set(owned.get(client, ())) if one in column
            ]
            best[number, struck] = 0.0
        for client, item in left_out:
            if client in place and item in column:
                best[place[client], column[item]] = 0.0


def suggest_by_segment(
    owned: Owned,
    segment: Mapping[int, int],
    amounts: Mapping[int, float],
    chances: Mapping[int, float],
    left_out: Collection[tuple[int, int]] = (),
) -> list[Suggestion]:
    """Suggest what 30 % of the client's segment own; for under 200 clients.

    :param segment: of each client; the other parameters are those of ``suggest``
    """
    sizes = Counter(segment[client] for client, items in owned.items() if items)
    owners = Counter(
        (segment[client], item)
        for client, items in owned.items()
        for item in set(items)
    )
    popular: dict[int, dict[int, float]] = defaultdict(dict)
    for (number, item), count in owners.items():
        share = count / sizes[number]
        if share >= MIN_PENETRATION and count >= MIN_SEGMENT_OWNERS:
            popular[number][item] = share
    found = []
    for client in sorted(chances):
        mine = set(owned.get(client, ()))
        shares = popular[segment[client]]
        reasons = {item: (None, share) for item, share in shares.items()}
        found += _rank(client, reasons, mine, amounts, chances[client], left_out)
    return found


def _rank(
    client: int,
    reasons: Mapping[int, tuple[int | None, float]],
    mine: Collection[int],
    amounts: Mapping[int, float],
    chance: float,
    left_out: Collection[tuple[int, int]],
) -> list[Suggestion]:
    """Keep the five that are worth most, of what the client does not own yet."""
    found = [
        Suggestion(client, item, because, share, share * amounts[item] * chance)
        for item, (because, share) in reasons.items()
        if item not in mine and item in amounts and (client, item) not in left_out
    ]
    found.sort(key=lambda one: (-one.expected, one.item))
    return found[:MAX_SUGGESTIONS]
