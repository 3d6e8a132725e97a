"""What the benchmark of matching measures: each job in a process of its own.

    python matching_jobs.py ours FILE COLUMNS        also writes our normalised columns
    python matching_jobs.py alone FILE COLUMNS       one card of each client
    python matching_jobs.py splink FILE COLUMNS      reads them, as pg_trgm does
    python matching_jobs.py pg_trgm FILE COLUMNS DATABASE

The last line that a job prints is JSON: seconds, peak memory, quality.
"""

import csv
import json
import resource
import sys
import time
import zlib
from pathlib import Path
from types import ModuleType
from typing import Any

from matching_data import (
    Link,
    Row,
    best_closure,
    country_of,
    hard_negatives,
    judge,
    one_of_each,
    precision_from,
    read_rows,
)

Figures = dict[str, Any]

COLUMNS = (
    *("unique_id", "first", "second", "third", "name"),
    *("phone", "phone2", "email", "tax_id"),
    *("city", "zip", "street", "house", "rest", "branch", "birthdate"),
)
PROBABLE = 3.0
_NAME_BEGINS = "substr(name, 1, 6)"
LOOK_UPS = 200
MOST_ROWS = 4000
# From so many cards on only the scan itself is measured.
HUGE = 200_000


# === OURS ===


def ours(path: Path, columns: Path) -> Figures:
    """Scan the cards; normalising is measured apart, and so is what is looked up.

    The rows of the file are let go before and read again to judge: they are no part of
    the memory that a scan takes.
    """
    _stand_in_for_addon()
    from client_base.tools.duplicates.cards import Normalizer
    from client_base.tools.duplicates.scan import find_duplicates

    rows = read_rows(path)
    cards, country, count = [_card(row) for row in rows], country_of(rows), len(rows)
    del rows
    started, cpu = time.perf_counter(), time.process_time()
    forms = Normalizer(country).normalize_all(cards)
    normalized = time.perf_counter()
    del cards
    found = find_duplicates(forms)
    ended, cpu = time.perf_counter(), time.process_time() - cpu
    peak = _peak_mb()
    rows = read_rows(path)
    links = [(pair.left, pair.right, pair.score) for pair in found.pairs]
    figures = judge(rows, found.clusters) | {
        "cards": count,
        "normalize": normalized - started,
        "seconds": ended - started,
        "cpu": cpu,
        "peak_mb": peak,
        "precision_probable": precision_from(rows, links, PROBABLE),
        "proposed": sum(score >= 0 for _, _, score in links),
        "hard": hard_negatives(rows, found.clusters),
    }
    if count >= HUGE:
        return figures
    _write_columns(forms, columns)
    figures |= _look_up(forms, found) | _round_trip(rows, forms)
    # Another base has been scanned in between: it must leave no trace.
    again = find_duplicates(reversed(forms))
    return figures | {"same_again": _told(again) == _told(found)}


def alone(path: Path, _columns: Path) -> Figures:
    """Scan one card of each client: whatever is proposed is wrong."""
    _stand_in_for_addon()
    from client_base.tools.duplicates.cards import Normalizer
    from client_base.tools.duplicates.scan import PROPOSED, find_duplicates

    rows = read_rows(path)
    cards = [_card(row) for row in one_of_each(rows)]
    found = find_duplicates(Normalizer(country_of(rows)).normalize_all(cards))
    proposed = sum(pair.score >= PROPOSED for pair in found.pairs)
    return {"cards": len(cards), "proposed": proposed}


def _told(found: Any) -> tuple[Any, ...]:
    """Return all that a scan has found."""
    told = found.pairs, found.clusters, found.weights.to_json()
    return *told, found.frequencies.to_bytes()


