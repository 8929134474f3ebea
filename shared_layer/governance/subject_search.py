"""Where a data subject stands: every store of the tenant searched, each find with what can be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import orjson

from shared_layer.access.credentials import advance_epoch
from shared_layer.access.door_decisions import decisions_key
from shared_layer.access.members import COLLECTION as MEMBERS
from shared_layer.governance.chain import record_collection
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
from shared_layer.governance.subject import Subject
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.redis import redis

if TYPE_CHECKING:
    from google.cloud.firestore import DocumentSnapshot

COPIES: Final = frozenset({"idempotency", "inbox", "dead_letters", "slack_users"})
"""Collections of copies that nobody misses: a document there that names the subject goes as a whole. A Slack profile
tells more of the subject than the address by which it is found.
"""

OUTLIVING: Final = frozenset({"crm_deals"})
"""Collections of what is the business's own: a document there loses the subject, and stays."""

OF_ONE_PERSON: Final = frozenset({"attribution_events", "attribution_identities", "attribution_journeys"})
"""Collections whose documents are each about one person alone: one that names the subject goes as a whole."""

OBJECT_BYTES: Final = 64 << 20
OWN_ROWS: Final = "row.date >= DATE '1970-01-01'"
"""Every row of a table of the tenant's own dataset, which cannot be read without a filter on its days."""


@dataclass(frozen=True, slots=True)
class Find:
    """The subject in one place. `content` is what an export shows; `erase` takes the subject out of the place."""

    store: str
    place: str
    content: Any
    erase: Callable[[], Awaitable[Any]]


async def find_subject(tenant_id: str, subject: Subject, except_for: str) -> AsyncIterator[Find]:
    """Every place of the tenant that names the subject, but for the document at the path `except_for`."""
    for search in (_in_documents, _in_rows, _in_objects, _in_cache, _in_audit):
        async for find in search(tenant_id, subject):
            if find.place != except_for:
                yield find


async def _in_documents(tenant_id: str, subject: Subject) -> AsyncIterator[Find]:
    tenant = await firestore().collection("tenants").document(tenant_id).get()
    if find := _document_find(tenant, subject):
        yield find
    for top in beside():
        async for snapshot in documents_beside(tenant_id, top):
            if find := _member_find(snapshot, subject) if top.id == MEMBERS else _document_find(snapshot, subject):
                yield find
    for collection in await collections_of(tenant_id):
        async for snapshot in documents_of(collection):
            if find := _document_find(snapshot, subject):
                yield find


def _member_find(snapshot: DocumentSnapshot, subject: Subject) -> Find | None:
    """A person's own membership: it goes as a whole, and every instance forgets what it opened."""
    fields = snapshot.to_dict() or {}
    if not subject.named_in(fields):
        return None

    async def erase() -> None:
        await snapshot.reference.delete()
        await advance_epoch(fields["tenant_id"])

    return Find("documents", "/".join(snapshot.reference._path), fields, erase)


def _document_find(snapshot: DocumentSnapshot, subject: Subject) -> Find | None:
    fields = snapshot.to_dict() or {}
    reference = snapshot.reference
    place = "/".join(reference._path)
    outlives = bool(OUTLIVING & set(reference._path))
    if subject.owns(snapshot.id, fields) and not outlives:
        return Find("documents", place, fields, reference.delete)
    mentions = dict(subject.mentions(fields))
    if not mentions and not subject.pattern.search(snapshot.id):
        return None
    if subject.pattern.search(snapshot.id) or (COPIES | OF_ONE_PERSON) & set(reference._path):
        return Find("documents", place, mentions, reference.delete)
    return Find("documents", place, mentions, partial(_strike_out, snapshot, subject))


