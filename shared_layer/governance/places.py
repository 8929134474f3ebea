"""Where a tenant's data lies: the one list that erasures and re-scans go through.

Firestore below `tenants/{id}` and the records that stand at the top because a credential is read before its tenant is
known, BigQuery's own dataset and the tenant's rows elsewhere, objects below `tenants/{id}/` in every bucket but the
audit's, and Redis keys that carry the id. The audit chain is none of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, Final

from shared_layer.access.api_keys import COLLECTION as API_KEYS
from shared_layer.access.credentials import epoch_key
from shared_layer.access.last_use import COLLECTION as API_KEY_USES
from shared_layer.access.members import COLLECTION as MEMBERS
from shared_layer.ai.outcomes.due import COLLECTION as AI_RECALIBRATIONS
from shared_layer.core.settings import settings
from shared_layer.governance.checkpoint_store import BUCKET as AUDIT_BUCKET
from shared_layer.storage.buckets import BUCKETS, bucket_name
from shared_layer.storage.gcp_clients import bigquery, firestore, storage
from shared_layer.storage.redis import redis
from shared_layer.storage.warehouse import TABLES, aso_dataset, table_id

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncCollectionReference, DocumentSnapshot
    from google.cloud.storage import Blob

QUERY_SECONDS: Final = 60.0
ALL_TIME: Final = "tenant_id = @tenant_id AND timestamp >= TIMESTAMP '1970-01-01'"
"""A tenant's rows in a partitioned table, which must be given a filter on its partitions."""


async def collections_of(tenant_id: str) -> list[AsyncCollectionReference]:
    """The collections directly below the tenant's document, whatever they are."""
    document = firestore().collection("tenants").document(tenant_id)
    return [collection async for collection in document.collections()]


async def documents_of(collection: AsyncCollectionReference) -> AsyncIterator[DocumentSnapshot]:
    """The documents of a collection, then those of everything below it, streamed.

    Google's recursive query begins at a numeric id (`__id-9223372036854775808__`), which the local Firestore does not
    sort before all others: the collection's own documents are therefore asked for by themselves.
    """
    async for snapshot in collection.stream():
        yield snapshot
    depth = len(collection._path) + 1
    async for snapshot in collection.recursive().stream():
        if len(snapshot.reference._path) > depth:
            yield snapshot


def beside() -> list[AsyncCollectionReference]:
    """The collections at the top that hold documents of tenants, each with its `tenant_id`."""
    return [
        firestore().collection(API_KEYS),
        firestore().collection(API_KEY_USES),
        firestore().collection(MEMBERS),
        firestore().collection(AI_RECALIBRATIONS),
    ]


async def documents_beside(tenant_id: str, collection: AsyncCollectionReference) -> AsyncIterator[DocumentSnapshot]:
    """The tenant's documents of a collection beside the tenants, streamed."""
    from google.cloud.firestore import FieldFilter

    async for snapshot in collection.where(filter=FieldFilter("tenant_id", "==", tenant_id)).stream():
        yield snapshot


def object_prefix(tenant_id: str) -> str:
    """What the name of every object of a tenant begins with, in any bucket."""
    return f"tenants/{tenant_id}/"


def objects_of(tenant_id: str) -> Iterator[Blob]:
    """The tenant's objects in the platform's buckets, but for the audit trail's. It blocks: call it in a thread."""
    for bucket in BUCKETS:
        if bucket != AUDIT_BUCKET:
            name, prefix = bucket_name(bucket), object_prefix(tenant_id)
            yield from storage().list_blobs(name, prefix=prefix, timeout=QUERY_SECONDS)


def shared_tables() -> list[str]:
    """The tables that hold rows of all tenants, by full name."""
    return [
        table_id(settings().project, table)
        for table in TABLES
        if any(column == "tenant_id" for column, _, _ in table.columns)
    ]


def own_tables(tenant_id: str) -> list[str]:
    """The tables of the tenant's own dataset. It blocks."""
    from google.api_core.exceptions import NotFound

    dataset = f"{settings().project}.{aso_dataset(tenant_id)}"
    try:
        return [f"{dataset}.{table.table_id}" for table in bigquery().list_tables(dataset, timeout=QUERY_SECONDS)]
    except NotFound:
        return []


def run(sql: str, **parameters: str) -> Any:
    """The rows of a statement with text parameters; a DML statement's job tells how many rows it changed. It blocks."""
    from google.cloud.bigquery import QueryJobConfig, ScalarQueryParameter

    config = QueryJobConfig(
        query_parameters=[ScalarQueryParameter(name, "STRING", value) for name, value in parameters.items()],
        labels={"purpose": "governance"},
    )
    return bigquery().query_and_wait(sql, job_config=config, api_timeout=QUERY_SECONDS, wait_timeout=QUERY_SECONDS)


async def query(sql: str, **parameters: str) -> list[dict[str, Any]]:
    """`run` in a thread, the rows as dicts."""

    def rows() -> list[dict[str, Any]]:
        return [dict(row.items()) for row in run(sql, **parameters)]

    return await asyncio.to_thread(rows)


async def redis_keys(tenant_id: str, first: str = "*") -> list[bytes]:
    """The keys that carry the tenant's id as a whole part. Raises RedisUnavailable.

    Its epoch is not among them: a counter that began anew would make remembered credentials look current again.
    """
    found: set[bytes] = set()
    for pattern in (f"{first}:{tenant_id}", f"{first}:{tenant_id}:*"):
        cursor = b"0"
        while True:
            cursor, keys = await redis().command("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
            found.update(keys)
            if cursor in (b"0", 0):
                break
    return sorted(found - {epoch_key(tenant_id).encode()})
