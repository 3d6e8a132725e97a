"""pytest plugin: write what came out as JSON to the file named by GROUND_COUNTS."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

FAILED = ("failed", "error", "xpassed")
SKIPPED = ("skipped", "xfailed")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Called once, when all tests have run."""
    stats: dict[str, list[Any]] = terminalreporter.stats

    def names(kinds: tuple[str, ...]) -> list[str]:
        # A test with failed subtests is reported several times and counts once.
        found = (_describe(report) for kind in kinds for report in stats.get(kind, []))
        return list(dict.fromkeys(found))

    counts = {
        "passed": len(stats.get("passed", [])),
        "failures": names(FAILED),
        "skips": names(SKIPPED),
    }
    Path(os.environ["GROUND_COUNTS"]).write_text(json.dumps(counts))


def _describe(report: pytest.TestReport) -> str:
    if report.skipped and isinstance(report.longrepr, tuple):
        return f"{report.nodeid} ({report.longrepr[2]})"
    return report.nodeid
