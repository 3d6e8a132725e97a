"""What is to be done about one deadline now, what no longer, and when comes more."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

# What a later step makes needless: two words about one delay are one too many.
REPLACED_BY = {
    "warn": ("warn", "remind", "head", "reassign"),
    "remind": ("remind", "reassign"),
    "head": ("head",),
    "reassign": ("reassign",),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step about a deadline: ``key`` tells it from every other one."""

    key: str
    kind: str
    due_at: datetime
    rule_id: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do now, what is left out for good, and when to look again."""

    todo: tuple[Step, ...]
    skipped: tuple[Step, ...]
    next_at: datetime | None


def choose(
    steps: Iterable[Step],
    *,
    known: Collection[str],
    now: datetime,
    deadline: datetime,
) -> Choice:
    """Choose among the steps of one deadline.

    After a time without a server several are due at once: of each kind the last one is
    done, and nobody is warned of what has passed.

    :param known: the keys of steps that were done or left out before
    """
    fresh = sorted(
        (step for step in steps if step.key not in known),
        key=lambda step: (step.due_at, step.kind, step.rule_id),
    )
    due = [step for step in fresh if step.due_at <= now]
    todo: list[Step] = []
    skipped: list[Step] = []
    for number, step in enumerate(due):
        later = {other.kind for other in due[number + 1 :]}
        is_replaced = bool(later & set(REPLACED_BY[step.kind]))
        is_past = step.kind == "warn" and now > deadline
        (skipped if is_replaced or is_past else todo).append(step)
    coming = [step.due_at for step in fresh if step.due_at > now]
    return Choice(tuple(todo), tuple(skipped), min(coming, default=None))
