"""A tenant's routing policy read and written; a new target gets its threshold in the same commit."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from shared_layer.access.credentials import advance_epoch
from shared_layer.ai.money.usual_cost import usual_cost
from shared_layer.ai.router.calibration import FEWEST, Calibration, calibrate
from shared_layer.ai.router.evidence import packaged_evidence, priced
from shared_layer.ai.routing.policy import (
    COLLECTION,
    POLICY,
    VERSIONS,
    RoutingPolicyText,
    RoutingPolicyView,
    TenantPolicy,
)
from shared_layer.ai.routing.route import weak_and_strong
from shared_layer.ai.routing.standing import CALIBRATION, Source, Standing, read_standing, stored_calibration
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import VersionMismatch
from shared_layer.messaging.events.ai import RoutingPolicyChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document


async def get_policy(caller: Caller) -> RoutingPolicyView:
    """The tenant's policy with the threshold in force; the platform's own where none was written."""
    standing = await read_standing(caller.tenant_id)
    return _view(standing.policy, standing)


async def put_policy(text: RoutingPolicyText, version: int, caller: Caller, unit: Unit) -> RoutingPolicyView:
    """Stage the policy as of `version`, its version kept, and the threshold of its target.

    Raises VersionMismatch; the commit raises Conflict where somebody came between.
    """
    standing = await read_standing(caller.tenant_id)
    policy = standing.policy
    if policy.version != version:
        raise VersionMismatch()
    changed = policy.model_copy(update={name: getattr(text, name) for name in RoutingPolicyText.model_fields})
    changed.changed_by = caller.principal
    reference = tenant_document(caller.tenant_id, COLLECTION, POLICY)
    if standing.stored:
        changed.remember_update_time(policy.stored_at)
        unit.replace(reference, changed)
    else:
        changed.version, changed.created_at, changed.updated_at = version + 1, clock.utcnow(), clock.utcnow()
        unit.create(reference, changed.model_dump())
    unit.create(tenant_document(caller.tenant_id, VERSIONS, f"v{changed.version}"), changed.model_dump())
    calibrated = _calibrated(changed, standing)
    _stage_calibration(calibrated, caller, unit)
    unit.emit(
        RoutingPolicyChanged(
            actor=caller.principal,
            version=changed.version,
            kind=changed.target.kind,
            threshold=calibrated.calibration.threshold.value,
            cascade=changed.cascade,
            semantic_cache=changed.semantic_cache,
        )
    )
    unit.after_commit(partial(advance_epoch, caller.tenant_id))
    return _view(changed, calibrated)


def _calibrated(policy: TenantPolicy, standing: Standing) -> Standing:
    """The standing with the threshold of the policy's target, on the tenant's own outcomes where there are enough."""
    own = standing.scored()
    source: Source = "own" if len(own) >= FEWEST else "public"
    weak, strong = weak_and_strong(policy)
    costs = [usual_cost(target.price) if target else 0 for target in (weak, strong[0] if strong else None)]
    scored = priced(own if source == "own" else packaged_evidence(), costs[0], costs[1])
    wanted = policy.for_router
    threshold = calibrate(scored, wanted.target, wanted.confidence)
    calibration = Calibration(threshold, standing.router.digest, wanted.target, len(scored))
    return replace(standing, policy=policy, calibration=calibration, source=source)


def _stage_calibration(standing: Standing, caller: Caller, unit: Unit) -> None:
    """Write the calibration; Conflict where the nightly one came between."""
    reference = tenant_document(caller.tenant_id, COLLECTION, CALIBRATION)
    document = stored_calibration(standing.calibration, standing.source, standing.evidence)
    if standing.calibrated_by is None:
        unit.create(reference, document)
    else:
        unit.patch_unchanged(reference, document, standing.calibrated_by)


def _view(policy: TenantPolicy, standing: Standing) -> RoutingPolicyView:
    return RoutingPolicyView(**policy.model_dump(), calibration=standing.note)
