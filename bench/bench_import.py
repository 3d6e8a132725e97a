"""Our import of clients beside core's base_import, on the same rows in the same run.

    script/bench import [--rows 10000] [--large 100000] [--base 20000]

Creates the clients of a file, then brings in the same clients with another phone, city
and street each; last, reads and judges a large file against a base of clients.
Each measurement is a process of its own; each importer has a database of its own,
copied from the same template and dropped at the end. Nothing is asserted about time.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from import_data import make_clients, write_file

from ground import environment, postgres, template
from ground.console import Failure, run_main, say

JOBS = Path(__file__).with_name("import_jobs.py")
EDITION = 1
# Of the rows of the large file, every fifth is a client of the base.
KNOWN_SHARE = 5

Figures = dict[str, Any]


class Bench:
    """The files and the processes of one run."""

    def __init__(self, pg: dict[str, str], folder: Path) -> None:
        self.pg = pg
        self._folder = folder

    def write(self, name: str, *parts: Iterator[Any]) -> Path:
        """Write a file of clients."""
        path = self._folder / f"{name}.xlsx"
        path.write_bytes(write_file(client for part in parts for client in part))
        return path

    def measure(self, job: str, database: str, path: Path) -> Figures:
        """Run a job of ``import_jobs`` and return what it measured."""
        say(f"{job}: {path.stem}")
        answer = subprocess.run(
            [sys.executable, str(JOBS), job, database, str(path)],
            env=environment.complete(self.pg),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise Failure(f"The job {job} failed on {path.name}.")
        figures: Figures = json.loads(answer.stdout.splitlines()[-1])
        return figures


def compare(bench: Bench, rows: int) -> list[tuple[str, Figures, Figures]]:
    """Create and update the same clients with both importers."""
    files = {
        "create": bench.write("create", make_clients(rows)),
        "update": bench.write("update", make_clients(rows, edition=EDITION)),
    }
    results: dict[str, dict[str, Figures]] = {"core": {}, "ours": {}}
    with (
        template.copy(bench.pg, "bench_core") as core,
        template.copy(bench.pg, "bench_ours") as ours,
    ):
        for work, path in files.items():
            for importer, database in (("core", core), ("ours", ours)):
                figures = bench.measure(importer, database, path)
                check(figures, "rows", rows)
                results[importer][work] = figures
    for work in files:
        check(results["ours"][work], work, rows)
    return [(work, results["core"][work], results["ours"][work]) for work in files]


def read_large(bench: Bench, rows: int, base: int) -> Figures:
    """Judge a large file, a part of which the base knows."""
    known = min(base, rows // KNOWN_SHARE)
    clients = bench.write("base", make_clients(base))
    large = bench.write(
        "large",
        make_clients(known, edition=EDITION),
        make_clients(rows - known, first=base),
    )
    with template.copy(bench.pg, "bench_read") as database:
        bench.measure("core", database, clients)
        figures = bench.measure("read", database, large)
    check(figures, "judged", rows)
    return figures


def check(figures: Figures, name: str, expected: int) -> None:
    """Stop when an importer did not do what it was to do."""
    if figures[name] != expected:
        raise Failure(
            f"Expected {name} to be {expected}, not {figures[name]}: {figures}"
        )


def show(compared: list[tuple[str, Figures, Figures]], rows: int) -> None:
    """Print seconds, and how many times as fast ours is; CPU without PostgreSQL's."""
    print(f"\n{rows:,} rows          base_import  client.import      ratio")
    for work, core, ours in compared:
        for title, figure in ((work, "seconds"), ("  of it CPU", "cpu")):
            print(
                f"{title:<16}{core[figure]:>13.1f} s{ours[figure]:>13.1f} s"
                f"{core[figure] / ours[figure]:>10.2f}x"
            )


def show_large(figures: Figures, rows: int, base: int) -> None:
    print(
        f"\n{rows:,} rows read and judged against {base:,} clients: "
        f"{figures['seconds']:.1f} s, {figures['cpu']:.1f} s of CPU, "
        f"peak memory {figures['peak_mb']:.0f} MB"
    )
    names = ("create", "update", "unchanged", "to_decide", "rejected")
    print("  " + ", ".join(f"{name} {figures[name]}" for name in names))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000, help="0 leaves it out")
    parser.add_argument("--base", type=int, default=20_000)
    options = parser.parse_args(arguments)
    with postgres.running() as pg, tempfile.TemporaryDirectory() as folder:
        bench = Bench(pg, Path(folder))
        if options.rows:
            show(compare(bench, options.rows), options.rows)
        if options.large:
            figures = read_large(bench, options.large, options.base)
            show_large(figures, options.large, options.base)
    return 0


if __name__ == "__main__":
    run_main(main)
