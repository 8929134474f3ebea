"""By night: each tenant's threshold, and its router where there are enough outcomes, learned anew from what is known.

A router is published only where it is better on outcomes that it never saw, by a bound and not by chance
(router/refitting.py); a threshold only where its bound holds on such outcomes. Nothing scans the tenants: those of whom
something new is known are on a list.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from shared_layer.access.credentials import advance_epoch
from shared_layer.ai.money.usual_cost import usual_cost
from shared_layer.ai.outcomes.due import COLLECTION as DUE
from shared_layer.ai.outcomes.known_outcome import COLLECTION, KnownOutcome, complete, unexplored
from shared_layer.ai.router.calibration import FEWEST, Calibration, Scored, calibrate
from shared_layer.ai.router.evidence import packed, priced
from shared_layer.ai.router.refitting import Refit, refit
from shared_layer.ai.routing.policy import COLLECTION as ROUTING
from shared_layer.ai.routing.route import weak_and_strong
from shared_layer.ai.routing.standing import CALIBRATION, ROUTER, Standing, read_standing, stored_calibration
from shared_layer.core.logs import log_exception
from shared_layer.messaging.events.ai import RouterRecalibrated
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import firestore

AT_ONCE: Final = 50
NEWEST: Final = 4_000
"""Outcomes of one tenant that are learned from: the newest ones."""
SECONDS: Final = 1_200.0
"""How long a run begins new tenants; the others stay on the list for the next one."""
_SAME: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Relearned:
    """What a tenant's outcomes gave."""

    refit: Refit
    calibration: Calibration
    evidence: bytes


async def recalibrate_due(unit: Unit) -> int:
    """Recalibrate the tenants on the list; how many were published. Each is a commit of its own."""
    until, done, last = time.monotonic() + SECONDS, 0, ""
    while time.monotonic() < until:
        listed = firestore().collection(DUE).order_by("tenant_id").start_after({"tenant_id": last}).limit(AT_ONCE)
        found = [snapshot async for snapshot in listed.stream()]
        for snapshot in found:
            step = Unit(unit.context, snapshot.id, unit.emits)
            try:
                done += await recalibrate_tenant(snapshot.id, step)
            except Exception as error:  # noqa: BLE001 (told in the log; the tenant stays on the list, the others go on)
                log_exception("recalibration_postponed", error, postponed_tenant=snapshot.id)
        if len(found) < AT_ONCE:
            break
        last = found[-1].id
    return done


async def recalibrate_tenant(tenant_id: str, unit: Unit) -> bool:
    """Learn from one tenant's outcomes and commit; whether a threshold or a router was published.

    Raises Conflict where the policy was written meanwhile: the tenant stays on the list.
    """
    newest = tenant_collection(tenant_id, COLLECTION).order_by("updated_at", direction="DESCENDING").limit(NEWEST)
    known = [from_snapshot(snapshot, KnownOutcome) async for snapshot in newest.stream()]
    unit.delete(firestore().collection(DUE).document(tenant_id))
    published = False
    if len(known) >= FEWEST:
        standing = await read_standing(tenant_id)
        learned = await asyncio.to_thread(relearn, standing, known)
        published = _stage(learned, standing, tenant_id, unit)
    await unit.commit()
    if published:
        await advance_epoch(tenant_id)
    return published


def relearn(standing: Standing, known: list[KnownOutcome]) -> Relearned:
    """The better router, and the threshold of the policy's target on outcomes that it did not learn from."""
    found = refit(standing.router, complete(known))
    weak, strong = weak_and_strong(standing.policy)
    costs = [usual_cost(target.price) if target else 0 for target in (weak, strong[0] if strong else None)]
    unseen = [*found.held_out, *unexplored(known)]
    router = found.router
    scored = [Scored(router.probability(router.gain(outcome.vector)), outcome) for outcome in unseen]
    wanted = priced(scored, costs[0], costs[1])
    policy = standing.policy.for_router
    threshold = calibrate(wanted, policy.target, policy.confidence)
    calibration = Calibration(threshold, router.digest, policy.target, len(wanted))
    return Relearned(found, calibration, packed(wanted))


def _stage(learned: Relearned, standing: Standing, tenant_id: str, unit: Unit) -> bool:
    """Stage what is new: the router where it is better, the threshold where it is another; whether anything is."""
    former, now = standing.calibration.threshold.value, learned.calibration.threshold.value
    if not learned.refit.published and standing.source == "own" and abs(former - now) < _SAME:
        return False
    if learned.refit.published:
        unit.put(tenant_document(tenant_id, ROUTING, ROUTER), {"file": learned.refit.router.packed()})
    document = stored_calibration(learned.calibration, "own", learned.evidence)
    reference = tenant_document(tenant_id, ROUTING, CALIBRATION)
    if standing.calibrated_by is None:
        unit.create(reference, document)
    else:
        unit.patch_unchanged(reference, document, standing.calibrated_by)
    unit.emit(
        RouterRecalibrated(
            router=learned.refit.router.digest,
            refitted=learned.refit.published,
            gained_at_least=learned.refit.gained_at_least,
            threshold=now,
            former_threshold=former,
            outcomes=learned.calibration.outcomes,
        ),
        tenant_id,
    )
    return True
