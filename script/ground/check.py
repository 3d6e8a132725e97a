"""script/test: lint, unit tests, addon tests with browser tours, system tests."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from . import (
    environment,
    lint,
    odoo,
    paths,
    postgres,
    process,
    template,
)
from .console import Failure, run_main, say
from .result import Result

NO_TESTS_COLLECTED = 5


def main(arguments: list[str]) -> int:
    parts = PARTS
    if arguments:
        name, *rest = arguments
        if name not in PARTS:
            raise Failure(
                f"There is no part {name}.",
                f"script/test [{'|'.join(PARTS)}] [options of pytest]",
            )
        parts = {name: PARTS[name]}
    else:
        rest = []
    with postgres.running() as pg:
        results = [_timed(name, part, pg, rest) for name, part in parts.items()]
    return _summarise(results)


def _timed(name: str, part: "Part", pg: dict[str, str], options: list[str]) -> Result:
    say(f"{name}: starting")
    started = time.monotonic()
    try:
        result = part(pg, options)
    except Failure as failure:
        # The next part still has something to say.
        result = Result(name, failures=[f"{name}: {failure}"])
        print(f"!! {failure}", *failure.advice, sep="\n   ", file=sys.stderr)
    result.seconds = time.monotonic() - started
    return result


def _lint(pg: dict[str, str], options: list[str]) -> Result:
    return lint.run(pg, fast="--fast" in options)


def _unit(_pg: dict[str, str], options: list[str]) -> Result:
    variables = {"PATH": os.environ.get("PATH", os.defpath)}
    return _pytest(
        "unit", variables, ["-p", "no:odoo", *_targets("tests/unit", options)]
    )


def _addons(pg: dict[str, str], options: list[str]) -> Result:
    with template.copy(pg, "addons") as database:
        settings = [f"--odoo-database={database}", "--odoo-http"]
        return _pytest("addons", pg, [*settings, *_targets("addons", options)])


def _system(pg: dict[str, str], options: list[str]) -> Result:
    return _pytest("system", pg, ["-p", "no:odoo", *_targets("tests/system", options)])


Part = Callable[[dict[str, str], list[str]], Result]
PARTS: dict[str, Part] = {
    "lint": _lint,
    "unit": _unit,
    "addons": _addons,
    "system": _system,
}


def _targets(folder: str, options: list[str]) -> list[str]:
    """Add the folder of the part unless the options name files themselves."""
    named = any(Path(option.split("::")[0]).exists() for option in options)
    return options if named else [*options, folder]


def _pytest(part: str, variables: dict[str, str], arguments: list[str]) -> Result:
    """Run pytest in the foreground and read what its counting plugin wrote."""
    counts = odoo.log_path(f"counts-{part}").with_suffix(".json")
    counts.unlink(missing_ok=True)
    code = process.foreground(
        [sys.executable, "-m", "pytest", "-p", "ground.pytest_counts", *arguments],
        {**environment.complete(variables), "GROUND_COUNTS": str(counts)},
        folder=paths.ROOT,
        # pytest then stops the servers that its fixtures have started.
        on_terminate=signal.SIGINT,
    )
    if not counts.exists():
        return Result(part, failures=[f"{part}: pytest ended with {code}"])
    result = Result(part, **json.loads(counts.read_text()))
    if code and result.ok:
        reason = (
            "no test was found"
            if code == NO_TESTS_COLLECTED
            else f"pytest ended with {code}"
        )
        result.failures.append(f"{part}: {reason}")
    return result


def _summarise(results: list[Result]) -> int:
    print("\n" + "-" * 60)
    for result in results:
        print(f"{result.part:<8} {result.closing_line()} in {result.seconds:.0f} s")
    for result in results:
        for name in result.failures:
            print(f"FAILED   {name}")
        for name in result.skips:
            print(f"SKIPPED  {name}   (counts as failed)")
    total = Result(
        "all",
        passed=sum(result.passed for result in results),
        failures=[
            name for result in results for name in result.failures + result.skips
        ],
    )
    print(total.closing_line(), flush=True)
    return 0 if total.ok else 1


if __name__ == "__main__":
    run_main(main)
