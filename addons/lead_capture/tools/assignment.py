"""Why somebody gets a request: handed along inside the server, never from outside."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# The key of the context. Whoever calls from outside can send values, and no object of
# this class: what he sends under this name counts for nothing.
CAUSES = "lead_causes"

Number = float | int | str


@dataclass(frozen=True, slots=True)
class Cause:
    """The reason of one change of hands, as a code and its numbers."""

    kind: str
    code: str = ""
    numbers: Mapping[str, Number] = field(default_factory=dict)
    rule: int | None = None


class Causes:
    """The causes of one write, for all records or for each of its own."""

    __slots__ = ("_by_id", "_for_all")

    def __init__(
        self, for_all: Cause | None = None, by_id: Mapping[int, Cause] | None = None
    ) -> None:
        self._for_all = for_all
        self._by_id = dict(by_id or {})

    def get(self, record_id: int) -> Cause | None:
        """:return: why this record changes hands; nothing for one that is not known"""
        return self._by_id.get(record_id, self._for_all)


def read_causes(value: object) -> Causes | None:
    """:return: what the server put there; nothing of what came from outside"""
    return value if isinstance(value, Causes) else None