def _look_up(forms: list[Any], found: Any) -> Figures:
    """Measure looking up cards one by one, keys held in a dictionary."""
    from client_base.tools.duplicates.keys import key_cap, stored_keys
    from client_base.tools.duplicates.lookup import choose_candidates, score_card

    holders: dict[int, list[int]] = {}
    for key, card_id in stored_keys(forms):
        holders.setdefault(key, []).append(card_id)
    by_id = {form.id: form for form in forms}
    asked = forms[:: max(len(forms) // LOOK_UPS, 1)][:LOOK_UPS]
    started = time.perf_counter()
    for form in asked:
        keys = {key for key, _ in stored_keys([form])}
        near = {key: holders[key][: key_cap(key) + 1] for key in keys}
        chosen = [by_id[card_id] for card_id in choose_candidates(near)]
        score_card(form, chosen, found.weights, found.frequencies)
    spent = time.perf_counter() - started
    count = sum(map(len, holders.values()))
    return {"look_up_ms": 1000 * spent / len(asked), "keys": count}


def _round_trip(rows: list[Row], forms: list[Any]) -> Figures:
    """Bring cards in as rows of a file; a row is written where the match is sure."""
    from client_base.tools.duplicates.lookup import choose_match, find_for_rows
    from client_base.tools.duplicates.scan import find_duplicates

    truth = {int(row["id"]): row["ent"] for row in rows}
    base, incoming = _split(forms, truth)
    known = {truth[form.id] for form in base}
    found = find_duplicates(base)
    started = time.perf_counter()
    answers = find_for_rows(incoming, base, found.frequencies)
    spent = time.perf_counter() - started
    updates = wrong = 0
    for form in incoming:
        choice = choose_match(answers[form.id])
        if choice.kind == "sure":
            updates += 1
            wrong += truth[choice.other(form.id)] != truth[form.id]
    to_update = sum(truth[form.id] in known for form in incoming)
    return {
        "wrong": wrong / len(incoming),
        "known_updated": (updates - wrong) / max(to_update, 1),
        "seconds_1000": 1000 * spent / len(incoming),
    }


def _split(forms: list[Any], truth: dict[int, str]) -> tuple[list[Any], list[Any]]:
    """Return the base, the first card of two thirds of the clients, and the rows.

    Rows are their other cards, and the first card of the other clients, the new ones.
    """
    base, incoming = [], []
    seen: set[str] = set()
    for form in forms:
        client = truth[form.id]
        is_new = zlib.crc32(client.encode()) % 3 == 0
        if client not in seen:
            (incoming if is_new else base).append(form)
        elif not is_new:
            incoming.append(form)
        seen.add(client)
    # Spread over the whole file: the first cards of a large one are of new clients.
    count = min(MOST_ROWS, len(incoming))
    return base, [incoming[at * len(incoming) // count] for at in range(count)]


def _card(row: Row) -> Any:
    from client_base.tools.duplicates.cards import Card

    return Card(
        id=int(row["id"]),
        name=row["name"],
        is_company=row.get("is_company") == "1",
        phones=tuple(filter(None, (row.get("phone"), row.get("phone2")))),
        emails=tuple(filter(None, (row.get("email"),))),
        tax_id=row.get("vat", ""),
        street=row.get("street", ""),
        city=row.get("city", ""),
        zip=row.get("zip", ""),
        birthdate=row.get("extra", ""),
    )


def _stand_in_for_addon() -> None:
    """Let the tools be imported without the models of the addon."""
    folder = Path(__file__).resolve().parents[1] / "addons" / "client_base"
    module = ModuleType("client_base")
    module.__path__ = [str(folder)]
    sys.modules["client_base"] = module


def _write_columns(forms: list[Any], path: Path) -> None:
    """Write our normal forms, for peers that have none of their own."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for form in forms:
            words = sorted(form.name.tokens, key=lambda word: (-len(word), word))
            first, second, third, *_ = [*words, "", "", ""]
            phone, phone2, *_ = [*form.phones, "", ""]
            email = form.emails[0] if form.emails else ""
            writer.writerow(
                (
                    *(form.id, first, second, third, " ".join(sorted(words))),
                    *(phone, phone2, email, form.tax_id, form.city, form.zip),
                    *(form.street_joined, form.house),
                    form.name.patronymic or form.name.initials,
                    form.name.branch or form.name.place,
                    form.birthdate,
                )
            )


# === PEERS ===


def splink(path: Path, columns: Path) -> Figures:
    """Train splink without labels and predict; the threshold is an oracle's.

    So is the choice of what it compares: on some sets it does better with two words of
    a name alone, on others with three, and the whole name beside them.
    """
    import pandas as pd

    frame = pd.read_csv(columns, dtype=str)
    rows = read_rows(path)
    fewer = frame.drop(columns=["third"])
    found = [
        _run_splink(rows, fewer, hidden={"name"}),
        _run_splink(rows, frame, hidden=set()),
    ]
    return max(found, key=lambda figures: float(figures["f1"]))


def _run_splink(rows: list[Row], frame: Any, hidden: set[str]) -> Figures:
    """Measure splink on columns; by the ``hidden`` ones no cards are compared."""
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    # Columns that nothing is known in teach nothing, and splink stops at them.
    filled = {name for name in frame if frame[name].notna().any()} | {_NAME_BEGINS}
    started, cpu = time.perf_counter(), time.process_time()
    settings = _splink_settings(filled, hidden)
    linker = Linker(DuckDBAPI().register(frame), settings, log_level=40)
    _train(linker, filled)
    predicted = linker.inference.predict(threshold_match_weight=-8)
    table = predicted.as_pandas_dataframe()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    names = ("unique_id_l", "unique_id_r", "match_weight")
    links: list[Link] = [
        (int(left), int(right), float(weight))
        for left, right, weight in zip(*(table[name] for name in names), strict=True)
    ]
    best = best_closure(rows, links, range(-8, 41))
    return best | {"seconds": seconds, "cpu": cpu, "peak_mb": _peak_mb()}


def _splink_settings(filled: set[str], hidden: set[str]) -> Any:
    from splink import SettingsCreator

    rules = [
        *(("phone",), ("phone2",), ("email",), ("tax_id",), ("first", "second")),
        *(("first", "city"), ("second", "city"), ("street", "house")),
        *((_NAME_BEGINS, "city"), ("first", "birthdate"), ("second", "birthdate")),
        *(("first", "third"), ("second", "third")),
    ]
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=_rules(filled, *rules),
        comparisons=_splink_comparisons(filled - hidden),
    )


def _rules(filled: set[str], *rules: tuple[str, ...]) -> list[Any]:
    """Return the blocking rules of whose columns something is known."""
    from splink import block_on

    return [block_on(*names) for names in rules if filled.issuperset(names)]


def _splink_comparisons(filled: set[str]) -> list[Any]:
    from splink import comparison_library as library

    by_frequency = {
        **{
            name: library.JaroWinklerAtThresholds(name, [0.92, 0.8])
            for name in ("first", "second", "third")
        },
        "name": library.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.8]),
        "phone": library.LevenshteinAtThresholds("phone", 1),
        "email": library.LevenshteinAtThresholds("email", 2),
        "birthdate": library.LevenshteinAtThresholds("birthdate", [1, 2]),
        **{name: library.ExactMatch(name) for name in ("tax_id", "city", "zip")},
    }
    plain = {
        "street": library.JaroWinklerAtThresholds("street", [0.9]),
        **{name: library.ExactMatch(name) for name in ("rest", "branch", "house")},
    }
    return [
        x.configure(term_frequency_adjustments=True)
        for name, x in by_frequency.items()
        if name in filled
    ] + [comparison for name, comparison in plain.items() if name in filled]


def _train(linker: Any, filled: set[str]) -> None:
    training = linker.training
    sure = [("phone", "first"), ("tax_id", "first"), ("birthdate", "first")]
    training.estimate_probability_two_random_records_match(
        _rules(filled, *sure) or _rules(filled, ("first", "second", "street")),
        recall=0.5,
    )
    training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
    known = [("phone",), ("first", "second"), ("email",), ("birthdate",)]
    rules = _rules(filled, *known)
    if len(rules) == 1:  # the names themselves have to be learnt by something
        rules += _rules(filled, ("street", "house"))
    for rule in rules:
        training.estimate_parameters_using_expectation_maximisation(rule)


def pg_trgm(path: Path, columns: Path, database: str) -> Figures:
    """Join the names by trigrams; equal contacts add to the similarity."""
    import psycopg2

    with psycopg2.connect(dbname=database) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute(
            "CREATE TEMP TABLE card (unique_id int, "
            + ", ".join(f"{name} text" for name in COLUMNS[1:])
            + ")"
        )
        with columns.open(encoding="utf-8") as file:
            cursor.copy_expert("COPY card FROM STDIN CSV HEADER", file)
        started = time.perf_counter()
        cursor.execute("CREATE INDEX ON card USING gin (name gin_trgm_ops)")
        cursor.execute("ANALYZE card")
        cursor.execute("SET pg_trgm.similarity_threshold = 0.6")
        cursor.execute(
            "SELECT a.unique_id, b.unique_id, similarity(a.name, b.name)"
            " + CASE WHEN a.phone = b.phone THEN 0.5 ELSE 0 END"
            " + CASE WHEN a.email = b.email THEN 0.5 ELSE 0 END"
            " + CASE WHEN a.tax_id = b.tax_id THEN 0.5 ELSE 0 END"
            " + CASE WHEN a.birthdate = b.birthdate THEN 0.5 ELSE 0 END"
            " + CASE WHEN a.city = b.city THEN 0.2 ELSE 0 END"
            " FROM card a JOIN card b ON a.name % b.name AND a.unique_id < b.unique_id"
        )
        links = [(left, right, float(score)) for left, right, score in cursor]
        seconds = time.perf_counter() - started
    thresholds = [step / 20 for step in range(12, 52)]
    best = best_closure(read_rows(path), links, thresholds)
    return best | {"seconds": seconds, "cpu": 0.0, "peak_mb": 0.0}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(job: str, path: str, columns: str, *rest: str) -> None:
    jobs = {"ours": ours, "alone": alone, "splink": splink, "pg_trgm": pg_trgm}
    figures = jobs[job](Path(path), Path(columns), *rest)
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
