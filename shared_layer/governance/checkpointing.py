"""The hourly checkpoint: what was appended since the last one is verified, then the head is signed into the bucket."""

from __future__ import annotations

from shared_layer.core import clock
from shared_layer.core.logs import log
from shared_layer.governance.chain import COLLECTION, head_document
from shared_layer.governance.checkpoint import NO_CHECKPOINT, Checkpoint, sign
from shared_layer.governance.checkpoint_store import read_checkpoints, tenants_with_checkpoints, write_checkpoint
from shared_layer.governance.record import written_at
from shared_layer.governance.signing import signers
from shared_layer.governance.trail import verify_from
from shared_layer.governance.verification import ChainWalk, Verdict
from shared_layer.messaging.events.governance import AuditChainBroken
from shared_layer.messaging.unit import Unit
from shared_layer.storage.gcp_clients import firestore


async def checkpoint_all(unit: Unit) -> None:
    """Verify and sign every tenant's chain. A chain that broke is not signed: an event tells of it, every hour.

    Chains are known by their heads, by records whose head is gone, and by checkpoints of which nothing else is left.
    One that cannot be read now is told of in the log, and keeps no other back.
    """
    chains = {reference.id async for reference in firestore().collection(COLLECTION).list_documents()}
    for tenant_id in sorted(chains | await tenants_with_checkpoints()):
        try:
            verdict = await checkpoint(tenant_id)
        except Exception as error:  # noqa: BLE001 (whatever one chain makes fail, the others are verified)
            log("ERROR", "audit_not_verified", f"{tenant_id}: {type(error).__name__}: {error}")
            continue
        if verdict.intact:
            continue
        reason = verdict.reason or "unknown"
        log("CRITICAL", "audit_chain_broken", f"{tenant_id} at {verdict.first_bad_seq}: {reason}")
        unit.emit(AuditChainBroken(first_bad_seq=verdict.first_bad_seq or 0, reason=reason), tenant_id)


async def checkpoint(tenant_id: str) -> Verdict:
    """Verify one chain since its last checkpoint, and sign its head where it holds and grew.

    Of the checkpoints the last two are read, that there may be years of them; `verify_trail` looks at all.
    """
    known = await read_checkpoints(tenant_id, latest=2)
    last = known[-1] if known else None
    walk = ChainWalk(seq=last.seq, last_hash=last.hash) if last else ChainWalk()
    verdict = await verify_from(tenant_id, walk, known)
    if verdict.intact and verdict.last_seq > (last.seq if last else 0):
        await _sign(tenant_id, verdict, last)
    return verdict


async def _sign(tenant_id: str, verdict: Verdict, last: Checkpoint | None) -> None:
    head = (verdict.last_seq, verdict.last_hash)
    previous = last.digest() if last else NO_CHECKPOINT
    made = sign(tenant_id, head, written_at(clock.utcnow()), previous, signers()[0])
    await write_checkpoint(made)
    await head_document(tenant_id).update({"checkpoint_seq": made.seq})
