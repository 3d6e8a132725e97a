"""Taking requests beside core's way of making leads from outside, in the same run.

    script/bench intake [--requests 400] [--senders 4]

One Odoo (two HTTP workers, one cron worker), one database. Scripts make leads by
``crm.lead.create`` over XML-RPC, one per call; the same people are sent to the public
door as JSON. First the cron worker rests, so that storing alone is measured; then it
works the stored requests off, until every lead has its manager. At last both at once:
from the first request sent to the last lead given out.
"""

import argparse
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ground import odoo, paths, postgres, template
from ground.console import Failure, run_main, say

sys.path.insert(0, str(paths.ROOT / "tests" / "system"))

from background import begin_cron
from clients import XmlRpc
from doors import Door
from intake import make_channel, make_managers

ADMIN = ("admin", "admin")
MANAGERS = 5
STORE_GOAL = 5.0
TAIL = 0.95
PATIENCE = 600  # seconds


@dataclass(frozen=True)
class Run:
    """Calls of several senders: how long all took, and each of them."""

    wall: float
    calls: list[float]

    @property
    def rate(self) -> float:
        return len(self.calls) / self.wall

    @property
    def tail(self) -> float:
        return statistics.quantiles(self.calls, n=100)[round(TAIL * 100) - 1]


def make_person(number: int) -> dict[str, Any]:
    return {
        "name": f"Sender {number}",
        "phone": f"+38067{number:07d}",
        "email": f"sender{number}@example.com",
        "message": "Please call back about the price of ten pallets.",
    }


def measure(
    make_call: Callable[[], Callable[[int], object]], numbers: range, senders: int
) -> Run:
    """Let each sender make its share of the calls, over a connection of its own."""
    calls: list[float] = []
    failures: list[Exception] = []

    def send(own: Sequence[int]) -> None:
        try:
            call = make_call()
            for number in own:
                begin = time.perf_counter()
                call(number)
                calls.append(time.perf_counter() - begin)
        except Exception as failure:  # noqa: BLE001 - the main thread looks at it
            failures.append(failure)

    threads = [
        threading.Thread(target=send, args=(numbers[first::senders],))
        for first in range(senders)
    ]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - begin
    if failures:
        raise Failure("A call failed.", repr(failures[0]))
    return Run(wall, calls)


class Bench:
    """One database with a team of managers, and the two ways into it."""

    def __init__(self, pg: dict[str, str], database: str) -> None:
        self.pg = pg
        self.database = database
        self.token = ""
        self.team = 0

    @contextmanager
    def serving(self, *, crons: int) -> Iterator[XmlRpc]:
        options = [f"--max-cron-threads={crons}", "--log-level=warn"]
        server = odoo.Server(self.pg, self.database, workers=2, options=options)
        with odoo.serving(server) as running:
            yield XmlRpc(running.url, running.database, *ADMIN)

    def prepare(self, rpc: XmlRpc) -> None:
        self.team = make_managers(rpc, dict.fromkeys(range(MANAGERS), 0))
        door = make_channel(rpc, "bench", "webhook", team_id=self.team)
        self.token = door.token

    def create(self, rpc: XmlRpc) -> Callable[[], Callable[[int], object]]:
        """Return what makes a script that creates leads, as an integration would."""

        def connect() -> Callable[[int], object]:
            own = XmlRpc(rpc.url, rpc.database, *ADMIN)

            def call(number: int) -> object:
                person = make_person(number)
                values = {
                    "name": person["name"],
                    "contact_name": person["name"],
                    "phone": person["phone"],
                    "email_from": person["email"],
                    "description": person["message"],
                    "team_id": self.team,
                    "type": "opportunity",
                }
                return own.call("crm.lead", "create", values)

            return call

        return connect

    def post(self, rpc: XmlRpc) -> Callable[[], Callable[[int], object]]:
        def connect() -> Callable[[int], object]:
            door = Door(rpc.url, self.token)
            return lambda number: door.post(make_person(number), f"e{number}").number

        return connect

    def wait_until_assigned(self, rpc: XmlRpc, count: int, begin: float) -> float:
        """:return: seconds from ``begin`` until the last lead has its manager"""
        domain = [("channel_id.code", "=", "bench"), ("user_id", "!=", False)]
        while time.perf_counter() - begin < PATIENCE:
            if rpc.call("crm.lead", "search_count", domain) >= count:
                return time.perf_counter() - begin
            time.sleep(0.1)
        raise Failure("Not every request became a lead with a manager.")


def run(bench: Bench, requests: int, senders: int) -> None:
    first, second = range(1, requests + 1), range(requests + 1, 2 * requests + 1)
    others = range(2 * requests + 1, 3 * requests + 1)
    with bench.serving(crons=0) as rpc:
        bench.prepare(rpc)
        measure(bench.create(rpc), range(8_000_001, 8_000_021), senders)  # warms up
        measure(bench.post(rpc), range(9_000_001, 9_000_021), senders)
        say(f"{requests} leads over XML-RPC, {senders} senders, then one")
        created = measure(bench.create(rpc), others, senders)
        alone = measure(bench.create(rpc), range(5_000_001, 5_000_101), 1)
        say(f"{requests} requests to the door, {senders} senders")
        stored = measure(bench.post(rpc), first, senders)
    with bench.serving(crons=1) as rpc:
        say("Working them off")
        begin = time.perf_counter()
        # a cron worker that has just started sleeps for a minute unless it is woken
        begin_cron(rpc, "lead.request")
        worked = bench.wait_until_assigned(rpc, requests + 20, begin)
        say("Both at once")
        begin = time.perf_counter()
        measure(bench.post(rpc), second, senders)
        through = bench.wait_until_assigned(rpc, 2 * requests + 20, begin)
    show(created, alone, stored, worked / (requests + 20), through / requests)


def show(created: Run, alone: Run, stored: Run, worked: float, through: float) -> None:
    """Print rates, tails and ratios; ``worked`` and ``through`` are seconds a lead."""
    one = statistics.mean(alone.calls)
    print(
        "\n                                  create over XML-RPC    the door     ratio"
    )
    print(
        f"stored a second                   {created.rate:>15.1f}{stored.rate:>16.1f}"
        f"{stored.rate / created.rate:>9.2f}x   goal: at least {STORE_GOAL:.0f}"
    )
    print(
        f"95th percentile of a call, ms     {created.tail * 1000:>15.1f}"
        f"{stored.tail * 1000:>16.1f}{stored.tail / created.tail:>9.2f}x"
        "   goal: below 1"
    )
    print(
        f"lead with a manager, ms each      {one * 1000:>15.1f}{worked * 1000:>16.1f}"
        f"{worked / one:>9.2f}x   goal: at most 1"
    )
    print(
        f"first sent to last given out, ms  {one * 1000:>15.1f}{through * 1000:>16.1f}"
        f"{through / one:>9.2f}x   both doors open"
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--senders", type=int, default=4)
    options = parser.parse_args(arguments)
    with postgres.running() as pg, template.copy(pg, "bench_intake") as database:
        run(Bench(pg, database), options.requests, options.senders)
    return 0


if __name__ == "__main__":
    run_main(main)
