"""The aggregates that reports read: of each day, its paths with count and revenue, and what was spent.

A day is 8 documents, by a hash of the person, for one document takes about one write a second. Numbers are only ever
added to them, so that no writer waits for another.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from shared_layer.attribution.event import stored_id
from shared_layer.attribution.rows import Row, Step, path_steps
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_collection, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference, DocumentSnapshot

COLLECTION: Final = "attribution_days"
SHARDS: Final = 8

Facts = dict[Row, Counter[str]]


class Path(NamedTuple):
    """Persons that came alike: `conversion` is empty where they did not convert. `micros` by currency."""

    conversion: str
    steps: list[Step]
    times: int
    micros: dict[str, int]


class Days(NamedTuple):
    """What the days of a period hold; `spend` by channel and currency, in millionths."""

    paths: list[Path]
    spend: dict[str, dict[str, int]]


class Ledger:
    """The difference that a unit of work makes to the days: gathered, then staged, each document once."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, int], dict[Row, Counter[str]]] = {}
        self._spend: dict[tuple[str, int], dict[str, Counter[str]]] = {}

    def change(self, person_id: str, before: Facts, after: Facts) -> None:
        """Note what a person's rows were and are now."""
        shard = _shard(person_id)
        for sign, facts in ((-1, before), (1, after)):
            for row, amounts in facts.items():
                kept = self._rows.setdefault((row.day, shard), {}).setdefault(row, Counter())
                for name, number in amounts.items():
                    kept[name] += sign * number

    def spend(self, event_id: str, day: str, channel: str, currency: str, micros: int) -> None:
        """Note money that was spent (or, negative, is taken back)."""
        self._spend.setdefault((day, _shard(event_id)), {}).setdefault(channel, Counter())[currency] += micros

    def stage(self, unit: Unit) -> None:
        """Stage all differences that are none of nothing."""
        for day, shard in sorted({*self._rows, *self._spend}):
            rows = {
                stored_id(row.conversion, row.path)[:16]: _increments(amounts, conversion=row.conversion, path=row.path)
                for row, amounts in self._rows.get((day, shard), {}).items()
                if any(amounts.values())
            }
            spend = {
                stored_id(channel)[:16]: _increments(amounts, channel=channel)
                for channel, amounts in self._spend.get((day, shard), {}).items()
                if any(amounts.values())
            }
            told = {name: value for name, value in (("rows", rows), ("spend", spend)) if value}
            if told:
                unit.merge(day_document(unit.tenant_id, day, shard), {"day": day, **told})


def _increments(amounts: Counter[str], **named: str) -> dict[str, Any]:
    from google.cloud.firestore import Increment

    told: dict[str, Any] = dict(named)
    money = {name: Increment(number) for name, number in amounts.items() if name != "count" and number}
    if amounts["count"]:
        told["count"] = Increment(amounts["count"])
    if money:
        told["micros"] = money
    return told


def day_document(tenant_id: str, day: str, shard: int) -> AsyncDocumentReference:
    """`tenants/{tenant}/attribution_days/{day}-{shard}`."""
    return tenant_document(tenant_id, COLLECTION, f"{day}-{shard}")


async def read_days(tenant_id: str, first: date, last: date) -> Days:
    """The paths and the spend of a period, both days included: at most 8 reads a day."""
    return gathered(await day_snapshots(tenant_id, first, last))


async def day_snapshots(tenant_id: str, first: date, last: date) -> list[DocumentSnapshot]:
    """The documents of a period as they are."""
    from google.cloud.firestore import FieldFilter

    query = (
        tenant_collection(tenant_id, COLLECTION)
        .where(filter=FieldFilter("day", ">=", first.isoformat()))
        .where(filter=FieldFilter("day", "<=", last.isoformat()))
    )
    return [snapshot async for snapshot in query.stream()]


def gathered(snapshots: Iterable[DocumentSnapshot]) -> Days:
    """Documents of days put together: each path once, what came to nothing left out."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    spend: dict[str, Counter[str]] = {}
    for snapshot in snapshots:
        fields = snapshot.to_dict() or {}
        for row in fields.get("rows", {}).values():
            kept = counts.setdefault((row["conversion"], row["path"]), Counter())
            kept.update({"": row.get("count", 0), **row.get("micros", {})})
        for told in fields.get("spend", {}).values():
            spend.setdefault(told["channel"], Counter()).update(told.get("micros", {}))
    paths = [
        Path(conversion, path_steps(path), amounts[""], {name: n for name, n in amounts.items() if name and n})
        for (conversion, path), amounts in sorted(counts.items())
        if amounts[""] > 0
    ]
    return Days(paths, {channel: dict(by) for channel, by in sorted(spend.items()) if any(by.values())})


def drop_zeros(snapshot: DocumentSnapshot, unit: Unit) -> int:
    """Stage the removal of rows that came to nothing, unless the document is written meanwhile; how many."""
    from google.cloud.firestore import DELETE_FIELD

    rows = (snapshot.to_dict() or {}).get("rows", {})
    empty = [key for key, row in rows.items() if not row.get("count") and not any(row.get("micros", {}).values())]
    if empty:
        unit.patch_unchanged(snapshot.reference, {f"rows.`{key}`": DELETE_FIELD for key in empty}, snapshot.update_time)
    return len(empty)


def _shard(key: str) -> int:
    return zlib.crc32(key.encode()) % SHARDS
