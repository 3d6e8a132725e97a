"""The search for duplicates in Odoo beside the bare algorithm, on the same cards.

    script/bench scan CARDS.csv.gz [--cards 100000]

A full scan of the partners, with reading, preparing and storing, against normalising
and comparing cards in memory; and one new card against all of them, as it is looked up
while somebody types it in. Files are those of bench_matching.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ground import environment, postgres, template
from ground.console import Failure, run_main, say

JOBS = Path(__file__).with_name("scan_jobs.py")
GOAL_RATIO = 2.0
GOAL_LOOK_UP_MS = 20.0

Figures = dict[str, Any]


def measure(pg: dict[str, str], path: Path, cards: int) -> Figures:
    """Run the jobs, each in a process of its own, on a database of their own."""
    with template.copy(pg, "bench_scan") as database:
        _run(pg, "fill", database, str(path.resolve()), str(cards))
        return {"bare": _run(pg, "bare", database), **_run(pg, "odoo", database)}


def _run(pg: dict[str, str], job: str, database: str, *rest: str) -> Figures:
    say(job)
    answer = subprocess.run(
        [sys.executable, str(JOBS), job, database, *rest],
        env=environment.complete(pg),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise Failure(f"The job {job} failed.")
    figures: Figures = json.loads(answer.stdout.splitlines()[-1])
    return figures


def check(figures: Figures) -> None:
    """Stop when the two did not find the same."""
    for name in ("pairs", "clusters"):
        bare, ours = figures["bare"][name], figures["odoo"][name]
        if bare != ours:
            raise Failure(f"{bare} {name} by the bare algorithm, {ours} in Odoo.")


def show(figures: Figures) -> None:
    """Print seconds, milliseconds, memory, and whether the goals are reached."""
    bare, ours, again = (figures[name] for name in ("bare", "odoo", "again"))
    print(f"\n{bare['cards']:,} cards, {bare['pairs']:,} pairs")
    print("                          seconds       CPU  database's  peak MB")
    for title, one in (
        ("bare algorithm", bare),
        ("Odoo, all of it", ours),
        ("Odoo, next night", again),
    ):
        print(
            f"  {title:<20}{one['seconds']:>11.2f}{one['cpu']:>10.2f}"
            f"{one['database_cpu']:>12.2f}{one['peak_mb']:>9.0f}"
        )
    print(f"  forms and keys were made after {ours['prepared']:.2f} s")
    _goal("times the bare", ours["seconds"] / bare["seconds"], GOAL_RATIO)
    cpu = (ours["cpu"] + ours["database_cpu"]) / bare["cpu"]
    _goal("times the bare, by CPU", cpu, GOAL_RATIO)
    found = figures["look_up"]
    _goal("ms for one new card, median", found["median"], GOAL_LOOK_UP_MS)
    _goal("ms for one new card, p95", found["p95"], GOAL_LOOK_UP_MS)
    print(f"  the slowest {found['most']:.1f} ms; {found['cpu']:.1f} ms of CPU a card")
    print(f"  {found['row']:.2f} ms a row of a file")


def _goal(title: str, reached: float, goal: float) -> None:
    verdict = "reached" if reached <= goal else "NOT reached"
    print(f"    {title:<31}{reached:>9.2f}   goal <= {goal:<7g} {verdict}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--cards", type=int, default=100_000)
    options = parser.parse_args(arguments)
    with postgres.running() as pg:
        say(f"{options.cards:,} cards of {options.file.name}")
        figures = measure(pg, options.file, options.cards)
    check(figures)
    show(figures)
    return 0


if __name__ == "__main__":
    run_main(main)
