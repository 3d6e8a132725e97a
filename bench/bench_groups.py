"""Our groups by rule beside SQL by hand and beside search and write, in one run.

    script/bench groups [--clients 100000] [--looped 1000]

Twenty rules over a base of clients. Each way does the same work on tables of the same
shape: 20 empty groups are filled, looked at again, and brought in line after a tenth of
the clients has changed. Search and write for each client is measured on some clients
and scaled to all who enter. Nothing is asserted about time.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ground import environment, postgres, template
from ground.console import Failure, run_main, say

JOBS = Path(__file__).with_name("group_jobs.py")
TITLES = {
    "empty": "20 groups filled",
    "unchanged": "nothing changed",
    "changed": "a tenth changed",
}

Figures = dict[str, Any]


def measure(pg: dict[str, str], clients: int, looped: int) -> Figures:
    """Run the jobs in a process of their own, on a database of their own."""
    with template.copy(pg, "bench_groups") as database:
        answer = subprocess.run(
            [sys.executable, str(JOBS), database, str(clients), str(looped)],
            env=environment.complete(pg),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    if answer.returncode:
        raise Failure("The benchmark of groups failed.")
    figures: Figures = json.loads(answer.stdout.splitlines()[-1])
    return figures


def check(figures: Figures) -> None:
    """Stop when the ways did not do the same work."""
    for name in TITLES:
        hand, ours = figures[name]["hand"]["count"], figures[name]["ours"]["count"]
        if hand != ours:
            raise Failure(f"{name}: {hand} moves by hand, {ours} by groups.")


def show(figures: Figures, clients: int, looped: int) -> None:
    """Print seconds and ratios."""
    print(f"\n{clients:,} clients, 20 rules       SQL by hand   client.group     ratio")
    total = {"hand": 0.0, "ours": 0.0}
    for name, title in TITLES.items():
        seconds = {way: figures[name][way]["seconds"] for way in total}
        total = {way: total[way] + seconds[way] for way in total}
        _show_line(title, seconds)
        print(f"  {figures[name]['ours']['count']:,} entries and exits")
    _show_line("all of it", total)
    select = figures["select"]
    print(
        f"\nCounting who fits, writing nothing: {select['seconds']:.2f} s for "
        f"{select['count']:,} who fit"
    )
    entered = figures["empty"]["ours"]["count"]
    naive = figures["loop"] * entered
    ours = figures["empty"]["ours"]["seconds"]
    print(
        f"search + write for each client (on {looped:,} clients, scaled to "
        f"{entered:,}): {naive:,.0f} s, {naive / ours:,.0f}x as long as ours"
    )


def _show_line(title: str, seconds: dict[str, float]) -> None:
    ratio = seconds["ours"] / seconds["hand"]
    print(
        f"{title:<28}{seconds['hand']:>10.2f} s{seconds['ours']:>13.2f} s{ratio:>9.2f}x"
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--looped", type=int, default=1_000)
    options = parser.parse_args(arguments)
    with postgres.running() as pg:
        say(f"20 rules over {options.clients:,} clients")
        figures = measure(pg, options.clients, options.looped)
    check(figures)
    show(figures, options.clients, options.looped)
    return 0


if __name__ == "__main__":
    run_main(main)
