"""Who gets a request: shares that hold, limits that are never exceeded.

What a rule gives out is shared by credit. Each request that comes while somebody could
get it adds his part of it (his weight of the weights of all who could) to his credit;
whoever gets it pays one. The highest credit gets the next request.

Only those who could get a request earn by it: an absence, a full desk or a request that
somebody does not fit neither adds to a credit nor takes from it. Whoever is back from a
leave goes on where he stopped: with his share of what comes from now on, and nothing of
what came meanwhile.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

DIGITS = 9  # of a credit: sums of thirds must be equal when they are equal

# Why a member gets nothing now, whatever comes; graver ones first.
BARRIERS = ("paused", "company", "away")


@dataclass(frozen=True, slots=True)
class Member:
    """One person in one team."""

    id: int
    capacity: int = 0  # most open requests; 0: as many as come
    barrier: str = ""  # one of BARRIERS, or nothing
    person: int = 0  # the same in all teams of somebody
    person_capacity: int = 0  # most open requests in all of them; 0: as many as come


@dataclass(frozen=True, slots=True)
class Share:
    """The part of one member in what a rule gives out."""

    member: int
    weight: float = 1.0
    is_reserve: bool = False  # gets what the others cannot
    is_off: bool = False  # not at work now, and the rule asks for people who are


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """What is asked of a request; 0 or nothing where it says nothing."""

    id: int
    team: int = 0
    channel: int = 0
    company: int = 0
    lang: int = 0
    country: int = 0
    state: int = 0
    place: str = ""  # city and region, as they were written
    text: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose a request becomes, or why nobody's, with the numbers of it."""

    member: int | None
    code: str  # "share", "reserve", "only"; "full", "absent", "nobody"
    numbers: dict[str, float] = field(default_factory=dict)


class Desk:
    """What everybody has at the moment; each choice changes it.

    :param loads: open requests by member; nothing said is none
    :param credits: rule -> member -> credit
    :param person_loads: open requests by person in all teams, for those with a limit
    """

    def __init__(
        self,
        members: Iterable[Member],
        loads: Mapping[int, int] | None = None,
        credits: Mapping[int, Mapping[int, float]] | None = None,
        person_loads: Mapping[int, int] | None = None,
    ) -> None:
        self.members = {member.id: member for member in members}
        self.loads = dict(loads or {})
        self.person_loads = dict(person_loads or {})
        self.credits = {rule: dict(own) for rule, own in (credits or {}).items()}
        self.changed: set[int] = set()  # rules whose credits are not as they were

    def add_load(self, member: int, count: int = 1) -> None:
        """Count requests that came another way: the own clients of somebody."""
        self.loads[member] = self.loads.get(member, 0) + count
        self.add_person_load(self.members[member].person, count)

    def add_person_load(self, person: int, count: int = 1) -> None:
        """Count requests of somebody in a team of which he is no member."""
        self.person_loads[person] = self.person_loads.get(person, 0) + count

    def is_full(self, member: int) -> bool:
        """Say whether somebody has as many open requests as he may have."""
        who = self.members[member]
        is_full = bool(who.capacity) and self.loads.get(member, 0) >= who.capacity
        return is_full or self.is_person_full(who.person, who.person_capacity)

    def is_person_full(self, person: int, capacity: int) -> bool:
        """Say whether somebody has as many in all teams as he may have."""
        return bool(capacity) and self.person_loads.get(person, 0) >= capacity

    def get_places(self, member: int) -> dict[str, int]:
        """Return what is open and how much may be, in the team and in all teams."""
        who = self.members[member]
        places = {"load": self.loads.get(member, 0), "capacity": who.capacity}
        if who.person_capacity:
            places["all_load"] = self.person_loads.get(who.person, 0)
            places["all_capacity"] = who.person_capacity
        return places

    def choose(
        self, rule: int, shares: Sequence[Share], fitting: Collection[int] | None = None
    ) -> Choice:
        """Choose who gets one request by one rule, and note it.

        :param fitting: the members whose specialisation it is; all when left out
        """
        fit = [
            share
            for share in shares
            if share.weight > 0
            and share.member in self.members
            and (fitting is None or share.member in fitting)
        ]
        free = [share for share in fit if not self._get_barrier(share)]
        if not free:
            return self._explain_nobody(fit)
        first = [share for share in free if not share.is_reserve]
        chosen = self._take_turn(rule, first or free)
        code = "only" if len(free) == 1 else "share"
        if not first:
            code = "reserve"
        numbers = {
            "fit": len(fit),
            "free": len(free),
            "weight": chosen.weight,
            "weights": sum(share.weight for share in first or free),
            **self.get_places(chosen.member),
        }
        self.add_load(chosen.member)
        return Choice(chosen.member, code, numbers)

    def _get_barrier(self, share: Share) -> str:
        barrier = self.members[share.member].barrier
        if barrier or not share.is_off:
            return barrier or ("full" if self.is_full(share.member) else "")
        return "off_hours"

    def _take_turn(self, rule: int, shares: Sequence[Share]) -> Share:
        """Give each his part of one request; the highest credit pays for it."""
        credits = self.credits.setdefault(rule, {})
        weights = sum(share.weight for share in shares)
        for share in shares:
            earned = credits.get(share.member, 0.0) + share.weight / weights
            credits[share.member] = round(earned, DIGITS)
        chosen = min(shares, key=lambda share: (-credits[share.member], share.member))
        credits[chosen.member] = round(credits[chosen.member] - 1, DIGITS)
        self.changed.add(rule)
        return chosen

    def _explain_nobody(self, fit: Sequence[Share]) -> Choice:
        """Count why those who fit get nothing."""
        counts: dict[str, float] = {"fit": len(fit)}
        for share in fit:
            barrier = self._get_barrier(share)
            counts[barrier] = counts.get(barrier, 0) + 1
        if not fit:
            code = "nobody"
        else:
            code = "full" if counts.get("full") else "absent"
        return Choice(None, code, counts)


def choose_reason(choices: Sequence[Choice]) -> Choice | None:
    """Say which of the refusals of several rules tells most.

    People who are full soon have a place again: that is told before absences, and both
    before a rule that nobody fits.
    """
    ranks = {"full": 0, "absent": 1, "nobody": 2}
    return min(choices, key=lambda choice: ranks[choice.code], default=None)


def mentions(text: str, words: str) -> bool:
    """Say whether one of the words begins a word of the text.

    :param words: separated by commas or line ends; small and capital letters are equal
    """
    haystack = " " + " ".join(_split(text))
    needles = (
        " ".join(_split(word))
        for line in words.splitlines()
        for word in line.split(",")
    )
    return any(needle and f" {needle}" in haystack for needle in needles)


def _split(text: str) -> list[str]:
    letters = (sign if sign.isalnum() else " " for sign in text.casefold())
    return "".join(letters).split()
