"""Everything of one tenant, erased store by store and counted store by store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final

from shared_layer.core.settings import settings
from shared_layer.governance.places import (
    ALL_TIME,
    beside,
    collections_of,
    documents_beside,
    documents_of,
    objects_of,
    own_tables,
    query,
    redis_keys,
    run,
    shared_tables,
)
from shared_layer.storage.gcp_clients import bigquery, firestore
from shared_layer.storage.redis import redis
from shared_layer.storage.warehouse import aso_dataset

if TYPE_CHECKING:
    from google.cloud.firestore import DocumentSnapshot

BATCH: Final = 200


async def erase_everything(tenant_id: str) -> dict[str, int]:
    """Erase the tenant from Firestore, BigQuery, Storage and Redis; how many there were, by store.

    Its keys and members stand beside its documents, and are counted by their collections.
    """
    erased = {
        "documents": sum([await _erase(documents_of(each)) for each in await collections_of(tenant_id)]),
        **{each.id: await _erase(documents_beside(tenant_id, each)) for each in beside()},
        "rows": await asyncio.to_thread(_erase_rows, tenant_id),
        "objects": await asyncio.to_thread(_erase_objects, tenant_id),
        "cache_keys": 0,
    }
    keys = await redis_keys(tenant_id)
    if keys:
        erased["cache_keys"] = int(await redis().command("DEL", *keys))
    return erased


async def count_everything(tenant_id: str) -> dict[str, int]:
    """What is left of the tenant, by store: read anew, by other means than the erasure's own counts."""
    documents = 0
    for collection in await collections_of(tenant_id):
        documents += len([None async for _ in documents_of(collection)])
    rows = 0
    for table in shared_tables():
        sql = f"SELECT COUNT(*) AS n FROM `{table}` WHERE {ALL_TIME}"  # noqa: S608 (names from the code)
        rows += (await query(sql, tenant_id=tenant_id))[0]["n"]
    rows += len(await asyncio.to_thread(own_tables, tenant_id))
    objects = await asyncio.to_thread(lambda: sum(1 for _ in objects_of(tenant_id)))
    top = {each.id: len([None async for _ in documents_beside(tenant_id, each)]) for each in beside()}
    cache_keys = len(await redis_keys(tenant_id))
    return {"documents": documents, "rows": rows, "objects": objects, "cache_keys": cache_keys, **top}


async def _erase(found: AsyncIterator[DocumentSnapshot]) -> int:
    waiting: list[Any] = []
    erased = 0
    async for snapshot in found:
        waiting.append(snapshot.reference)
        if len(waiting) == BATCH:
            erased += await _delete(waiting)
            waiting = []
    return erased + await _delete(waiting)


async def _delete(references: list[Any]) -> int:
    if references:
        batch = firestore().batch()
        for reference in references:
            batch.delete(reference)
        await batch.commit()
    return len(references)


def _erase_rows(tenant_id: str) -> int:
    erased = 0
    for table in shared_tables():
        changed = run(f"DELETE FROM `{table}` WHERE {ALL_TIME}", tenant_id=tenant_id)  # noqa: S608 (names from the code)
        erased += changed.num_dml_affected_rows or 0
    for table in own_tables(tenant_id):
        erased += bigquery().get_table(table).num_rows or 0
    dataset = f"{settings().project}.{aso_dataset(tenant_id)}"
    bigquery().delete_dataset(dataset, delete_contents=True, not_found_ok=True)
    return erased


def _erase_objects(tenant_id: str) -> int:
    erased = 0
    for blob in objects_of(tenant_id):
        blob.delete()
        erased += 1
    return erased
