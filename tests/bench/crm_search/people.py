"""Contacts with names as they are spread among people: few common ones, many rare ones."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared_layer.crm.contact import StoredContact
from shared_layer.crm.normalising import complete

NAMES = Path(__file__).parents[2] / "data" / "contacts" / "names.csv"
START = datetime(2026, 1, 1, tzinfo=UTC)


def people(count: int, seed: int = 7) -> Iterator[StoredContact]:
    """`count` contacts, the same for a seed; the first is Zaphod Quixote of Zymurgy, whom nobody else is like."""
    chance = random.Random(seed)
    with NAMES.open(encoding="utf-8", newline="") as file:
        names = [(row["given"], row["family"]) for row in csv.DictReader(file)]
    for number in range(count):
        given, family = chance.choice(names)[0], chance.choice(names)[1]
        company = f"{chance.choice(names)[1].title()} {chance.choice(('Labs', 'Partners', 'Trading', 'Media'))}"
        if number == 0:
            given, family, company = "Zaphod", "Quixote", "Zymurgy"
        moment = START + timedelta(seconds=number)
        yield complete(
            StoredContact(
                id=f"con_{chance.getrandbits(80):020x}", source="import", created_by="bench", created_at=moment,
                updated_at=moment, given_name=given.title(), family_name=family.title(), company=company,
                emails=[f"{given}.{family}.{number}@{company.split()[0].lower()}.example"],
                phones=[f"+1202{5550000 + number % 1_000_000:07}"], owner=f"owner-{number % 20}",
                stage=("lead", "prospect", "customer")[number % 3], tags=[f"tag{number % 50}"], score=number % 101,
                last_contacted_us=int(moment.timestamp() * 1_000_000),
            )
        )  # fmt: skip
