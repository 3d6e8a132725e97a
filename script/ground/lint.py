"""script/lint: everything that can be said about the files without running a test."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from . import addons, environment, i18n, odoo, paths, postgres, template
from .console import Failure, run_main, say
from .result import Result

# The checks of Odoo's test_lint that are about any addon; the core passes them.
TEST_LINT = [
    "docstring",
    "dunderinit",
    "index",
    "manifests",
    "naming",
    "onchange_domains",
    "override_signatures",
    "pofile",
    "routes",
    "test_holes",
]

# What a check answers: the lines to show, none when all is well.
Problems = list[str]


def main(arguments: list[str]) -> int:
    """``--fast`` leaves out what needs a database."""
    with postgres.running() as pg:
        result = run(pg, fast="--fast" in arguments)
    print(f"\n{result.closing_line()}")
    return 0 if result.ok else 1


def run(pg: dict[str, str], *, fast: bool = False) -> Result:
    """Run every check, whatever the ones before it said."""
    result = Result("lint")
    for name, check in _checks(pg, fast):
        started = time.monotonic()
        try:
            problems = check()
        except Failure as failure:
            problems = [str(failure), *failure.advice]
        result.add(f"lint: {name}", failed=bool(problems))
        state = "FAILED" if problems else "ok"
        say(f"lint: {name}: {state} ({time.monotonic() - started:.1f} s)")
        for line in problems:
            print(f"   {line}", flush=True)
    return result


def _checks(
    pg: dict[str, str], fast: bool
) -> Iterator[tuple[str, Callable[[], Problems]]]:
    yield "ruff check", lambda: _tool("ruff", "check", ".")
    yield "ruff format", lambda: _tool("ruff", "format", "--check", ".")
    yield "shellcheck", _shellcheck
    yield "mypy on the scripts", lambda: _mypy("ground", paths.ROOT / "script")
    for folder in addons.folders():
        if (folder / "tools").is_dir():
            yield f"mypy on {folder.name}/tools", partial(_mypy, "tools", folder)
    folders = [str(folder.relative_to(paths.ROOT)) for folder in addons.folders()]
    yield "pylint-odoo", lambda: _tool("pylint", "--rcfile=.pylintrc", *folders)
    yield "OCA checks of modules", lambda: _tool("oca-checks-odoo-module", *folders)
    yield "OCA checks of translations", _check_po_files
    yield "translations are complete", i18n.translation_problems
    if not fast:
        yield (
            "translations are up to date",
            lambda: _on_copy(pg, i18n.template_problems),
        )
        yield "Odoo's test_lint", lambda: _on_copy(pg, _test_lint)


def _tool(program: str, *arguments: str, folder: Path = paths.ROOT) -> Problems:
    """Run a program of the environment; its output is the answer when it is unhappy."""
    answer = subprocess.run(
        [str(paths.VENV / "bin" / program), *arguments],
        cwd=folder,
        env=environment.complete({"PATH": os.environ.get("PATH", os.defpath)}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if not answer.returncode:
        return []
    return answer.stdout.splitlines() or [f"exit code {answer.returncode}"]


def _mypy(package: str, folder: Path) -> Problems:
    # From inside: otherwise mypy follows the addon's __init__ into the models.
    settings = f"--config-file={paths.ROOT / 'pyproject.toml'}"
    cache = f"--cache-dir={paths.ROOT / '.mypy_cache' / folder.name}"
    options = ["--strict", "--explicit-package-bases", "--no-error-summary"]
    return _tool("mypy", settings, cache, *options, package, folder=folder)


def _shellcheck() -> Problems:
    scripts = [
        str(path)
        for folder in ("script", "script/lib", ".ci")
        for path in sorted((paths.ROOT / folder).iterdir())
        if path.is_file() and (path.suffix == ".sh" or _is_bash(path))
    ]
    return _tool("shellcheck", "-x", *scripts)


def _is_bash(path: Path) -> bool:
    with path.open("rb") as file:
        return file.readline().rstrip().endswith(b"bash")


def _check_po_files() -> Problems:
    files = [str(path) for path in sorted(paths.ADDONS.glob("*/i18n/*.po*"))]
    return _tool("oca-checks-po", *files) if files else []


def _on_copy(
    pg: dict[str, str], check: Callable[[dict[str, str], str], Problems]
) -> Problems:
    """Run a check on a copy of the template database."""
    with template.copy(pg, "lint") as database:
        return check(pg, database)


def _test_lint(pg: dict[str, str], database: str) -> Problems:
    tests = odoo.home() / "odoo" / "addons" / "test_lint" / "tests"
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=short"]
    command += ["-p", "ground.odoo_lint", "-p", "no:cacheprovider", "--show-capture=no"]
    command += [f"--odoo-database={database}", "--odoo-log-level=warn", "--rootdir=."]
    command += [str(tests / f"test_{name}.py") for name in TEST_LINT]
    answer = subprocess.run(
        command,
        cwd=paths.ROOT,
        env=environment.complete(pg),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return (answer.stdout + answer.stderr).splitlines() if answer.returncode else []


if __name__ == "__main__":
    run_main(main)