async def _strike_out(snapshot: DocumentSnapshot, subject: Subject) -> None:
    """Strike the subject out of the fields that name it. A document that was written meanwhile is left as it became:
    the next round looks at it anew, and nobody's write is undone."""
    from google.api_core.exceptions import FailedPrecondition, NotFound
    from google.cloud.firestore import DELETE_FIELD
    from google.cloud.firestore_v1.field_path import FieldPath

    fields = snapshot.to_dict() or {}
    clean = subject.erased_from(fields)
    if fields.get("contact_id") in subject.contact_ids:
        clean["contact_id"] = None
    changed = {name: value for name, value in clean.items() if name not in fields or fields[name] != value}
    changed |= {name: DELETE_FIELD for name in fields if name not in clean}
    option = firestore().write_option(last_update_time=snapshot.update_time)
    with suppress(FailedPrecondition, NotFound):
        quoted = {FieldPath(name).to_api_repr(): value for name, value in changed.items()}
        await snapshot.reference.update(quoted, option=option)


async def _in_rows(tenant_id: str, subject: Subject) -> AsyncIterator[Find]:
    for table in shared_tables():
        for needle in subject.needles:
            sql = f"""SELECT event_id, TO_JSON_STRING(payload) AS payload FROM `{table}`
WHERE {ALL_TIME} AND STRPOS(LOWER(TO_JSON_STRING(payload)), @needle) > 0"""  # noqa: S608 (names from the code)
            for row in await query(sql, tenant_id=tenant_id, needle=needle):
                payload = orjson.loads(row["payload"])
                if not subject.named_in(payload):
                    continue
                clean = orjson.dumps(subject.erased_from(payload)).decode()
                change = f"UPDATE `{table}` SET payload = PARSE_JSON(@clean) WHERE {ALL_TIME} AND event_id = @event_id"  # noqa: S608
                erase = partial(
                    asyncio.to_thread, run, change, tenant_id=tenant_id, clean=clean, event_id=row["event_id"]
                )
                yield Find("rows", f"{table}/{row['event_id']}", dict(subject.mentions(payload)), erase)
    for table in await asyncio.to_thread(own_tables, tenant_id):
        for needle in subject.needles:
            where = f"FROM `{table}` AS row WHERE {OWN_ROWS} AND STRPOS(LOWER(TO_JSON_STRING(row)), @needle) > 0"
            found = await query(f"SELECT TO_JSON_STRING(row) AS content {where}", needle=needle)
            erase = partial(asyncio.to_thread, run, f"DELETE {where}", needle=needle)
            for row in found:
                yield Find("rows", table, orjson.loads(row["content"]), erase)


async def _in_objects(tenant_id: str, subject: Subject) -> AsyncIterator[Find]:
    for blob in await asyncio.to_thread(lambda: list(objects_of(tenant_id))):
        content = await asyncio.to_thread(blob.download_as_bytes, end=OBJECT_BYTES)
        if subject.pattern.search(blob.name) or subject.named_in(content) or subject.named_in(blob.metadata or {}):
            place = f"{blob.bucket.name}/{blob.name}"
            yield Find("objects", place, {"bytes": blob.size}, partial(asyncio.to_thread, blob.delete))


async def _in_cache(tenant_id: str, subject: Subject) -> AsyncIterator[Find]:
    decisions = decisions_key(tenant_id)
    noted = b"\n".join(await redis().command("LRANGE", decisions, 0, -1))
    if subject.named_in(noted):
        yield Find("cache_keys", decisions, {}, partial(redis().command, "DEL", decisions))
    for key in await redis_keys(tenant_id, "cache"):
        kind = await redis().command("TYPE", key)
        value = await redis().command("GET", key) if kind in (b"string", "string") else None
        if value is not None and subject.named_in(value):
            yield Find("cache_keys", key.decode(), {}, partial(redis().command, "DEL", key))


async def _in_audit(tenant_id: str, subject: Subject) -> AsyncIterator[Find]:
    """The audit chain is looked through as well, to prove that it holds commitments only, and ids of what is gone."""
    subject = subject.by_address()
    if not subject.emails:
        return
    async for snapshot in record_collection(tenant_id).stream():
        if mentions := dict(subject.mentions(snapshot.to_dict() or {})):
            yield Find("audit", snapshot.reference.path, mentions, _never)


async def _never() -> None:
    """A record of the chain is never changed."""
