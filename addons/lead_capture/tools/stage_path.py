"""The way of a lead through the stages of its team."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """What is asked of a lead that enters a stage, and whose stage it is.

    ``condition`` and ``trigger`` are domains on the lead, written as text; empty where
    there is none. Nobody is moved here by itself without a trigger.
    """

    id: int
    teams: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()
    is_won: bool = False
    required: tuple[str, ...] = ()
    condition: str = ""
    trigger: str = ""

    @property
    def asks(self) -> bool:
        """Whether a lead may be refused here."""
        return bool(self.required or self.condition)


def pipeline_of(stages: Iterable[Stage], team: int | None) -> tuple[Stage, ...]:
    """Pick the stages of a team: its own, and the shared ones that it uses.

    :param stages: all stages, in their order
    :param team: None for leads without a team, which have the shared stages only
    """
    return tuple(
        stage
        for stage in stages
        if team in stage.teams or (not stage.teams and team not in stage.excluded)
    )


def position(pipeline: Sequence[Stage], stage: int | None) -> int:
    """:return: where a stage stands in a pipeline; -1 when it is none of it"""
    ids = [one.id for one in pipeline]
    return ids.index(stage) if stage in ids else -1


def stages_to_meet(
    pipeline: Sequence[Stage], old: int | None, new: int
) -> tuple[Stage, ...]:
    """Find the stages whose criteria a lead has to meet to go from ``old`` to ``new``.

    All up to the new one, so that nobody is spared anything by jumping. The first stage
    takes everybody in, and going back is free.
    """
    target = position(pipeline, new)
    if target <= max(position(pipeline, old), 0):
        return ()
    return tuple(stage for stage in pipeline[: target + 1] if stage.asks)


def passed_over(
    pipeline: Sequence[Stage], old: int | None, new: int
) -> tuple[int, ...]:
    """:return: the stages between two of a pipeline; none on the way back"""
    start, target = position(pipeline, old), position(pipeline, new)
    if start < 0:
        return ()
    return tuple(stage.id for stage in pipeline[start + 1 : max(target, 0)])


def next_stage(pipeline: Sequence[Stage], current: int | None) -> Stage | None:
    """:return: the stage after ``current``; None at the end or outside the pipeline"""
    start = position(pipeline, current)
    if start < 0 or start + 1 == len(pipeline) or pipeline[start].is_won:
        return None
    return pipeline[start + 1]


def triggers_ahead(pipeline: Sequence[Stage], current: int | None) -> tuple[Stage, ...]:
    """:return: the stages a lead may be moved to by itself, the furthest first"""
    start = position(pipeline, current)
    if start < 0 or pipeline[start].is_won:
        return ()
    return tuple(stage for stage in reversed(pipeline[start + 1 :]) if stage.trigger)
