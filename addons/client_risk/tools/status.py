"""The classes: every client is in exactly one sector, with exactly one status."""

from enum import IntEnum


class Status(IntEnum):
    """What a client is, as numbers for columns. The numbers are not stored anywhere."""

    REMOVED = 0
    PROMISE_OVERDUE = 1
    DEBT_OVERDUE = 2
    OPEN_CLAIM = 3
    PROSPECT = 4
    UNTOUCHED = 5
    IRREGULAR = 6
    NEW = 7
    ONE_TIME = 8
    LOST = 9
    MISSED_DATE = 10
    UNPROVEN = 11
    DEVELOPING = 12
    SHRINKING = 13
    GROWING = 14
    STABLE = 15

    @property
    def code(self) -> str:
        """The name in the database: ``missed_date``."""
        return self.name.lower()

    @property
    def sector(self) -> str:
        """``risk``, ``growth`` or ``watch``."""
        if self in RISK:
            return "risk"
        return "growth" if self in GROWTH else "watch"

    @classmethod
    def of(cls, code: str) -> "Status":
        """Return the status of a code; ValueError for an unknown one."""
        try:
            return cls[code.upper()]
        except KeyError:
            raise ValueError(f"There is no status {code!r}.") from None


RISK = frozenset(
    {
        Status.PROMISE_OVERDUE,
        Status.DEBT_OVERDUE,
        Status.OPEN_CLAIM,
        Status.MISSED_DATE,
        Status.SHRINKING,
    }
)
GROWTH = frozenset({Status.GROWING, Status.STABLE})

# Set and lifted by what people do, at once.
BY_PEOPLE = frozenset(
    {
        Status.REMOVED,
        Status.PROMISE_OVERDUE,
        Status.DEBT_OVERDUE,
        Status.OPEN_CLAIM,
        Status.PROSPECT,
        Status.UNTOUCHED,
        Status.IRREGULAR,
    }
)
# Entered by time, left only by a purchase or a date told.
BY_SILENCE = frozenset(
    {Status.ONE_TIME, Status.UNPROVEN, Status.MISSED_DATE, Status.LOST}
)
# How bad: a change to a higher number is an escalation and never waits.
GRAVITY = {
    Status.GROWING: 0,
    Status.STABLE: 1,
    Status.DEVELOPING: 1,
    Status.NEW: 1,
    Status.SHRINKING: 2,
    Status.ONE_TIME: 3,
    Status.UNPROVEN: 3,
    Status.MISSED_DATE: 3,
    Status.LOST: 4,
}
