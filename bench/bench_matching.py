"""Our search for duplicates beside splink and a pg_trgm self join, in the same run.

    script/bench matching WHAT... [--sets FOLDER] [--peers PYTHON] [--no-trgm]

WHAT is a CSV of labelled cards (see ``matching_data``), or the name of a public set
(see ``matching_sets``), whose packages ``requirements-matching-sets.txt`` puts into
FOLDER. ``--peers`` names the Python that has what ``requirements-matching.txt`` lists;
without it splink is left out. The peers get our normalised columns, free of charge, and
the best threshold that there is; ours normalises itself and has no labels. Each base is
also searched with one card of each client left in it, where nothing is to be found.

Goals are printed beside what was reached. Ratios are of CPU seconds (of seconds for
PostgreSQL, whose CPU is not ours to see), so that a busy machine does not matter much.
Of a file of 200,000 cards and more nothing but the scan is measured.
"""

import argparse
import contextlib
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
from matching_sets import SETS, write_set
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
HUGE = 200_000
GOAL_HUGE_S = 600.0
GOAL_HUGE_MB = 4096.0
# Pairs proposed of 10,000 cards without a duplicate.
GOAL_ALONE = 1.0
# What the CPU seconds grow by: cards to the power of this, up to LARGE files and above.
GOAL_GROWTH = 1.1
GOAL_GROWTH_HUGE = 1.3
STEP = 5
# F1 on public sets; of those with several files, of the pairs across them. On the
# others: what the best peer does, less this, for the easy ones leave no room above.
GOAL_BEHIND_PEER = 0.001
GOALS_OF_SETS = {"febrl4x": 0.997, "rl10000": 0.95, "restaurants": 0.96}

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


def show(name: str, ours: Figures, peers: dict[str, Figures]) -> None:
    titles = "    F1  precision  recall  F1 across   seconds       CPU   peak MB"
    print(f"\n{name:<22}{titles}")
    for who, figures in {"ours": ours, **peers}.items():
        print(
            f"  {who:<20}{figures['f1']:.4f}{figures['precision']:>11.4f}"
            f"{figures['recall']:>8.4f}{figures['f1_across']:>11.4f}"
            f"{figures['seconds']:>10.2f}"
            f"{figures['cpu']:>10.2f}{figures['peak_mb']:>10.0f}"
        )
    print(
        f"  ours: normalising {ours['normalize']:.2f} s of it; "
        f"{ours['proposed']} pairs proposed, {ours.get('keys', '-')} keys; "
        f"the same again: {ours.get('same_again', '-')}"
    )
    hard = ", ".join(f"{kind} {n} of {of}" for kind, (n, of) in ours["hard"].items())
    print(f"  related cards merged: {hard or 'none are labelled'}")


def show_goals_of_set(name: str, ours: Figures, peers: dict[str, Figures]) -> None:
    if name in GOALS_OF_SETS:
        _goal("F1 across files", ours["f1_across"], GOALS_OF_SETS[name])
    elif peers:
        best = max(figures["f1_across"] for figures in peers.values())
        _goal("F1 beside the best peer", ours["f1_across"], best - GOAL_BEHIND_PEER)


def show_goals(ours: Figures, peers: dict[str, Figures]) -> None:
    hard = ours["hard"]
    household, households = hard.get("household", (0, 0))
    merged, related = (sum(pair[at] for pair in hard.values()) for at in (0, 1))
    is_large = ours["cards"] >= LARGE
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


def show_goals_of_huge(ours: Figures) -> None:
    _goal("CPU seconds", ours["cpu"], GOAL_HUGE_S, most=True)
    _goal("peak MB", ours["peak_mb"], GOAL_HUGE_MB, most=True)


def show_growth(of_files: list[Figures]) -> None:
    """Print what the seconds grow by from each size to the next."""
    by_size = sorted(of_files, key=lambda figures: int(figures["cards"]))
    few: Figures | None = None
    for many in by_size:
        if few is None or many["cards"] < STEP * few["cards"]:
            few = few or many
            continue
        growth = math.log(many["cpu"] / few["cpu"], many["cards"] / few["cards"])
        goal = GOAL_GROWTH if many["cards"] < HUGE else GOAL_GROWTH_HUGE
        title = f"growth, {few['cards']} to {many['cards']}"
        _goal(title, growth, goal, most=True)
        few = many


def _goal(title: str, reached: float, goal: float, *, most: bool = False) -> None:
    is_reached = reached <= goal if most else reached >= goal
    sign = "<=" if most else ">="
    verdict = "reached" if is_reached else "NOT reached"
    print(f"    {title:<31}{reached:>9.4f}   goal {sign} {goal:<7g} {verdict}")


def measure_all(
    bench: Bench, path: Path, pg: dict[str, str], *, with_trgm: bool
) -> tuple[Figures, dict[str, Figures]]:
    """Measure ours and the peers on a file."""
    ours = bench.measure("ours", path)
    peers: dict[str, Figures] = {}
    if ours["cards"] >= HUGE:
        return ours, peers
    ours["alone"] = bench.measure("alone", path)
    if bench.peers:
        peers["splink"] = bench.measure("splink", path)
    if with_trgm:
        with empty_database(pg) as database:
            peers["pg_trgm"] = bench.measure("pg_trgm", path, database)
    return ours, peers


def show_all(name: str, ours: Figures, peers: dict[str, Figures]) -> None:
    """Print the figures of a file or a set, and its goals."""
    show(name, ours, peers)
    if ours["cards"] >= HUGE:
        show_goals_of_huge(ours)
    elif name in SETS:
        show_goals_of_set(name, ours, peers)
    else:
        show_goals(ours, peers)
    if "alone" in ours:
        cards, proposed = ours["alone"]["cards"], ours["alone"]["proposed"]
        per_10k = proposed * 10_000 / max(cards, 1)
        _goal("proposed of 10,000 single cards", per_10k, GOAL_ALONE, most=True)


def find(what: str, sets: Path, folder: Path) -> Path:
    """Return the file that was named, that of a public set written into ``folder``."""
    if what not in SETS:
        return Path(what)
    path = folder / f"{what}.csv"
    try:
        write_set(what, sets, path)
    except OSError as error:
        hint = "bench/requirements-matching-sets.txt says how to get it, for --sets."
        raise Failure(f"The set {what} cannot be read: {error}", hint) from None
    return path


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="+", help=f"a file, or of {', '.join(SETS)}")
    parser.add_argument("--sets", default=Path(), type=Path, help="folder of packages")
    parser.add_argument("--peers", default="", help="Python that has splink")
    parser.add_argument("--no-trgm", action="store_true", help="leave pg_trgm out")
    options = parser.parse_args(arguments)
    of_files = []
    with postgres.running() as pg, tempfile.TemporaryDirectory() as folder:
        bench = Bench(pg, Path(folder), options.peers)
        paths = [find(what, options.sets, Path(folder)) for what in options.what]
        for what, path in zip(options.what, paths, strict=True):
            measured = measure_all(bench, path, pg, with_trgm=not options.no_trgm)
            show_all(what if what in SETS else path.name, *measured)
            if what not in SETS:
                of_files.append(measured[0])
    show_growth(of_files)
    return 0


if __name__ == "__main__":
    run_main(main)
