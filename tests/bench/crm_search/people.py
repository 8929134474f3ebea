"""Contacts with names as they are spread among people: few common ones, many rare ones."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from shared_layer.crm.contact import StoredContact
from shared_layer.crm.normalising import complete

NAMES: Final = Path(__file__).parents[2] / "data" / "contacts" / "names.csv"
START: Final = datetime(2024, 1, 1, tzinfo=UTC)
_FIELDS_APART: Final = 1_000_003


@cache
def _names() -> list[tuple[str, str]]:
    with NAMES.open(encoding="utf-8", newline="") as file:
        return [(row["given"], row["family"]) for row in csv.DictReader(file)]


def people(start: int, stop: int, seed: int = 7) -> Iterator[StoredContact]:
    """The contacts with these numbers, each the same whoever asks; the first of all is Zaphod Quixote of Zymurgy, whom
    nobody else is like.
    """
    return (_person(number, random.Random(seed * _FIELDS_APART + number)) for number in range(start, stop))


def stored(start: int, stop: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Ids and fields of the contacts with these numbers."""
    return ((contact.id, contact.model_dump()) for contact in people(start, stop))


def _person(number: int, chance: random.Random) -> StoredContact:
    names = _names()
    given, family = chance.choice(names)[0], chance.choice(names)[1]
    company = f"{chance.choice(names)[1].title()} {chance.choice(('Labs', 'Partners', 'Trading', 'Media'))}"
    if number == 0:
        given, family, company = "Zaphod", "Quixote", "Zymurgy"
    moment = START + timedelta(seconds=number)
    return complete(
        StoredContact(
            id=f"con_{chance.getrandbits(80):020x}", source="import", created_by="bench", created_at=moment,
            updated_at=moment, given_name=given.title(), family_name=family.title(), company=company,
            emails=[f"{given}.{family}.{number}@{company.split()[0].lower()}.example"],
            phones=[f"+1202{5550000 + number % 1_000_000:07}"], owner=f"owner-{number % 20}",
            stage=("lead", "prospect", "customer")[number % 3], tags=[f"tag{number % 50}"], score=number % 101,
            last_contacted_us=int(moment.timestamp() * 1_000_000),
        )
    )  # fmt: skip
