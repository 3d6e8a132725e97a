"""script/test: lint, unit tests, addon tests with browser tours, system tests."""

import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from . import addons, beside, parts, paths, postgres
from .console import Failure, run_main
from .result import Result

# On a machine with more cores, too: what passes there is then what CI runs on two.
WIDTH = 2


@dataclass(frozen=True)
class Job(beside.Job):
    """A part, or some folders of it, as a process of its own."""

    part: str = ""


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    with postgres.running() as pg:
        if not arguments:
            results = _side_by_side(_all_jobs())
        elif arguments == ["addons"]:
            results = _side_by_side(_addon_jobs())
        else:
            name, *rest = arguments
            results = [parts.run(_known(name), pg, rest, label=name)]
    return _summarise(results, time.monotonic() - started)


def _known(name: str) -> str:
    if name in parts.PARTS:
        return name
    raise Failure(
        f"There is no part {name}.",
        f"script/test [{'|'.join(parts.PARTS)}] [options of pytest]",
    )


# --- what runs beside what ------------------------------------------------------------


def _all_jobs() -> list[Job]:
    """List what runs, in the order in which it starts when there is room.

    The template is made first: the addons need it, and the lint does at its end. The
    system tests wait for processes of their own and kill them: nothing beside them.
    """
    return [
        _job("template", parts.TEMPLATE),
        _job("lint", "lint"),
        _job("unit", "unit"),
        *_addon_jobs(),
        _job("system", "system", alone=True),
    ]


def _addon_jobs() -> list[Job]:
    lanes = split({folder: _size(folder) for folder in addons.folders()}, WIDTH)
    return [
        _job(f"addons-{number}", "addons", *_from_root(lane))
        for number, lane in enumerate(lanes, start=1)
    ]


def _job(name: str, part: str, *options: str, alone: bool = False) -> Job:
    command = [sys.executable, "-m", "ground.job", name, part, *options]
    return Job(name, command, alone, part)


def _from_root(folders: Iterable[Path]) -> list[str]:
    return [str(folder.relative_to(paths.ROOT)) for folder in folders]


def _size(addon: Path) -> int:
    """Return how much there is to test in an addon, in bytes of its tests."""
    return sum(path.stat().st_size for path in addon.glob("tests/**/*.py"))


def split(sizes: dict[Path, int], count: int) -> list[list[Path]]:
    """Deal folders out to at most ``count`` lanes of nearly equal size, none empty."""
    lanes: list[list[Path]] = [[] for _number in range(count)]
    for folder in sorted(sizes, key=lambda folder: (-sizes[folder], folder)):
        min(lanes, key=lambda lane: sum(sizes[other] for other in lane)).append(folder)
    return [sorted(lane) for lane in lanes if lane]


def _side_by_side(jobs: list[Job]) -> list[Result]:
    """Run jobs, two at a time where there are two cores; return one result a part."""
    for job in jobs:
        parts.result_path(job.name).unlink(missing_ok=True)
    cores = len(os.sched_getaffinity(0))
    ended = beside.run(
        jobs,
        width=min(WIDTH, cores),
        environ=dict(os.environ),
        folder=paths.ROOT,
    )
    return [
        _combine(part, {job.name: ended[job.name] for job in jobs if job.part == part})
        for part in dict.fromkeys(job.part for job in jobs if job.part in parts.PARTS)
    ]


def _combine(part: str, jobs: dict[str, beside.Ended]) -> Result:
    """Add up what the jobs of a part have written.

    :param jobs: those of the part, by name, at least one
    """
    total = Result(part)
    for name, job in jobs.items():
        result = _read(name, job.code)
        total.passed += result.passed
        total.failures += result.failures
        total.skips += result.skips
    total.seconds = max(job.ended for job in jobs.values()) - min(
        job.began for job in jobs.values()
    )
    return total


def _read(name: str, code: int) -> Result:
    file = parts.result_path(name)
    if not file.exists():
        return Result(name, failures=[f"{name}: ended with {code}"])
    return Result(**json.loads(file.read_text()))


# --- what came out --------------------------------------------------------------------


def _summarise(results: list[Result], seconds: float) -> int:
    print("\n" + "-" * 60)
    for result in results:
        print(f"{result.part:<8} {result.closing_line()} in {result.seconds:.0f} s")
    # Less than their sum: they ran side by side.
    print(f"{'all':<8} in {seconds:.0f} s")
    for result in results:
        for name in result.failures:
            print(f"FAILED   {name}")
        for name in result.skips:
            print(f"SKIPPED  {name}   (counts as failed)")
    total = Result(
        "all",
        passed=sum(result.passed for result in results),
        failures=[
            name for result in results for name in result.failures + result.skips
        ],
    )
    print(total.closing_line(), flush=True)
    return 0 if total.ok else 1


if __name__ == "__main__":
    run_main(main)
