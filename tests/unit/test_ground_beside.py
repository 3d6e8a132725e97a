"""script/test runs jobs side by side: what starts when, what is shown, what ends."""

import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from ground import addons, beside, check, parts, paths
from ground.result import Result

SCRIPT = Path(__file__).resolve().parents[2] / "script"

# Two jobs that say when they are there and when they are asked to end, and leave a
# process behind that could still write.
INTERRUPTED = """
import os
from pathlib import Path
from ground import beside
from ground.console import run_main

PATIENT = "trap 'echo asked to end; exit 3' TERM; echo there; sleep 20 & wait"

def main(arguments):
    jobs = [beside.Job(name, ["sh", "-c", PATIENT]) for name in ("one", "two", "late")]
    beside.run(jobs, width=2, environ=dict(os.environ), folder=Path.cwd())
    return 0

run_main(main)
"""


def shell(name: str, code: str, *, alone: bool = False) -> beside.Job:
    return beside.Job(name, ["sh", "-c", code], alone)


def run(jobs: list[beside.Job], width: int = 2) -> tuple[dict[str, int], list[str]]:
    """:return: exit codes by name, and the lines that were shown"""
    output = io.StringIO()
    ended = beside.run(
        jobs, width=width, environ=dict(os.environ), folder=Path.cwd(), output=output
    )
    codes = {name: job.code for name, job in ended.items()}
    return codes, output.getvalue().splitlines()


def test_job_that_fails_stops_no_other() -> None:
    codes, lines = run([shell("bad", "exit 7"), shell("good", "sleep 0.2; echo on")])
    assert codes == {"bad": 7, "good": 0}
    assert lines == ["good | on"]


def test_each_line_bears_the_name_of_its_job() -> None:
    jobs = [shell("one", "echo a; echo b >&2; printf c"), shell("longer", "echo d")]
    _codes, lines = run(jobs)
    assert [line for line in lines if "one" in line] == [
        "one    | a",
        "one    | b",
        "one    | c",
    ]
    assert "longer | d" in lines


def test_a_line_is_shown_whole(tmp_path: Path) -> None:
    """Half a line of one job does not get the line of another in its middle."""
    other = tmp_path / "other"
    halves = f"printf first; until [ -e {other} ]; do sleep 0.02; done; echo ' second'"
    _codes, lines = run([shell("one", halves), shell("two", f"echo x; touch {other}")])
    assert sorted(lines) == ["one | first second", "two | x"]


def test_jobs_start_in_order_as_there_is_room(tmp_path: Path) -> None:
    def meet(me: str, other: str) -> str:
        """Code that ends only when the other job runs at the same time."""
        return (
            f"touch {tmp_path / me}; "
            f"until [ -e {tmp_path / other} ]; do sleep 0.02; done; echo {me}"
        )

    jobs = [
        shell("a", meet("a", "b")),
        shell("b", meet("b", "c")),
        shell("c", meet("c", "a")),
    ]
    codes, _lines = run(jobs)
    assert codes == {"a": 0, "b": 0, "c": 0}


def test_no_more_than_the_width_at_a_time() -> None:
    jobs = [shell(name, "echo in; sleep 0.1; echo out") for name in ("a", "b", "c")]
    _codes, lines = run(jobs, width=1)
    assert lines == [f"{job.name} | {word}" for job in jobs for word in ("in", "out")]


def test_nothing_runs_beside_a_job_that_is_alone() -> None:
    jobs = [
        shell("a", "sleep 0.1; echo x"),
        shell("b", "echo in; sleep 0.2; echo out", alone=True),
        shell("c", "echo x"),
    ]
    _codes, lines = run(jobs)
    assert lines == ["a | x", "b | in", "b | out", "c | x"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_request_to_end_reaches_all_that_run(number: signal.Signals) -> None:
    script = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        env={**os.environ, "PYTHONPATH": str(SCRIPT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert script.stdout is not None
    there = sorted(script.stdout.readline() for _job in range(2))
    assert there == ["one  | there\n", "two  | there\n"]
    script.send_signal(number)
    ended, _errors = script.communicate(timeout=15)
    assert sorted(ended.split("\n")) == [
        "",
        "one  | asked to end",
        "two  | asked to end",
    ]
    assert script.returncode == 130


# --- the jobs of script/test ----------------------------------------------------------


def test_every_folder_is_in_one_lane_and_lanes_are_even() -> None:
    sizes = {Path("a"): 9, Path("b"): 5, Path("c"): 4, Path("d"): 3, Path("e"): 1}
    lanes = check.split(sizes, 2)
    assert sorted(folder for lane in lanes for folder in lane) == sorted(sizes)
    assert [sum(sizes[folder] for folder in lane) for lane in lanes] == [12, 10]


def test_no_lane_is_empty() -> None:
    assert check.split({Path("only"): 3}, 2) == [[Path("only")]]
    assert check.split({}, 2) == []


def test_everything_runs_and_system_tests_run_alone() -> None:
    jobs = check._all_jobs()
    assert {job.part for job in jobs} == {parts.TEMPLATE, *parts.PARTS}
    assert [job.name for job in jobs if job.alone] == ["system"]


def test_lanes_of_the_addon_tests_hold_every_addon() -> None:
    found = [word for job in check._addon_jobs() for word in job.command]
    for folder in addons.folders():
        assert found.count(f"addons/{folder.name}") == 1


def test_lanes_are_counted_as_one_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "LOGS", tmp_path)
    lane = Result("addons-1", passed=2, failures=["a"], skips=["b"], seconds=9)
    parts.result_path("addons-1").write_text(json.dumps(asdict(lane)))
    ended = {
        "addons-1": beside.Ended(1, began=10, ended=19),
        "addons-2": beside.Ended(-9, began=12, ended=25),
    }
    total = check._combine("addons", ended)
    assert (total.part, total.passed, total.seconds) == ("addons", 2, 15)
    assert total.failures == ["a", "addons-2: ended with -9"]
    assert total.skips == ["b"]
