"""Our search for duplicates beside splink and a pg_trgm self join, in the same run.

    script/bench matching FILE... [--peers PYTHON] [--no-trgm]

FILE is a CSV of labelled cards (see ``matching_data``). ``--peers`` names the Python
that has what ``requirements-matching.txt`` lists; without it splink is left out. The
peers get our normalised columns, free of charge, and the best threshold that there is;
ours normalises itself and has no labels. Goals are printed beside what was reached.
Ratios are of CPU seconds (of seconds for PostgreSQL, whose CPU is not ours to see), so
that a busy machine does not matter much.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from ground import databases, environment, postgres
from ground.console import Failure, run_main, say

JOBS = Path(__file__).with_name("matching_jobs.py")
# F1, precision from +3 bits, related cards merged: all, of households.
GOAL_F1 = 0.965
GOAL_F1_LARGE = 0.955
GOAL_PROBABLE = 0.995
GOAL_HARD = 0.005
GOAL_HOUSEHOLD = 0.025
# Our error beside splink's, our seconds beside those of the peers.
GOAL_ERROR = 0.25
GOAL_SPLINK = 4.0
GOAL_SPLINK_LARGE = 2.0
GOAL_TRGM = 10.0
GOAL_LOOK_UP_MS = 20.0
GOAL_WRONG = 0.002
GOAL_UPDATED = 0.88
GOAL_1000_ROWS = 2.0
LARGE = 50_000

Figures = dict[str, Any]


class Bench:
    """The processes of one run."""

    def __init__(self, pg: dict[str, str], folder: Path, peers: str) -> None:
        self._env = environment.complete(pg)
        self._columns = folder / "columns.csv"
        self.peers = peers

    def measure(self, job: str, path: Path, *rest: str) -> Figures:
        """Run a job of ``matching_jobs`` and return what it measured."""
        say(f"{job}: {path.name}")
        python = self.peers if job == "splink" else sys.executable
        answer = subprocess.run(
            [python, str(JOBS), job, str(path), str(self._columns), *rest],
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise Failure(f"The job {job} failed on {path.name}.")
        figures: Figures = json.loads(answer.stdout.splitlines()[-1])
        return figures


@contextlib.contextmanager
def empty_database(pg: dict[str, str]) -> Iterator[str]:
    """Make a database for the trigrams; drop it at the end."""
    name = databases.own_name("bench_trgm")
    databases.drop(pg, name)
    connection = psycopg2.connect(
        host=pg.get("PGHOST"),
        port=pg.get("PGPORT"),
        user=pg.get("PGUSER"),
        password=pg.get("PGPASSWORD"),
        dbname="postgres",
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(
                sql.Identifier(name)
            )
        )
    connection.close()
    try:
        yield name
    finally:
        databases.drop(pg, name)


def show(path: Path, ours: Figures, peers: dict[str, Figures]) -> None:
    print(f"\n{path.name:<22}    F1  precision  recall   seconds       CPU   peak MB")
    for name, figures in {"ours": ours, **peers}.items():
        print(
            f"  {name:<20}{figures['f1']:.4f}{figures['precision']:>11.4f}"
            f"{figures['recall']:>8.4f}{figures['seconds']:>10.2f}"
            f"{figures['cpu']:>10.2f}{figures['peak_mb']:>10.0f}"
        )
    print(
        f"  ours: normalising {ours['normalize']:.2f} s of it; "
        f"{ours['proposed']} pairs proposed, {ours['keys']} keys; "
        f"the same again: {ours['same_again']}"
    )
    hard = ", ".join(f"{kind} {n} of {of}" for kind, (n, of) in ours["hard"].items())
    print(f"  related cards merged: {hard or 'none are labelled'}")


def show_goals(ours: Figures, peers: dict[str, Figures], *, is_large: bool) -> None:
    hard = ours["hard"]
    household, households = hard.get("household", (0, 0))
    merged, related = (sum(pair[at] for pair in hard.values()) for at in (0, 1))
    goal = GOAL_F1_LARGE if is_large else GOAL_F1
    _goal("F1", ours["f1"], goal)
    _goal("precision from +3 bits", ours["precision_probable"], GOAL_PROBABLE)
    _goal("related merged", merged / max(related, 1), GOAL_HARD, most=True)
    _goal(
        "households merged", household / max(households, 1), GOAL_HOUSEHOLD, most=True
    )
    _goal("ms to look one card up", ours["look_up_ms"], GOAL_LOOK_UP_MS, most=True)
    _goal("rows of a file updated wrongly", ours["wrong"], GOAL_WRONG, most=True)
    _goal("known rows updated", ours["known_updated"], GOAL_UPDATED)
    _goal("s for 1,000 rows", ours["seconds_1000"], GOAL_1000_ROWS, most=True)
    if "splink" in peers:
        error = (1 - ours["f1"]) / max(1 - peers["splink"]["f1"], 1e-9)
        _goal("error beside splink's", error, GOAL_ERROR, most=True)
        goal = GOAL_SPLINK_LARGE if is_large else GOAL_SPLINK
        _goal("times splink", peers["splink"]["cpu"] / ours["cpu"], goal)
    if "pg_trgm" in peers and is_large:
        _goal("times pg_trgm", peers["pg_trgm"]["seconds"] / ours["seconds"], GOAL_TRGM)


def _goal(title: str, reached: float, goal: float, *, most: bool = False) -> None:
    is_reached = reached <= goal if most else reached >= goal
    sign = "<=" if most else ">="
    verdict = "reached" if is_reached else "NOT reached"
    print(f"    {title:<31}{reached:>9.4f}   goal {sign} {goal:<7g} {verdict}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--peers", default="", help="Python that has splink")
    parser.add_argument("--no-trgm", action="store_true", help="leave pg_trgm out")
    options = parser.parse_args(arguments)
    with postgres.running() as pg, tempfile.TemporaryDirectory() as folder:
        bench = Bench(pg, Path(folder), options.peers)
        for path in options.files:
            ours = bench.measure("ours", path)
            peers = {}
            if options.peers:
                peers["splink"] = bench.measure("splink", path)
            if not options.no_trgm:
                with empty_database(pg) as database:
                    peers["pg_trgm"] = bench.measure("pg_trgm", path, database)
            show(path, ours, peers)
            show_goals(ours, peers, is_large=ours["cards"] >= LARGE)
    return 0


if __name__ == "__main__":
    run_main(main)
