"""What a tenant's routing rests on: its policy, the threshold calibrated to it, its router; remembered in the process.

A remembered standing is trusted as long as the tenant's epoch stands where it stood when it was read. The front door
has that epoch from its one round trip, so that a request asks nobody; whoever changes a standing advances the epoch.
It is read again after five minutes all the same, in case Redis missed the change, and after one by
callers whose epoch is not known (handlers, an operator, Redis away). While Firestore is away the
standing that was read before goes on.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import ConfigDict

from shared_layer.ai.router.calibration import Calibration, Scored, Threshold
from shared_layer.ai.router.evidence import packaged_calibration, unpacked
from shared_layer.ai.router.meaning import SETTING
from shared_layer.ai.router.model import Router, packaged
from shared_layer.ai.router.model import unpacked as unpacked_router
from shared_layer.ai.router.policy import KeepQuality, SpendAtMost, Target
from shared_layer.ai.routing.policy import COLLECTION, POLICY, CalibrationNote, TenantPolicy
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.logs import log
from shared_layer.core.models import Model
from shared_layer.storage.documents import from_snapshot, tenant_document
from shared_layer.storage.gcp_clients import firestore

CALIBRATION: Final = "calibration"
ROUTER: Final = "router"
TRUST_SECONDS: Final = 60.0
LONGEST_SECONDS: Final = 300.0
REMEMBERED: Final = 200
BEGINNING: Final = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
"""When the policy that nobody wrote was written."""

Source = Literal["public", "own"]


class StoredCalibration(Model):
    """`ai_routing/calibration`: a threshold with what it rests on, so that another target can be met at once."""

    model_config = ConfigDict(extra="ignore")

    router: str
    source: Source
    target: dict[str, Any]
    threshold: float
    weak_share: float
    outcomes: int
    evidence: bytes = b""
    calibrated_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """`calibrated_by` is the stored calibration's update time in Firestore; None: there is none."""

    policy: TenantPolicy
    calibration: Calibration
    source: Source
    router: Router
    evidence: bytes = b""
    calibrated_by: Any = None
    stored: bool = False

    @property
    def note(self) -> CalibrationNote:
        """The calibration as it is shown."""
        threshold = self.calibration.threshold
        return CalibrationNote(
            threshold=threshold.value,
            weak_share=threshold.weak_share,
            outcomes=self.calibration.outcomes,
            source=self.source,
            router=self.calibration.router,
        )

    def scored(self) -> list[Scored]:
        """The tenant's own scored outcomes, where there are any."""
        return unpacked(self.evidence) if self.evidence else []


_remembered: OrderedDict[str, tuple[int | None, float, Standing]] = OrderedDict()


async def standing_of(caller: Caller) -> Standing:
    """The standing of the caller's tenant; from the process where nothing changed since it was read.

    Raises what Firestore raises, where it was never read before.
    """
    known = _remembered.get(caller.tenant_id)
    if known is not None:
        epoch, read_at, standing = known
        trusted = TRUST_SECONDS if caller.epoch is None else LONGEST_SECONDS if epoch == caller.epoch else 0.0
        if clock.now() - read_at < trusted:
            return standing
    from google.api_core.exceptions import GoogleAPIError

    try:
        standing = await read_standing(caller.tenant_id)
    except GoogleAPIError as error:
        if known is None:
            raise
        log("WARNING", "routing_standing_stale", f"the one read before is used: {type(error).__name__}")
        return known[2]
    _remembered[caller.tenant_id] = (caller.epoch, clock.now(), standing)
    _remembered.move_to_end(caller.tenant_id)
    while len(_remembered) > REMEMBERED:
        _remembered.popitem(last=False)
    return standing


async def read_standing(tenant_id: str) -> Standing:
    """The standing as it is stored: one read for its three documents."""
    names = (POLICY, CALIBRATION, ROUTER)
    references = [tenant_document(tenant_id, COLLECTION, name) for name in names]
    found = {snapshot.id: snapshot async for snapshot in firestore().get_all(references) if snapshot.exists}
    router = _router(found[ROUTER].get("file")) if ROUTER in found else packaged()
    stored = POLICY in found
    policy = from_snapshot(found[POLICY], TenantPolicy) if stored else untouched_policy()
    if CALIBRATION not in found:
        return Standing(policy, packaged_calibration(), "public", router, stored=stored)
    kept = StoredCalibration.model_validate(found[CALIBRATION].to_dict())
    written = found[CALIBRATION].update_time
    if kept.router != router.digest:
        return Standing(policy, packaged_calibration(), "public", packaged(), kept.evidence, written, stored)
    threshold = Threshold(kept.threshold, kept.weak_share)
    calibration = Calibration(threshold, kept.router, read_target(kept.target), kept.outcomes)
    return Standing(policy, calibration, kept.source, router, kept.evidence, written, stored)


def _router(file: bytes) -> Router:
    """The tenant's router; the packaged one where this deployment reads prompts otherwise than the file expects."""
    try:
        router = unpacked_router(file)
        if router.reads_meaning and router.meaning is None:
            raise ValueError(f"it reads embeddings, which this deployment lacks; set {SETTING}")
        return router
    except ValueError as error:
        log("WARNING", "tenant_router_outdated", f"the packaged router stands in until the next refit: {error}")
        return packaged()


def untouched_policy() -> TenantPolicy:
    """The policy of a tenant that has written none: keep 95 %, all providers, nothing that may be wrong."""
    return TenantPolicy(created_at=BEGINNING, updated_at=BEGINNING)


def untouched_standing() -> Standing:
    """The standing of a tenant that has written nothing and of which nothing was learned yet."""
    return Standing(untouched_policy(), packaged_calibration(), "public", packaged())


def write_target(target: Target) -> dict[str, Any]:
    """A target as a document's field."""
    if isinstance(target, SpendAtMost):
        return {"kind": "spend_at_most", "micros": target.micros}
    return {"kind": "keep_quality", "share": target.share}


def read_target(written: dict[str, Any]) -> Target:
    """What `write_target` wrote."""
    if written["kind"] == "spend_at_most":
        return SpendAtMost(int(written["micros"]))
    return KeepQuality(float(written["share"]))


def stored_calibration(calibration: Calibration, source: Source, evidence: bytes) -> dict[str, Any]:
    """The document of a calibration."""
    kept = StoredCalibration(
        router=calibration.router,
        source=source,
        target=write_target(calibration.target),
        threshold=calibration.threshold.value,
        weak_share=calibration.threshold.weak_share,
        outcomes=calibration.outcomes,
        evidence=evidence,
        calibrated_at=clock.utcnow(),
    )
    return kept.model_dump()
