"""The audit trail as its readers see it: filtered and paged, verified, exported. Every look into it is an event."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import orjson
from pydantic import AwareDatetime, Field, model_validator

from shared_layer.core.caller import Caller
from shared_layer.core.models import Page, PageQuery
from shared_layer.governance.chain import head_document, record_collection
from shared_layer.governance.checkpoint import Checkpoint, first_fault
from shared_layer.governance.checkpoint_store import read_checkpoints
from shared_layer.governance.record import FIRST_PREVIOUS, AuditRecord, written_at
from shared_layer.governance.signing import public_keys
from shared_layer.governance.verification import ChainWalk, StoredRecord, Verdict, verify_stream
from shared_layer.messaging.events.governance import AuditEventsRead
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page

READ_AT_ONCE: Final = 500
Text = Annotated[str, Field(max_length=200)]


class AuditFilter(PageQuery):
    """Which records: by whom, what was done, to what, recorded from `since` (included) to `until` (left out)."""

    actor: Text | None = None
    action: Text | None = None
    resource: Text | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _in_order(self) -> AuditFilter:
        if self.since and self.until and self.since >= self.until:
            raise ValueError("since must come before until")
        return self


async def list_audit(wanted: AuditFilter, caller: Caller, unit: Unit) -> Page[AuditRecord]:
    """The tenant's records, latest first."""
    from google.cloud.firestore import FieldFilter

    conditions = [
        ("actor", "==", wanted.actor),
        ("action", "==", wanted.action),
        ("resource", "==", wanted.resource),
        ("recorded_at", ">=", written_at(wanted.since) if wanted.since else None),
        ("recorded_at", "<", written_at(wanted.until) if wanted.until else None),
    ]
    found: Any = record_collection(caller.tenant_id)
    for field, operator, value in conditions:
        if value is not None:
            found = found.where(filter=FieldFilter(field, operator, value))
    tell_of_reading(unit, caller, "list", sorted(wanted.model_fields_set))
    return await page(found, AuditRecord, wanted, ["-recorded_at", "-seq"])


def tell_of_reading(unit: Unit, caller: Caller, way: str, filters: list[str]) -> None:
    """Stage the event that somebody looked into the trail; it is recorded like any other."""
    unit.emit(AuditEventsRead(actor=caller.principal, way=way, filters=filters))


async def verify_trail(tenant_id: str) -> Verdict:
    """Walk the whole chain, its head and its signed checkpoints."""
    return await verify_from(tenant_id, ChainWalk(), await read_checkpoints(tenant_id))


async def verify_from(tenant_id: str, walk: ChainWalk, checkpoints: list[Checkpoint]) -> Verdict:
    """Walk on from where `walk` stands to the head, which is read first: what comes meanwhile is not its business."""
    stored = await _head(tenant_id)
    from_the_start = walk.seq == 0
    if fault := first_fault(tenant_id, checkpoints, public_keys() if checkpoints else {}, whole=from_the_start):
        walk.fail(*fault)
    last = checkpoints[-1].seq if checkpoints else 0
    if stored.get("checkpoint_seq", 0) > last:
        walk.fail(last + 1, f"a signed checkpoint is missing: there was one for {stored['checkpoint_seq']}")
    records = stored_records(tenant_id, walk.seq, stored["seq"] or None)
    return await verify_stream(walk, records, checkpoints, (stored["seq"], stored["hash"]))


async def _head(tenant_id: str) -> dict[str, Any]:
    """The chain's head. One that is missing though there are records was removed: it says that there are none."""
    head = head_document(tenant_id)
    stored = (await head.get()).to_dict()
    if stored is None and [None async for _ in record_collection(tenant_id).select([]).limit(1).stream()]:
        stored = (await head.get()).to_dict()  # the first record and the head come together, perhaps just now
    return stored or {"seq": 0, "hash": FIRST_PREVIOUS}


async def stored_records(tenant_id: str, after: int, until: int | None = None) -> AsyncIterator[StoredRecord]:
    """The records as they are stored, by number, from the one behind `after` to `until` (None: all there are)."""
    from google.cloud.firestore import FieldFilter

    last = after
    while True:
        query = record_collection(tenant_id).where(filter=FieldFilter("seq", ">", last)).order_by("seq")
        snapshots = [snapshot async for snapshot in query.limit(READ_AT_ONCE).stream()]
        for snapshot in snapshots:
            record = snapshot.to_dict() or {}
            if until is not None and record["seq"] > until:
                return
            yield record
            last = record["seq"]
        if len(snapshots) < READ_AT_ONCE:
            return


async def export_lines(tenant_id: str) -> AsyncIterator[bytes]:
    """The whole trail as JSON lines, `{"record": …}` by number and then `{"checkpoint": …}`: what a verifier reads."""
    async for record in stored_records(tenant_id, 0):
        yield orjson.dumps({"record": record}) + b"\n"
    for checkpoint in await read_checkpoints(tenant_id):
        yield orjson.dumps({"checkpoint": checkpoint.model_dump()}) + b"\n"
