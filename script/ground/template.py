"""The database that every test database is a copy of: our addons, no demo data."""

import fcntl

from . import addons, databases, odoo, paths
from .console import say


def ensure(pg: dict[str, str]) -> str:
    """Return the name of the template, made anew when an addon has changed since."""
    name = databases.own_name("template")
    wanted = {**addons.checksums(), "": odoo.fingerprint()}
    with (paths.ROOT / ".odoo" / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not databases.exists(pg, name) or databases.recall(pg, name) != wanted:
            _make(pg, name, wanted)
    return name


def _make(pg: dict[str, str], name: str, wanted: dict[str, str]) -> None:
    say("Test database: installing the addons")
    unfinished = f"{name}_unfinished"
    databases.drop(pg, unfinished)
    odoo.install(pg, unfinished, init=addons.names())
    databases.remember(pg, unfinished, wanted)
    databases.drop(pg, name)
    databases.rename(pg, unfinished, name)
