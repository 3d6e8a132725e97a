"""How well client_risk tells who will not buy, beside its peers in the same run.

    script/bench risk_quality [--quick] [--tools]

Judges two real purchase histories (CDNOW and Complete Journey) on several days each by
what was known that day, and compares with what was bought in the 90 days after. Peers:
Pareto/NBD and BG/NBD (lifetimes), days since the last purchase, silence in own mean
intervals. Then: the date of each purchase, foretold from those before it; calibration
before and after the back-test; flips of the status from day to day; the replay. Last,
CDNOW is lived through in Odoo: told through ``client.transaction.upsert`` day by day,
judged there, and held against the same peers (not with ``--tools``).
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import risk_data

# isort: split
import numpy as np
from client_risk.tools import replay
from client_risk.tools.arrays import Floats
from client_risk.tools.classify import Previous
from client_risk.tools.history import Histories, summarize
from client_risk.tools.judge import judge
from client_risk.tools.month import has_bought, last_days, measure_month
from client_risk.tools.priors import estimate
from client_risk.tools.quality import auc, calibration_error
from client_risk.tools.rhythm import buys_within, measure
from client_risk.tools.schedule import Frozen
from risk_data import History

from ground import environment, postgres, template
from ground.console import Failure, run_main, say

ODOO_JOBS = Path(__file__).with_name("risk_odoo_jobs.py")
HORIZON = 90
GROUPS = (2, 4)
OURS = "client_risk"
IN_ODOO = "client.profile"
MODELS = ("Pareto/NBD", "BG/NBD")
# Goals: how far below the models the AUC may be, and so on.
BELOW_MODELS = 0.01
MAX_ECE = 0.09
MAX_DATE_ERROR = {"CDNOW": 19.0, "Complete Journey": 1.8}
MAX_FLIPS = 0.3
FLIP_DAYS = 14
# Every day of so many is judged to count the flips.
DAYS_OF_FLIPS = 120


@dataclass(frozen=True, slots=True)
class Goal:
    """Something to reach: what was measured, and the limit it is held against."""

    text: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def is_reached(self) -> bool:
        if self.at_least:
            return self.value >= self.limit
        return self.value <= self.limit


# === WHO WILL NOT BUY ===


def compare(history: History, split: int) -> list[Goal]:
    """Print the AUC of every method on one day, and the calibration."""
    today = history.first + split
    histories, ours, ece = forecast(history, today)
    scores = {OURS: ours} | risk_data.ask_peers(history, today, HORIZON)
    scores |= simple_scores(history, histories, today)
    stopped = ~has_bought(history.events, history.clients, today, today + HORIZON)
    print(f"\n{history.title}, day {split}: AUC of who buys nothing in {HORIZON} days")
    found: dict[str, list[float]] = {}
    for name, score in scores.items():
        known = [histories.count >= least for least in GROUPS]
        found[name] = [auc(-score[rows], stopped[rows]) for rows in known]
        print(f"  {name:<24}" + "".join(f"{value:>9.4f}" for value in found[name]))
    print(f"  calibration error: {ece[0]:.3f}, after the back-test {ece[1]:.3f}")
    goals = [Goal(f"{history.title}, day {split}: ECE", ece[1], MAX_ECE)]
    return goals + auc_goals(history, split, found)


def auc_goals(
    history: History, split: int, found: dict[str, list[float]], ours: str = OURS
) -> list[Goal]:
    """Return the goals of one day: not far below the better model."""
    goals = []
    for group, least in enumerate(GROUPS):
        title = history.title if ours == OURS else ours
        text = f"{title}, day {split}: AUC from {least} purchases"
        model = max(found[name][group] for name in MODELS) - BELOW_MODELS
        goals.append(Goal(f"{text}, models - .01", found[ours][group], model, True))
    return goals


def forecast(
    history: History, today: int
) -> tuple[Histories, Floats, tuple[float, float]]:
    """Return histories, P_buy(90) with the default (a, b), and two calibration errors.

    Without and with the back-test, of the clients who bought twice at least.
    """
    segment = np.zeros(history.clients, dtype=np.int64)
    histories = summarize(history.events, segment, today, history.ruler)
    month = measure_month(history.events, segment, 1, today, history.ruler)
    bought = has_bought(history.events, history.clients, today, today + HORIZON)
    chances, errors = [], []
    for priors in (estimate(histories, 1), month.priors):
        rhythm = measure(histories, priors)
        chance = buys_within(np.array([float(HORIZON)]), histories.silence, rhythm)
        rows = histories.count >= GROUPS[0]
        chances.append(chance)
        errors.append(calibration_error(chance[rows], bought[rows]))
    return histories, chances[0], (errors[0], errors[1])


def simple_scores(
    history: History, histories: Histories, today: int
) -> dict[str, Floats]:
    """Return what people sort by without a model: the higher, the likelier to buy."""
    first = np.full(history.clients, np.nan)
    known = history.events.until(today)
    clients, rows = np.unique(known.client, return_index=True)
    first[clients] = known.day[rows]
    last = last_days(known, history.clients)
    with np.errstate(divide="ignore", invalid="ignore"):
        interval = (last - first) / (histories.count - 1)
        ratio = histories.silence / interval
    return {"days since last": -histories.silence, "silence / own mean": -ratio}


# === THE DATE ===


def foretell_dates(history: History) -> list[Goal]:
    """Print how far the foretold date of each purchase is off, in days.

    Every purchase with two gaps before it is foretold from these, with the priors of
    the middle split; own median and mean from the same gaps, the company's mean from
    all gaps until the split.
    """
    events = history.events
    split = history.first + history.splits[1]
    same = events.client[1:] == events.client[:-1]
    gap = np.where(same, np.diff(events.day), 0)
    known = estimate(history.summary(split), 1)[0]
    company = gap[same & (events.day[1:] <= split)].mean()
    errors: dict[str, list[float]] = {}
    own: list[float] = []
    for row, days in enumerate(gap.tolist()):
        if not days:
            own = []
            continue
        if len(own) >= GROUPS[0]:
            period = np.exp((np.log(own).sum() + known.log_period) / (len(own) + 1))
            guesses = {
                OURS: period,
                "own median": float(np.median(own)),
                "own mean": float(np.mean(own)),
                "company's mean": company,
            }
            for name, guess in guesses.items():
                errors.setdefault(name, []).append(abs(guess - days))
                if events.day[row + 1] > split:
                    errors.setdefault(f"{name} (later)", []).append(abs(guess - days))
        own.append(float(days))
    return show_dates(history, errors)


def show_dates(history: History, errors: dict[str, list[float]]) -> list[Goal]:
    print(f"\n{history.title}: median error of the foretold date, days")
    print(f"  {'':<24}{'all':>9}{'after day ' + str(history.splits[1]):>16}")
    for name in (OURS, "own median", "own mean", "company's mean"):
        medians = [np.median(errors[key]) for key in (name, f"{name} (later)")]
        print(f"  {name:<24}{medians[0]:>9.1f}{medians[1]:>16.1f}")
    error = float(np.median(errors[OURS]))
    return [Goal(f"{history.title}: date error", error, MAX_DATE_ERROR[history.title])]


# === IN ODOO ===


def live_in_odoo(history: History, splits: tuple[int, ...]) -> list[Goal]:
    """Tell the history to Odoo, day by day, and print how well it judged."""
    days = [history.first + split for split in splits]
    say(f"{history.title} is told to Odoo, day by day")
    with postgres.running() as pg, template.copy(pg, "bench_risk_quality") as database:
        answer = subprocess.run(
            [sys.executable, str(ODOO_JOBS), database, history.path, json.dumps(days)],
            env=environment.complete(pg),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    if answer.returncode:
        raise Failure("Odoo did not live the history through.")
    told = json.loads(answer.stdout.splitlines()[-1])
    goals: list[Goal] = []
    for split, day in zip(splits, days, strict=True):
        goals += compare_odoo(history, split, told["nights"][str(day)])
    return goals + check_dates_of_odoo(history, told["forecasts"])


def compare_odoo(
    history: History, split: int, night: list[tuple[int, int, float]]
) -> list[Goal]:
    """Print the AUC of what ``client.profile`` said one night, and the calibration."""
    today = history.first + split
    count = np.zeros(history.clients, dtype=np.int64)
    chance = np.full(history.clients, np.nan)
    for client, purchases, value in night:
        count[client], chance[client] = purchases, value
    bought = has_bought(history.events, history.clients, today, today + HORIZON)
    scores = {IN_ODOO: chance} | risk_data.ask_peers(history, today, HORIZON)
    print(f"\n{history.title} in Odoo, day {split}: AUC of who buys nothing")
    found: dict[str, list[float]] = {}
    for name, score in scores.items():
        known = [count >= least for least in GROUPS]
        found[name] = [auc(-score[rows], ~bought[rows]) for rows in known]
        print(f"  {name:<24}" + "".join(f"{value:>9.4f}" for value in found[name]))
    rows = count >= GROUPS[0]
    error = calibration_error(chance[rows], bought[rows])
    print(f"  calibration error: {error:.3f}")
    goals = auc_goals(history, split, found, IN_ODOO)
    return [*goals, Goal(f"{IN_ODOO}, day {split}: ECE", error, MAX_ECE)]


def check_dates_of_odoo(
    history: History, forecasts: list[tuple[int, int, int]]
) -> list[Goal]:
    """Print how far the days are off that Odoo foretold when somebody bought."""
    events = history.events
    places = {
        (client, day): row
        for row, (client, day) in enumerate(
            zip(events.client.tolist(), events.day.tolist(), strict=True)
        )
    }
    errors = []
    for client, day, foretold in forecasts:
        following = places[client, day] + 1
        if following < len(events.day) and events.client[following] == client:
            errors.append(abs(foretold - int(events.day[following])))
    error = float(np.median(errors))
    print(f"\n{history.title} in Odoo: median error of the date {error:.1f} days")
    print(f"  of {len(errors):,} purchases that were foretold on the day of the last")
    limit = MAX_DATE_ERROR[history.title]
    return [Goal(f"{IN_ODOO}: date error", error, limit)]


# === FLIPS AND REPLAY ===


def count_flips(history: History) -> list[Goal]:
    """Judge every client every day, the month frozen, and count what is taken back."""
    segment = np.zeros(history.clients, dtype=np.int64)
    start = history.first + history.splits[1]
    empty = np.zeros(history.clients, dtype=np.int64)
    previous, frozen = Previous.none(history.clients), Frozen(*[empty] * 4)
    before = left = np.full(history.clients, -1, dtype=np.int64)
    left_on, bought_on, flips = empty, empty, 0
    started = time.perf_counter()
    for day in range(start, start + DAYS_OF_FLIPS):
        if (day - start) % 30 == 0:
            month = measure_month(history.events, segment, 1, day, history.ruler)
        clients = replay.build_clients(
            history.events, segment, day, month, (previous, frozen)
        )
        verdicts = judge(clients, month, day)
        bought_on = np.where(verdicts.last != previous.last, day, bought_on)
        changed = (verdicts.status != previous.status) & (previous.status >= 0)
        back = changed & (verdicts.status == left) & (day - left_on <= FLIP_DAYS)
        flips += int((back & (bought_on < left_on)).sum())
        before = previous.status
        left = np.where(changed, before, left)
        left_on = np.where(changed, day, left_on)
        previous = replay.remember(verdicts, previous, day)
        frozen = verdicts.frozen
    seconds = (time.perf_counter() - started) / DAYS_OF_FLIPS
    active = int((previous.count > 0).sum())
    rate = flips / active / DAYS_OF_FLIPS * 365
    print(f"\n{history.title}: {active:,} clients judged daily, {seconds:.2f} s a day")
    total = int(np.bincount(verdicts.status).sum())
    return [
        Goal(f"{history.title}: flips per client and year", rate, MAX_FLIPS),
        Goal(f"{history.title}: clients without a class", history.clients - total, 0),
    ]


def show_replay(history: History) -> None:
    """Print the replay of the months that are decided."""
    segment = np.zeros(history.clients, dtype=np.int64)
    start = history.first + history.splits[0]
    days = list(range(start, history.last - HORIZON, 30))
    found = replay.run(history.events, segment, 1, days, history.ruler, managers=10)
    print(f"\n{history.title}: replay of {len(days)} months, ten managers")
    for score in (found.risk, *found.scores):
        cells = [score.precision, score.recall, score.warning_days]
        texts = ["-" if cell is None else f"{cell:.2f}" for cell in cells]
        print(f"  {score.name:<14}{score.named:>8}" + "".join(f"{t:>8}" for t in texts))
    print(
        f"  alerts per manager and week {found.alerts_per_week:.1f}, "
        f"sales lost to waiting {100 * found.waiting_share:.1f} %"
    )


def show_goals(goals: list[Goal]) -> None:
    print("\nGoals")
    for goal in goals:
        sign = ">=" if goal.at_least else "<="
        state = "reached" if goal.is_reached else "NOT REACHED"
        print(f"  {state:<12}{goal.text:<60}{goal.value:>8.3f} {sign} {goal.limit:.3f}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one day of each history")
    parser.add_argument("--tools", action="store_true", help="nothing in Odoo")
    options = parser.parse_args(arguments)
    goals: list[Goal] = []
    histories = risk_data.read_histories()
    for history in histories:
        splits = history.splits[1:2] if options.quick else history.splits
        for split in splits:
            goals += compare(history, split)
        goals += foretell_dates(history)
        goals += count_flips(history)
        show_replay(history)
    if not options.tools:
        cdnow = histories[0]
        splits = cdnow.splits[1:2] if options.quick else cdnow.splits
        goals += live_in_odoo(cdnow, splits)
    show_goals(goals)
    return 0


if __name__ == "__main__":
    run_main(main)
