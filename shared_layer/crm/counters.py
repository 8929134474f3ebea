"""Counts that are kept with every write, so that reading them needs no counting.

Each change adds the difference between what an entity counted for before and after, in its own commit. The numbers are
spread over 16 documents, chosen by the entity's id, because one document takes about one write a second.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, Final

from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_collection, tenant_document

COLLECTION: Final = "crm_counters"
SHARDS: Final = 16

Facts = Mapping[tuple[str, ...], int]
"""What something counts for: a path such as `("contacts", "stage", "lead")` and a number."""


def count_change(unit: Unit, entity_id: str, before: Facts, after: Facts) -> None:
    """Stage the difference between two states of an entity."""
    amounts: dict[str, Any] = {}
    for path in sorted({*before, *after}):
        difference = after.get(path, 0) - before.get(path, 0)
        if difference:
            inner = amounts
            for name in path[:-1]:
                inner = inner.setdefault(f"={name}", {})
            inner[f"={path[-1]}"] = difference
    if amounts:
        shard = zlib.crc32(entity_id.encode()) % SHARDS
        unit.increase(tenant_document(unit.tenant_id, COLLECTION, f"shard-{shard:02}"), amounts)


async def read_counts(tenant_id: str) -> dict[tuple[str, ...], int]:
    """All counts that are not zero, by path: at most 16 reads."""
    counts: dict[tuple[str, ...], int] = {}
    async for snapshot in tenant_collection(tenant_id, COLLECTION).stream():
        _add(counts, snapshot.to_dict() or {}, ())
    return {path: number for path, number in counts.items() if number}


def _add(counts: dict[tuple[str, ...], int], fields: dict[str, Any], path: tuple[str, ...]) -> None:
    for name, value in fields.items():
        below = (*path, name.removeprefix("="))
        if isinstance(value, dict):
            _add(counts, value, below)
        else:
            counts[below] = counts.get(below, 0) + value
