"""The parts of script/test: what each runs, and what came out of it."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from . import environment, lint, odoo, paths, process, template
from .console import Failure, say
from .result import Result

NO_TESTS_COLLECTED = 5


def run(name: str, pg: dict[str, str], options: list[str], *, label: str) -> Result:
    """Run a part in the foreground, whatever it says; only Ctrl-C ends it early.

    :param options: for pytest; files and folders in place of the whole part
    :param label: what to call it: one part may run as several jobs
    """
    say(f"{label}: starting")
    started = time.monotonic()
    try:
        result = (PARTS | PREPARATION)[name](label, pg, options)
    except Failure as failure:
        # The next part still has something to say.
        result = Result(label, failures=[f"{label}: {failure}"])
        print(f"!! {failure}", *failure.advice, sep="\n   ", file=sys.stderr)
    result.seconds = time.monotonic() - started
    return result


def _lint(_label: str, pg: dict[str, str], options: list[str]) -> Result:
    return lint.run(pg, fast="--fast" in options)


def _unit(label: str, _pg: dict[str, str], options: list[str]) -> Result:
    variables = {"PATH": os.environ.get("PATH", os.defpath)}
    return _pytest(
        label, variables, ["-p", "no:odoo", *_targets("tests/unit", options)]
    )


def _addons(label: str, pg: dict[str, str], options: list[str]) -> Result:
    with template.copy(pg, "addons") as database:
        settings = [f"--odoo-database={database}", "--odoo-http"]
        return _pytest(label, pg, [*settings, *_targets("addons", options)])


def _system(label: str, pg: dict[str, str], options: list[str]) -> Result:
    return _pytest(label, pg, ["-p", "no:odoo", *_targets("tests/system", options)])


def _template(label: str, pg: dict[str, str], _options: list[str]) -> Result:
    template.ensure(pg)
    return Result(label)


Part = Callable[[str, dict[str, str], list[str]], Result]
PARTS: dict[str, Part] = {
    "lint": _lint,
    "unit": _unit,
    "addons": _addons,
    "system": _system,
}


# Not counted: what it could not make, the parts that need it could not either.
TEMPLATE = "template"
PREPARATION: dict[str, Part] = {TEMPLATE: _template}


def result_path(label: str) -> Path:
    """Return where a part that runs as a process of its own leaves its result."""
    return odoo.log_path(f"result-{label}").with_suffix(".json")


def _targets(folder: str, options: list[str]) -> list[str]:
    """Add the folder of the part unless the options name files themselves."""
    named = any(Path(option.split("::")[0]).exists() for option in options)
    return options if named else [*options, folder]


def _pytest(label: str, variables: dict[str, str], arguments: list[str]) -> Result:
    """Run pytest in the foreground and read what its counting plugin wrote."""
    counts = odoo.log_path(f"counts-{label}").with_suffix(".json")
    counts.unlink(missing_ok=True)
    code = process.foreground(
        [sys.executable, "-m", "pytest", "-p", "ground.pytest_counts", *arguments],
        {**environment.complete(variables), "GROUND_COUNTS": str(counts)},
        folder=paths.ROOT,
        # pytest then stops the servers that its fixtures have started.
        on_terminate=signal.SIGINT,
    )
    if not counts.exists():
        return Result(label, failures=[f"{label}: pytest ended with {code}"])
    result = Result(label, **json.loads(counts.read_text()))
    if code and result.ok:
        reason = (
            "no test was found"
            if code == NO_TESTS_COLLECTED
            else f"pytest ended with {code}"
        )
        result.failures.append(f"{label}: {reason}")
    return result
