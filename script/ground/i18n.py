"""script/i18n: write the .pot, uk.po and ru.po of our addons; the lint compares."""

import tempfile
from pathlib import Path

import polib

from . import addons, odoo, paths, postgres, template
from .console import Failure, run_main, say

LANGUAGES = ["uk", "ru"]
SHOWN = 10

EXPORT = """
from pathlib import Path
from odoo.tools.translate import trans_export
for name in {names!r}:
    with Path({folder!r}, name + ".pot").open("wb") as file:
        trans_export(None, [name], file, "po", env)
"""


def main(arguments: list[str]) -> int:
    """Export the given addons, or all."""
    names = arguments or addons.names()
    if unknown := set(names) - set(addons.names()):
        raise Failure(f"No such addon here: {', '.join(sorted(unknown))}.")
    files = [path for name in names for path in _translations(paths.ADDONS / name)]
    known = {path: _read_translated(path) for path in files}
    with postgres.running() as pg, template.copy(pg, "i18n") as database:
        say("Translations: loading uk and ru")
        odoo.run(pg, ["i18n", "loadlang", "-d", database, "-l", *LANGUAGES])
        say(f"Translations: writing those of {', '.join(names)}")
        export = ["i18n", "export", "-d", database, *names]
        odoo.run(pg, [*export, "-l", "pot", *LANGUAGES])
    for path in files:
        _give_back(path, known[path])
        _report(path)
    return 0


def _read_translated(path: Path) -> dict[str, str]:
    """:return: msgid -> msgstr"""
    if not path.exists():
        return {}
    return {
        entry.msgid: entry.msgstr
        for entry in polib.pofile(str(path))
        if entry.translated() and not entry.fuzzy
    }


def _give_back(path: Path, known: dict[str, str]) -> None:
    """Fill in the terms of the code again.

    An export of Odoo takes them from the very file that it has emptied to write it.
    """
    if not path.exists():
        return
    file = polib.pofile(str(path))
    for entry in file:
        entry.msgstr = entry.msgstr or known.get(entry.msgid, "")
    file.save()


def _report(path: Path) -> None:
    missing = _entries(path).keys() - _read_translated(path).keys()
    say(f"{path.relative_to(paths.ROOT)}: {len(missing)} to translate")


def _translations(addon: Path) -> list[Path]:
    return [addon / "i18n" / f"{language}.po" for language in LANGUAGES]


# --- what the lint asks ---------------------------------------------------------------


def template_problems(pg: dict[str, str], database: str) -> list[str]:
    """Compare each .pot with what an export gives now."""
    names = addons.names()
    with tempfile.TemporaryDirectory() as folder:
        odoo.shell(pg, database, EXPORT.format(names=names, folder=folder))
        return [
            problem
            for name in names
            for problem in _compare(
                paths.ADDONS / name / "i18n" / f"{name}.pot",
                Path(folder, f"{name}.pot"),
            )
        ]


def _compare(kept: Path, fresh: Path) -> list[str]:
    new = _entries(fresh)
    if not new and not kept.exists():
        return []
    old = _entries(kept) if kept.exists() else {}
    lines = [f"missing: {text!r}" for text in sorted(new.keys() - old.keys())]
    lines += [f"gone: {text!r}" for text in sorted(old.keys() - new.keys())]
    lines += [
        f"used elsewhere now: {text!r}"
        for text in sorted(new.keys() & old.keys())
        if new[text] != old[text]
    ]
    if not lines:
        return []
    place = kept.relative_to(paths.ROOT)
    more = [f"... and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return [f"{place} is out of date, run script/i18n:", *lines[:SHOWN], *more]


def _entries(path: Path) -> dict[str, list[tuple[str, str]]]:
    return {entry.msgid: sorted(entry.occurrences) for entry in polib.pofile(str(path))}


def translation_problems() -> list[str]:
    """Find strings of a .pot without a translation, and doubtful ones."""
    return [
        problem
        for template_path in sorted(paths.ADDONS.glob("*/i18n/*.pot"))
        for path in _translations(template_path.parents[1])
        for problem in _incomplete(path, set(_entries(template_path)))
    ]


def _incomplete(path: Path, wanted: set[str]) -> list[str]:
    place = path.relative_to(paths.ROOT)
    if not path.exists():
        return [f"{place} is missing, run script/i18n"]
    missing = wanted - _read_translated(path).keys()
    return [f"{place}: no translation of {text!r}" for text in sorted(missing)]


if __name__ == "__main__":
    run_main(main)
