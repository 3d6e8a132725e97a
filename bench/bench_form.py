"""Opening the form of a client with our addons beside bare Odoo, in the same run.

    script/bench form [--rounds 60]

Asks for what the web client asks for: the views of the form, and one card by them. Bare
Odoo is a database with everything that our addons stand on. Both are opened in
turn, in one process, so that a busy machine slows both; the ratio is of medians.
"""

import argparse
import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ground import (
    addons,
    databases,
    environment,
    odoo,
    paths,
    postgres,
    template,
)
from ground.console import Failure, run_main, say

JOBS = Path(__file__).with_name("form_jobs.py")
GOAL = 1.3

Figures = dict[str, dict[str, Any]]


def find_foundations() -> list[str]:
    """Return the addons of Odoo that ours depend on."""
    wanted: set[str] = set()
    for name in addons.names():
        manifest = paths.ADDONS / name / "__manifest__.py"
        wanted.update(ast.literal_eval(manifest.read_text())["depends"])
    return sorted(wanted.difference(addons.names()))


@contextmanager
def bare_odoo(pg: dict[str, str]) -> Iterator[str]:
    """Make a database of what our addons depend on, without them; yield its name."""
    wanted = find_foundations()
    name = databases.own_name("bench_bare")
    databases.drop(pg, name)
    say("Bare Odoo: installing")
    try:
        odoo.install(pg, name, init=[*wanted, *template.NEIGHBOURS])
        yield name
    finally:
        databases.drop(pg, name)


def measure(pg: dict[str, str], bare: str, ours: str, rounds: int) -> Figures:
    """Open the form in both databases in turn."""
    say(f"Opening the form {rounds} times in each")
    answer = subprocess.run(
        [sys.executable, str(JOBS), bare, ours, str(rounds)],
        env=environment.complete(pg),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise Failure("The form could not be opened.")
    figures: Figures = json.loads(answer.stdout.splitlines()[-1])
    return figures


def show(figures: Figures) -> None:
    """Print milliseconds, queries and the ratio."""
    bare, ours = figures["bare"], figures["ours"]
    print("\nform of a client         bare Odoo      with ours      ratio")
    for title, key in (("views", "views"), ("card", "card"), ("both", "seconds")):
        print(
            f"{title:<22}{bare[key] * 1000:>9.1f} ms{ours[key] * 1000:>12.1f} ms"
            f"{ours[key] / bare[key]:>10.2f}x"
        )
    print(
        f"{'queries':<22}{bare['queries']:>12}{ours['queries']:>15}"
        f"{ours['queries'] - bare['queries']:>+11}"
    )
    print(f"Goal: at most {GOAL} times")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args(arguments)
    with (
        postgres.running() as pg,
        bare_odoo(pg) as bare,
        template.copy(pg, "bench_form") as ours,
    ):
        show(measure(pg, bare, ours, options.rounds))
    return 0


if __name__ == "__main__":
    run_main(main)
