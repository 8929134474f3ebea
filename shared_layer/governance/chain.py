"""The audit chain in Firestore: every event appended once, in order of arrival, without a gap.

`audit/{tenant}` is the chain's head, `audit/{tenant}/records/{event id}` its records. They lie beside the tenants and
not under them, so that a tenant's deletion cannot cascade into its audit trail. A record's id is its event's, which
makes an event's second record impossible; the head is written on condition that it is as it was read, which makes two
records with one number impossible. Since an event is committed with the command that it tells of, no command can
take effect without being recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from shared_layer.core import clock
from shared_layer.core.context import RequestContext, current
from shared_layer.governance.commitment import committed, new_salt, subject_of
from shared_layer.governance.group_commit import GroupCommit, until_unopposed
from shared_layer.governance.record import FIRST_PREVIOUS, record_of, written_at
from shared_layer.messaging.envelope import Envelope
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncCollectionReference, AsyncDocumentReference

COLLECTION: Final = "audit"
RECORDS: Final = "records"
SALTS: Final = "audit_salts"


def head_document(tenant_id: str) -> AsyncDocumentReference:
    """`audit/{tenant}`: `seq` and `hash` of the last record."""
    return firestore().collection(COLLECTION).document(tenant_id)


def record_collection(tenant_id: str) -> AsyncCollectionReference:
    """`audit/{tenant}/records`."""
    return head_document(tenant_id).collection(RECORDS)


def salt_document(tenant_id: str, subject: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/audit_salts/{subject}`: under the tenant, with which all salts die."""
    return tenant_document(tenant_id, SALTS, subject)


async def append(envelope: Envelope) -> int:
    """Append an event to its tenant's chain, together with others that arrive; its number. Twice is done once."""
    return await _commits.add(envelope.tenant_id, envelope)


async def append_all(tenant_id: str, envelopes: list[Envelope]) -> list[int | Exception]:
    """Append events of one tenant in one commit, again where another instance came first."""
    return await until_unopposed(lambda: _attempt(tenant_id, envelopes))


async def _attempt(tenant_id: str, envelopes: list[Envelope]) -> list[int | Exception]:
    head = head_document(tenant_id)
    records = {each.event_id: record_collection(tenant_id).document(each.event_id) for each in envelopes}
    salts = {subject: salt_document(tenant_id, subject) for subject in {subject_of(e.payload) for e in envelopes}}
    found = await _read([head, *records.values(), *salts.values()])
    numbers: dict[str, int] = {
        event_id: found[reference.path].get("seq")
        for event_id, reference in records.items()
        if found[reference.path].exists
    }
    new = list({each.event_id: each for each in envelopes if each.event_id not in numbers}.values())
    if new:
        unit = Unit(current() or _own_context(tenant_id), tenant_id)
        known = {subject: found[reference.path] for subject, reference in salts.items()}
        numbers |= _stage(unit, new, found[head.path], known)
        await unit.commit()
    return [numbers[each.event_id] for each in envelopes]


def _stage(unit: Unit, new: Sequence[Envelope], stored: Any, salts: dict[str, Any]) -> dict[str, int]:
    """Stage the records of events that have none, the salts they are the first to need, and the head."""
    head = stored.to_dict() or {"seq": 0, "hash": FIRST_PREVIOUS, "recorded_at": ""}
    seq, last_hash = head["seq"], head["hash"]
    recorded_at = max(written_at(clock.utcnow()), head["recorded_at"])  # never before the record it follows
    numbers: dict[str, int] = {}
    salt_of = {subject: snapshot.get("salt") for subject, snapshot in salts.items() if snapshot.exists}
    for envelope in new:
        subject = subject_of(envelope.payload)
        if subject not in salt_of:
            salt_of[subject] = new_salt()
            unit.create(salt_document(unit.tenant_id, subject), {"salt": salt_of[subject]})
        record = record_of(envelope, committed(envelope.payload, salt_of[subject]), seq + 1, last_hash, recorded_at)
        unit.create(record_collection(unit.tenant_id).document(envelope.event_id), record.model_dump())
        seq, last_hash = record.seq, record.hash
        numbers[envelope.event_id] = seq
    changed = {"tenant_id": unit.tenant_id, "seq": seq, "hash": last_hash, "recorded_at": recorded_at}
    if stored.exists:
        unit.patch_unchanged(head_document(unit.tenant_id), changed, stored.update_time)
    else:
        unit.create(head_document(unit.tenant_id), changed)
    return numbers


async def _read(references: list[AsyncDocumentReference]) -> dict[str, Any]:
    """The documents by path, in one round trip."""
    return {snapshot.reference.path: snapshot async for snapshot in firestore().get_all(references)}


def _own_context(tenant_id: str) -> RequestContext:
    return RequestContext("audit", "0" * 32, "0" * 16, "security-governance", "append_audit_event", tenant_id)


_commits: GroupCommit[Envelope, int] = GroupCommit(append_all)
