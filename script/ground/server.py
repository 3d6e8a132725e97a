"""script/server: the product with demo data at http://127.0.0.1:8069."""

import argparse
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from . import addons, databases, odoo, postgres
from .console import Failure, run_main, say

LANGUAGES = ["uk_UA", "ru_RU"]
USERS = [("admin", "admin", "everything"), ("demo", "demo", "an ordinary user")]


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/server", description="Run the product with demo data until Ctrl-C."
    )
    parser.add_argument("--port", type=int, default=8069, help="8069")
    parser.add_argument("--database", default="client_base", help="client_base")
    parser.add_argument(
        "--workers", type=int, default=0, help="processes; default: threads"
    )
    parser.add_argument("--fresh", action="store_true", help="drop the database first")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    _check_port(options.port)
    with postgres.running() as pg:
        if options.fresh:
            say(f"Database {options.database}: dropping it")
            databases.drop(pg, options.database)
        prepare(pg, options.database)
        return _serve(pg, options)


def _check_port(port: int) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((odoo.INTERFACE, port))
        except OSError as error:
            raise Failure(
                f"Port {port} cannot be used: {error.strerror}.",
                "Is the server running already? Otherwise choose another one:",
                f"    script/server --port {port + 10}",
            ) from error


def prepare(pg: dict[str, str], database: str) -> None:
    """Make the database, or bring it up to the state of the files."""
    wanted = addons.checksums()
    if not databases.exists(pg, database):
        _create(pg, database, wanted)
        return
    present = databases.installed(pg, database, list(wanted))
    known = databases.recall(pg, database)
    new = [name for name in wanted if name not in present]
    changed = [name for name in present if known.get(name) != wanted[name]]
    if not new and not changed:
        return
    say(f"Database {database}: bringing {', '.join(new + changed)} up to date")
    odoo.install(pg, database, init=new, update=changed, demo=bool(new))
    databases.remember(pg, database, wanted)


def _create(pg: dict[str, str], database: str, wanted: dict[str, str]) -> None:
    """Install under another name first: a half-made database is never used."""
    unfinished = f"{database}_unfinished"
    say(f"Database {database}: making it, with demo data (a few minutes)")
    databases.drop(pg, unfinished)
    # Without an addon of ours there is still something to look at.
    names = list(wanted) or ["contacts"]
    odoo.install(pg, unfinished, init=names, demo=True, languages=LANGUAGES)
    databases.remember(pg, unfinished, wanted)
    databases.rename(pg, unfinished, database)


def _serve(pg: dict[str, str], options: argparse.Namespace) -> int:
    server = odoo.Server(
        pg, options.database, port=options.port, workers=options.workers
    )

    say("Odoo: starting")
    with odoo.serving(server):
        # The first page makes the style sheets: better now than before the user's eyes.
        server.answers("/web/login")
        _greet(server)
        threading.Thread(target=_show_problems, args=[server.log], daemon=True).start()
        try:
            code = server.wait()
        except KeyboardInterrupt:
            say("Odoo: stopping")
            return 0
    raise Failure(f"Odoo ended with code {code}.", f"The log: {server.log}")


def _greet(server: odoo.Server) -> None:
    print(f"\n   {server.url}\n")
    for login, password, role in USERS:
        print(f"   log in as {login}, password {password} ({role})")
    print(f"\n   log: {server.log}\n   Ctrl-C stops it.\n", flush=True)


def _show_problems(log: Path) -> None:
    """Print each warning and error with the lines that belong to it."""
    shown = False
    for line in _follow(log):
        if re.match(r"\d{4}-\d\d-\d\d \d\d:", line):
            shown = odoo.PROBLEM.match(line) is not None
        if shown:
            sys.stderr.write(line)


def _follow(log: Path) -> Iterator[str]:
    with log.open(errors="replace") as file:
        while True:
            line = file.readline()
            if line:
                yield line
            else:
                time.sleep(0.5)


if __name__ == "__main__":
    run_main(main)
