"""The night of client_risk beside what the database needs at least, in one run.

    script/bench risk [--clients 100000] [--purchases 1000000] [--looped 500]

Loads the purchases of a company through ``client.transaction.upsert``, a batch of 1,000
a transaction, and beside it creates every so many batches with ``create``. Then judges
all clients: the first night of a company, when everybody gets a profile, and the usual
ones of the days after; the middle one counts. Compared with the bare aggregate over the
same purchases, which adds up count, sum, first and last day and squares of each client
and throws them away; and with a loop that searches, reads and writes each client,
measured on some and scaled to all.
Nothing is asserted about time.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ground import environment, postgres, template
from ground.console import Failure, run_main, say

JOBS = Path(__file__).with_name("risk_jobs.py")
# Goals: the night in bare aggregates, the loop in nights, upsert in create's speed.
MAX_AGGREGATES = 3.0
MIN_NIGHTS = 50.0
MIN_SPEED = 1.0

Figures = dict[str, Any]


def measure(pg: dict[str, str], options: Figures) -> Figures:
    """Run the jobs in a process of their own, on a database of their own."""
    with template.copy(pg, "bench_risk") as database:
        answer = subprocess.run(
            [sys.executable, str(JOBS), database, json.dumps(options)],
            env=environment.complete(pg),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    if answer.returncode:
        raise Failure("The benchmark of risk failed.")
    figures: Figures = json.loads(answer.stdout.splitlines()[-1])
    return figures


def show(figures: Figures, options: Figures) -> None:
    """Print seconds, rates and ratios, and the goals."""
    clients = options["clients"]
    nights = figures["nights"]
    print(f"\n{clients:,} clients, {options['purchases']:,} purchases")
    for name, night in nights.items():
        _show(f"bare aggregate, before the {name} night", night["aggregate"])
        ratio = night["seconds"] / night["aggregate"]
        _show(f"{name} night", night["seconds"], f"{ratio:.1f} aggregates")
    _show("an aggregate of days, then of clients", figures["by_day"])
    scaled = figures["loop"] * clients
    text = f"on {options['looped']:,} clients, scaled"
    _show("search, read and write each client", scaled, text)
    speeds = {
        name: figures[name]["rows"] / figures[name]["seconds"]
        for name in ("upsert", "create")
    }
    for name, speed in speeds.items():
        print(f"{name:<40}{speed:>10,.0f} rows/s   {figures[name]['rows']:,} rows")
    print("\nGoals")
    usual = nights["usual"]
    ratio = usual["seconds"] / usual["aggregate"]
    _show_goal("usual night, in bare aggregates", ratio, MAX_AGGREGATES, False)
    _show_goal("loop, in usual nights", scaled / usual["seconds"], MIN_NIGHTS, True)
    ratio = speeds["upsert"] / speeds["create"]
    _show_goal("upsert, as fast as create", ratio, MIN_SPEED, True)


def _show(title: str, seconds: float, text: str = "") -> None:
    print(f"{title:<40}{seconds:>10,.2f} s        {text}")


def _show_goal(title: str, value: float, limit: float, at_least: bool) -> None:
    is_reached = value >= limit if at_least else value <= limit
    sign = ">=" if at_least else "<="
    state = "reached" if is_reached else "NOT REACHED"
    print(f"  {state:<13}{title:<36}{value:>9,.2f} {sign} {limit:.0f}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--purchases", type=int, default=1_000_000)
    parser.add_argument(
        "--looped", type=int, default=500, help="clients of the loop (scaled to all)"
    )
    parser.add_argument(
        "--created", type=int, default=20, help="create one batch of so many, too"
    )
    options = vars(parser.parse_args(arguments))
    with postgres.running() as pg:
        say(f"{options['purchases']:,} purchases of {options['clients']:,} clients")
        figures = measure(pg, options)
    show(figures, options)
    return 0


if __name__ == "__main__":
    run_main(main)
