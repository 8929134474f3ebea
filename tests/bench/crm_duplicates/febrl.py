"""Persons with duplicates as FEBRL's generator makes them, from this repository's own lists.

Its data sets 3 and 4 are not shipped here; their parameters and the probabilities of each kind of error are documented:
P. Christen, Freely extensible biomedical record linkage, `dsgen/README.txt` and `dsgen/generate.py` (ANU, 2005).
Misspellings come from its tables there; here from rules that spell a word as it sounds.
"""

from __future__ import annotations

import csv
import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parents[2] / "data" / "contacts"
Row = dict[str, str]

FIELDS: Final = {
    "given_name": 0.10, "surname": 0.15, "street_number": 0.10, "address_1": 0.10, "address_2": 0.10, "suburb": 0.10,
    "postcode": 0.05, "state": 0.05, "date_of_birth": 0.10,
}  # fmt: skip
"""How likely a modification is in a field. The national id, which is left out, has .05 more."""

KINDS: Final = ("misspell", "insert", "delete", "substitute", "transpose", "value", "words", "split", "join", "miss")
ERRORS: Final = {
    "given_name": (0.30, 0.05, 0.15, 0.35, 0.05, 0.02, 0.02, 0.01, 0.01, 0.02),
    "surname": (0.30, 0.10, 0.10, 0.35, 0.04, 0.02, 0.02, 0.01, 0.02, 0.02),
    "street_number": (0.0, 0.10, 0.15, 0.60, 0.05, 0.05, 0.01, 0.0, 0.0, 0.02),
    "address_1": (0.0, 0.10, 0.15, 0.55, 0.05, 0.02, 0.03, 0.02, 0.03, 0.04),
    "address_2": (0.0, 0.04, 0.04, 0.10, 0.02, 0.03, 0.04, 0.02, 0.01, 0.60),
    "suburb": (0.40, 0.10, 0.15, 0.22, 0.04, 0.01, 0.02, 0.02, 0.02, 0.01),
    "postcode": (0.0, 0.0, 0.0, 0.35, 0.60, 0.03, 0.0, 0.0, 0.0, 0.01),
    "state": (0.0, 0.10, 0.10, 0.55, 0.02, 0.03, 0.0, 0.0, 0.0, 0.10),
    "date_of_birth": (0.0, 0.0, 0.0, 0.50, 0.30, 0.05, 0.0, 0.0, 0.0, 0.10),
}
SWAPS: Final = {("address_1", "address_2"): 0.02, ("given_name", "surname"): 0.05, ("postcode", "suburb"): 0.01}
HEARD: Final = (
    ("ph", "f"), ("y", "i"), ("i", "y"), ("ck", "k"), ("c", "k"), ("k", "c"), ("ie", "ei"), ("ee", "ea"), ("z", "s"),
    ("th", "t"), ("ll", "l"), ("l", "ll"), ("nn", "n"), ("n", "nn"), ("e", ""), ("er", "ar"), ("oo", "u"), ("ae", "ay"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataSet:
    """`duplicates` counts originals by how many duplicates they have; at most `per_field` and `per_record` errors."""

    name: str
    duplicates: dict[int, int]
    per_field: int
    per_record: int


SETS: Final = (
    DataSet("as FEBRL 1", {1: 500}, 1, 1),
    DataSet("as FEBRL 2", {5: 10, 4: 37, 3: 97, 2: 182, 1: 147, 0: 3527}, 2, 2),
    DataSet("as FEBRL 3", {5: 178, 4: 184, 3: 188, 2: 233, 1: 344, 0: 873}, 4, 6),
    DataSet("as FEBRL 4", {1: 5000}, 2, 4),
)


def made(wanted: DataSet, seed: int = 11) -> list[Row]:
    """The records of a data set, the true person in `rec_id`."""
    chance, pools = random.Random(f"{seed} {wanted.name}"), _pools()
    rows: list[Row] = []
    number = 0
    for copies, originals in wanted.duplicates.items():
        for _ in range(originals):
            row = _person(chance, pools)
            rows.append({"rec_id": f"rec-{number}-org", **row})
            for copy in range(copies):
                rows.append({"rec_id": f"rec-{number}-dup-{copy}", **_modified(row, wanted, chance, pools)})
            number += 1
    chance.shuffle(rows)
    return rows


def _pools() -> dict[str, list[str]]:
    """The values of each field, as often as they occur: a common name is common."""
    with (DATA / "names.csv").open(encoding="utf-8", newline="") as file:
        names = list(csv.DictReader(file))
    with (DATA / "persons.csv").open(encoding="utf-8", newline="") as file:
        rows = [{name.strip(): value.strip() for name, value in row.items()} for row in csv.DictReader(file)]
    pools = {field: [row[field] for row in rows] for field in FIELDS if field in rows[0]}
    return pools | {"given_name": [one["given"] for one in names], "surname": [one["family"] for one in names]}


def _person(chance: random.Random, pools: dict[str, list[str]]) -> Row:
    born = date(1900, 1, 1) + timedelta(days=chance.randrange(36_524))
    row = {field: chance.choice(pool) for field, pool in pools.items()}
    known = row["date_of_birth"] != ""
    return row | {"date_of_birth": f"{born:%Y%m%d}" if known else ""}


def _modified(row: Row, wanted: DataSet, chance: random.Random, pools: dict[str, list[str]]) -> Row:
    row, done = dict(row), dict.fromkeys(FIELDS, 0)
    for (one, other), likely in SWAPS.items():
        if chance.random() < likely and wanted.per_record > 1:
            row[one], row[other] = row[other], row[one]
            done[one] = done[other] = 1
    for _ in range(chance.randint(1, wanted.per_record)):
        free = [field for field in FIELDS if done[field] < wanted.per_field]
        [field] = chance.choices(free, [FIELDS[one] for one in free])
        done[field] += 1
        if not row[field]:
            row[field] = chance.choice(pools[field]) if chance.random() < 0.05 and field in pools else ""
            continue
        [kind] = chance.choices(KINDS, ERRORS[field])
        letters = string.digits if row[field].isdigit() else string.ascii_lowercase
        row[field] = _FAULTS[kind](row[field], letters, chance, pools.get(field, [row[field]]))
    return row


Fault = Callable[[str, str, random.Random, list[str]], str]


def _misspell(text: str, _: str, chance: random.Random, __: list[str]) -> str:
    fitting = [(spelled, heard) for spelled, heard in HEARD if spelled in text]
    spelled, heard = chance.choice(fitting) if fitting else ("", "")
    return text.replace(spelled, heard, 1) if fitting else text


def _insert(text: str, letters: str, chance: random.Random, _: list[str]) -> str:
    place = chance.randint(0, len(text))
    return text[:place] + chance.choice(letters) + text[place:]


def _delete(text: str, _: str, chance: random.Random, __: list[str]) -> str:
    place = chance.randrange(len(text))
    return text[:place] + text[place + 1 :]


def _substitute(text: str, letters: str, chance: random.Random, _: list[str]) -> str:
    place = chance.randrange(len(text))
    return text[:place] + chance.choice(letters) + text[place + 1 :]


def _transpose(text: str, _: str, chance: random.Random, __: list[str]) -> str:
    place = chance.randrange(max(1, len(text) - 1))
    return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def _words(text: str, _: str, chance: random.Random, __: list[str]) -> str:
    words = text.split()
    chance.shuffle(words)
    return " ".join(words)


_FAULTS: Final[dict[str, Fault]] = {
    "misspell": _misspell,
    "insert": _insert,
    "delete": _delete,
    "substitute": _substitute,
    "transpose": _transpose,
    "value": lambda text, _, chance, pool: chance.choice(pool),
    "words": _words,
    "split": lambda text, _, chance, __: _insert(text, " ", chance, []),
    "join": lambda text, *_: text.replace(" ", "", 1),
    "miss": lambda *_: "",
}
