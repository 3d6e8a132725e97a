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
    """Run the jobs in a process of their own, on a database of their own."""
    with template.copy(pg, "bench_scan") as database:
        answer = subprocess.run(
            [sys.executable, str(JOBS), database, str(path.resolve()), str(cards)],
            env=environment.complete(pg),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    if answer.returncode:
        raise Failure("The benchmark of scanning failed.")
    figures: Figures = json.loads(answer.stdout.splitlines()[-1])
    return figures


def check(figures: Figures) -> None:
    """Stop when the two did not find the same."""
    for name in ("pairs", "clusters"):
        bare, ours = figures["bare"][name], figures["odoo"][name]
        if bare != ours:
            raise Failure(f"{bare} {name} by the bare algorithm, {ours} in Odoo.")


def show(figures: Figures) -> None:
    """Print seconds, milliseconds, and whether the goals are reached."""
    bare, ours, again = (figures[name] for name in ("bare", "odoo", "again"))
    print(f"\n{figures['cards']:,} cards, {bare['pairs']:,} pairs")
    print(f"  bare algorithm     {bare['seconds']:>9.2f} s")
    print(f"  Odoo, all of it    {ours['seconds']:>9.2f} s")
    print(f"    forms and keys   {ours['prepared']:>9.2f} s")
    print(f"    the rest         {ours['seconds'] - ours['prepared']:>9.2f} s")
    print(f"  Odoo, next night   {again['seconds']:>9.2f} s, nothing was changed")
    _goal("times the bare", ours["seconds"] / bare["seconds"], GOAL_RATIO)
    found = figures["look_up"]
    _goal("ms for one new card, median", found["median"], GOAL_LOOK_UP_MS)
    _goal("ms for one new card, p95", found["p95"], GOAL_LOOK_UP_MS)
    print(
        f"  the slowest {found['most']:.1f} ms; {found['row']:.2f} ms a row of a file"
    )


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
