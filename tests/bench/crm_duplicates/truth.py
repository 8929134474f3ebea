"""Records with their truth, read from CSV files: FEBRL's persons, or companies with a column of the true one."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from shared_layer.crm.matching.record import Record, record

COLUMNS = {
    "given": ("given_name", "first_name", "firstname"),
    "family": ("surname", "last_name", "lastname"),
    "company": ("site name", "company", "company_name", "name", "organisation", "organization"),
    "number": ("street_number",),
    "street": ("address_1", "address", "street"),
    "unit": ("address_2",),
    "city": ("suburb", "city"),
    "postcode": ("postcode", "zip", "zipcode", "zip_code"),
    "region": ("state",),
    "born": ("date_of_birth",),
    "phones": ("phone", "telephone"),
    "emails": ("email",),
}
TRUTHS = ("rec_id", "true id", "true_id", "cluster", "cluster_id", "unique_id")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Records, and which pairs of them are one."""

    records: list[Record]
    truth: set[tuple[int, int]]


def read(path: Path, columns: dict[str, str], truth: str | None) -> Labelled:
    """A CSV file; `columns` and `truth` name columns that are not found by themselves."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return labelled([_row(row) for row in csv.DictReader(file)], columns, truth, str(path))


def labelled(rows: list[dict[str, str]], columns: dict[str, str], truth: str | None, path: str) -> Labelled:
    """Rows with their truth; `path` is where they are from."""
    names = {field: _column(rows[0], (columns.get(field, "").lower(), *known)) for field, known in COLUMNS.items()}
    if names["given"] or names["family"]:
        names["company"] = columns.get("company", "").lower() or None
    true_column = _column(rows[0], ((truth or "").lower(), *TRUTHS))
    if true_column is None:
        raise SystemExit(f"{path}: name the column with the true entity by --truth")
    groups: dict[str, list[int]] = defaultdict(list)
    records = []
    for position, row in enumerate(rows):
        values: dict[str, object] = {field: row[name] for field, name in names.items() if name}
        for field in ("phones", "emails"):
            values[field] = [values[field]] if values.get(field) else []
        records.append(record(str(position), **values))
        groups[_entity(row[true_column])].append(position)
    return Labelled(records, {pair for group in groups.values() for pair in combinations(group, 2)})


def _row(row: dict[str, str]) -> dict[str, str]:
    return {(name or "").strip().lower(): (value or "").strip() for name, value in row.items() if name}


def _column(row: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name and name in row), None)


def _entity(value: str) -> str:
    """FEBRL writes `rec-12-org` and `rec-12-dup-0` for one person."""
    return "-".join(value.split("-")[:2]) if value.startswith("rec-") else value
