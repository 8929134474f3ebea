"""Burn-rate alerts: kept with their state, so that each change is told once, by an event in the same commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final, Literal

from shared_layer.core import clock
from shared_layer.core.errors import Conflict
from shared_layer.core.logs import log
from shared_layer.core.models import Entity, Page, PageQuery
from shared_layer.dashboard.burn_measuring import measure_burns
from shared_layer.dashboard.burn_rate import OBJECTIVE, RULES, Rule, Severity, Window, burns
from shared_layer.messaging.events.dashboard import SloBurnChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, page, tenant_collection, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

PLATFORM: Final = "platform"
COLLECTION: Final = "slo_alerts"
State = Literal["firing", "resolved"]


class BurnAlert(Entity):
    """An alert: the service, the rule that it broke, and since when it fires or is over.

    `burn_long` and `burn_short` are the rates when it changed last.
    """

    id: str
    service: str
    rule: str
    severity: Severity
    state: State
    objective: float = OBJECTIVE
    factor: float
    burn_long: float
    burn_short: float


class AlertFilter(PageQuery):
    """Which alerts: those that fire, or those that are over."""

    state: State | None = None


async def list_alerts(wanted: AlertFilter) -> Page[BurnAlert]:
    """The platform's alerts, last changed first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(PLATFORM, COLLECTION)
    if wanted.state is not None:
        found = found.where(filter=FieldFilter("state", "==", wanted.state))
    return await page(found, BurnAlert, wanted, ["-updated_at"])


async def check_burns(unit: Unit) -> None:
    """Fire the alerts whose rule is broken and is not told of yet, and end those whose rule holds again."""
    measured = await measure_burns()
    known = {alert.id: alert async for alert in _firing()}
    changes = []
    for service, windows in measured.items():
        for rule in RULES:
            alert_id = f"{service}:{rule.name}"
            if burns(rule, windows) == (alert_id in known):
                continue
            changes.append(_change(unit, service, rule, windows, known.get(alert_id)))
    await asyncio.gather(*changes)


async def firing_alerts(service: str) -> list[BurnAlert]:
    """The alerts of a service that fire now."""
    return [alert async for alert in _firing() if alert.service == service]


async def _firing() -> AsyncIterator[BurnAlert]:
    from google.cloud.firestore import FieldFilter

    firing = tenant_collection(PLATFORM, COLLECTION).where(filter=FieldFilter("state", "==", "firing"))
    async for snapshot in firing.stream():
        yield from_snapshot(snapshot, BurnAlert)


async def _change(unit: Unit, service: str, rule: Rule, windows: dict[int, Window], firing: BurnAlert | None) -> None:
    """Commit the alert's new state with its event; who comes second finds it told."""
    step = Unit(unit.context, PLATFORM, unit.emits)
    state: State = "resolved" if firing else "firing"
    alert = _alert(service, rule, windows, state)
    reference = tenant_document(PLATFORM, COLLECTION, alert.id)
    former = firing or await _former(reference)
    if former is None:
        step.create(reference, alert.model_dump())
    else:
        alert.created_at, alert.version = former.created_at, former.version + 1
        step.patch_unchanged(reference, alert.model_dump(), former.stored_at)
    step.emit(_told(alert, rule))
    try:
        await step.commit()
    except Conflict:
        return
    shown = {"alert": alert.id, "burn_long": alert.burn_long, "burn_short": alert.burn_short}
    log("ERROR" if state == "firing" else "INFO", "slo_burn_changed", f"{alert.severity} {state}", **shown)


async def _former(reference: AsyncDocumentReference) -> BurnAlert | None:
    snapshot = await reference.get()
    return from_snapshot(snapshot, BurnAlert) if snapshot.exists else None


def _alert(service: str, rule: Rule, windows: dict[int, Window], state: State) -> BurnAlert:
    moment = clock.utcnow()
    return BurnAlert(
        id=f"{service}:{rule.name}",
        service=service,
        rule=rule.name,
        severity=rule.severity,
        state=state,
        factor=rule.factor,
        burn_long=windows[rule.long_minutes].burn,
        burn_short=windows[rule.short_minutes].burn,
        created_at=moment,
        updated_at=moment,
    )


def _told(alert: BurnAlert, rule: Rule) -> SloBurnChanged:
    return SloBurnChanged(
        service=alert.service,
        rule=alert.rule,
        severity=alert.severity,
        state=alert.state,
        objective=alert.objective,
        factor=alert.factor,
        long_minutes=rule.long_minutes,
        short_minutes=rule.short_minutes,
        burn_long=alert.burn_long,
        burn_short=alert.burn_short,
    )
