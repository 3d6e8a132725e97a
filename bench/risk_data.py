"""Purchase histories for the benchmarks of client_risk, and the peers' word on them."""

import csv
import datetime as dt
import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import addon_tools  # noqa: F401  first: it stands in for the addons' packages

# isort: split
import numpy as np
from client_risk.tools.arrays import Floats
from client_risk.tools.business_time import BusinessTime, calendar_time
from client_risk.tools.history import Events, Histories, summarize

from ground import paths
from ground.console import Failure, say

HERE = Path(__file__).parent
PEERS = HERE / "risk_peers.py"
REQUIREMENTS = HERE / "requirements-risk.txt"
FOLDER = paths.DATA / "bench_risk"


@dataclass(frozen=True, slots=True)
class History:
    """A company's purchases, and the days after the first on which it is judged."""

    name: str
    title: str
    splits: tuple[int, ...]
    events: Events
    clients: int

    @property
    def first(self) -> int:
        """Ordinal of the first day."""
        return int(self.events.day.min())

    @property
    def last(self) -> int:
        """Ordinal of the last day."""
        return int(self.events.day.max())

    @property
    def ruler(self) -> BusinessTime:
        """Every day counts the same: neither company has closed days."""
        days = (self.first, self.last + 1)
        return calendar_time(*(dt.date.fromordinal(day) for day in days))

    def summary(self, today: int) -> Histories:
        """Return the histories by what was known on a day."""
        segment = np.zeros(self.clients, dtype=np.int64)
        return summarize(self.events, segment, today, self.ruler)

    @property
    def path(self) -> Path:
        """The file it was read from."""
        return FOLDER / f"{self.name}.csv"


def read_histories() -> list[History]:
    """Read CDNOW and Complete Journey, fetching them the first time."""
    _run_peers("export", str(FOLDER))
    return [
        _read("cdnow", "CDNOW", (273, 364, 455)),
        _read("journey", "Complete Journey", (152, 212, 272)),
    ]


def ask_peers(history: History, today: int, days: int) -> dict[str, Floats]:
    """Return by peer the purchases it expects of each client; nan of unknown ones."""
    answer = _run_peers("score", str(history.path), str(today), str(days))
    rows = list(csv.DictReader(io.StringIO(answer)))
    names = [name for name in rows[0] if name != "client"]
    scores = {name: np.full(history.clients, np.nan) for name in names}
    for row in rows:
        for name in names:
            scores[name][int(row["client"])] = float(row[name])
    return scores


def _read(name: str, title: str, splits: tuple[int, ...]) -> History:
    with (FOLDER / f"{name}.csv").open(newline="") as file:
        rows = [
            (int(row["client"]), int(row["day"]), float(row["amount"]))
            for row in csv.DictReader(file)
        ]
    events = Events.of(rows)
    return History(name, title, splits, events, int(events.client.max()) + 1)


def _run_peers(*arguments: str) -> str:
    """Run the peers' script in its environment, made when missing."""
    command = [str(_environment()), str(PEERS), *arguments]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode:
        raise Failure(f"The peers failed: {' '.join(arguments)}")
    return answer.stdout


def _environment() -> Path:
    """Return the Python of the peers' environment."""
    python = FOLDER / "venv" / "bin" / "python"
    stamp = FOLDER / "requirements.txt"
    wanted = REQUIREMENTS.read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    say("Fetching the purchase histories and the peers (about 150 MB, once)")
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(FOLDER / "venv")],
        [str(python), "-m", "pip", "install", "-q", "-r", str(REQUIREMENTS)],
    ):
        if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
            raise Failure("The peers could not be installed (see above).")
    stamp.write_text(wanted)
    return python
