"""The database that every test database is a copy of: our addons, no demo data.

Odoo's own addons that ours work with, without depending on them, are there too.
"""

import contextlib
import fcntl
import itertools
from collections.abc import Iterator

from . import addons, databases, odoo, paths
from .console import say

# A hand-over moves opportunities and quotations where there are any.
NEIGHBOURS = ("crm", "sale")

# What a page of the web client and one for outsiders load: name of the bundle, and its
# scripts or its styles. Otherwise each tour makes them anew and takes them back, and
# the other requests of its page time out meanwhile on a busy machine.
BUNDLES = (
    ("web.assets_web", "js"),
    ("web.assets_web", "css"),
    ("web.assets_web_print", "css"),
    ("web.assets_tests", "js"),
    ("web.assets_frontend", "css"),
    ("web.assets_frontend_minimal", "js"),
    ("web.assets_frontend_lazy", "js"),
)
MAKE_BUNDLES = """
for name, kind in {bundles!r}:
    bundle = env["ir.qweb"]._get_asset_bundle(name, js=kind == "js", css=kind == "css")
    getattr(bundle, kind)()
env.cr.commit()
"""


@contextlib.contextmanager
def copy(pg: dict[str, str], purpose: str) -> Iterator[str]:
    """Make a copy of the template for the length of the block; yield its name.

    Several scripts may ask for the same purpose at once: each gets a copy of its own.
    """
    with _free_name(purpose) as name:
        with _lock(databases.own_name("template")):
            databases.clone(pg, _ensure(pg), name)
        try:
            yield name
        finally:
            databases.drop(pg, name)


def ensure(pg: dict[str, str]) -> str:
    """Return the name of the template, complete and current; for making own copies."""
    with _lock(databases.own_name("template")):
        return _ensure(pg)


@contextlib.contextmanager
def _free_name(purpose: str) -> Iterator[str]:
    """Hold the first database name for a purpose that no living script holds."""
    for number in itertools.count(1):
        name = databases.own_name(f"{purpose}{number}")
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(_lock(name, wait=False))
            except BlockingIOError:
                continue
            yield name
            return


@contextlib.contextmanager
def _lock(name: str, *, wait: bool = True) -> Iterator[None]:
    """Hold a lock that ends with this process, however it ends."""
    folder = paths.ROOT / ".odoo" / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def _ensure(pg: dict[str, str]) -> str:
    """Return the name of the template, made anew when an addon has changed since."""
    name = databases.own_name("template")
    wanted = {
        **addons.checksums(),
        **dict.fromkeys(NEIGHBOURS, "Odoo's"),
        "bundles": repr(BUNDLES),
        "": odoo.fingerprint(),
    }
    if not databases.exists(pg, name) or databases.recall(pg, name) != wanted:
        _make(pg, name, wanted)
    return name


def _make(pg: dict[str, str], name: str, wanted: dict[str, str]) -> None:
    say("Test database: installing the addons")
    unfinished = f"{name}_unfinished"
    databases.drop(pg, unfinished)
    odoo.install(pg, unfinished, init=[*addons.names(), *NEIGHBOURS])
    say("Test database: making the scripts and styles of its pages")
    odoo.shell(pg, unfinished, MAKE_BUNDLES.format(bundles=BUNDLES))
    databases.remember(pg, unfinished, wanted)
    databases.drop(pg, name)
    databases.rename(pg, unfinished, name)
