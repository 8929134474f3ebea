"""History classified anew after the rules changed: journey by journey, then the spend, as a task with progress.

Each journey is a commit of its own, held against what was read; one that is already as the rules say is not written.
So a step that is done twice does nothing the second time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from shared_layer.attribution.channels.rule_store import read_rules
from shared_layer.attribution.channels.rules import ChannelRule, classify
from shared_layer.attribution.channels.traffic import Traffic
from shared_layer.attribution.daily import Ledger
from shared_layer.attribution.event import COLLECTION as EVENTS
from shared_layer.attribution.event import SpendEvent, StoredEvent, event_document
from shared_layer.attribution.folding import spend_channel
from shared_layer.attribution.journey import COLLECTION as JOURNEYS
from shared_layer.attribution.journey import Journey, Touch, journey_document
from shared_layer.attribution.money import micros_of
from shared_layer.attribution.rows import rows_of
from shared_layer.core import clock
from shared_layer.core.errors import Conflict, VersionMismatch
from shared_layer.core.models import Model
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_collection

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery, DocumentSnapshot

AT_ONCE: Final = 200
TOGETHER: Final = 10
TRIES: Final = 8


class Progress(Model):
    """How far it is: what the next step goes on from, and how many journeys and spends were looked at and changed."""

    percent: int
    position: dict[str, Any]
    outcome: dict[str, int]
    last: bool


async def reclassify_part(position: dict[str, Any], unit: Unit) -> Progress:
    """Classify the next 200 journeys, or spends, by the rules in force."""
    rules = (await read_rules(unit.tenant_id)).rules
    phase = position.get("phase", JOURNEYS)
    page = await _page(unit.tenant_id, phase, position.get("after"))
    work = _journey if phase == JOURNEYS else _spend
    changed = 0
    for start in range(0, len(page), TOGETHER):
        part = page[start : start + TOGETHER]
        changed += sum(await asyncio.gather(*[work(snapshot, rules, unit) for snapshot in part]))
    outcome = dict(position.get("outcome", {}))
    outcome[f"{phase}_seen"] = outcome.get(f"{phase}_seen", 0) + len(page)
    outcome[f"{phase}_changed"] = outcome.get(f"{phase}_changed", 0) + changed
    full = len(page) == AT_ONCE
    after = {"phase": phase, "after": page[-1].id} if full else {"phase": EVENTS}
    seen, total = outcome.get(f"{JOURNEYS}_seen", 0), await _count(unit.tenant_id)
    return Progress(
        percent=min(99, 100 * seen // max(1, total)),
        position=after | {"outcome": outcome},
        outcome=outcome,
        last=not full and phase == EVENTS,
    )


async def _count(tenant_id: str) -> int:
    [[found]] = await tenant_collection(tenant_id, JOURNEYS).count().get()
    return int(found.value)


async def _page(tenant_id: str, phase: str, after: str | None) -> list[DocumentSnapshot]:
    from google.cloud.firestore import FieldFilter

    query: AsyncQuery = tenant_collection(tenant_id, JOURNEYS)
    if phase == EVENTS:
        query = tenant_collection(tenant_id, EVENTS).where(filter=FieldFilter("type", "==", "spend"))
    ordered = query.order_by("__name__").limit(AT_ONCE)
    if after is not None:
        ordered = ordered.start_after({"__name__": after})
    return [snapshot async for snapshot in ordered.stream()]


def reclassified(touches: Sequence[Touch], rules: list[ChannelRule]) -> list[Touch]:
    """The touches with their channels by `rules`."""
    return [
        touch.model_copy(
            update={
                "channel": classify(
                    Traffic(**touch.model_dump(include=set(Traffic.model_fields))), rules
                ).channel
            }
        )
        for touch in touches
    ]  # fmt: skip


async def _journey(snapshot: DocumentSnapshot, rules: list[ChannelRule], unit: Unit) -> bool:
    """Classify a journey anew, read again as often as somebody comes between; whether it changed."""
    for _ in range(TRIES):
        journey = Journey.model_validate(snapshot.to_dict())
        before, touches = rows_of(journey), reclassified(journey.touches, rules)
        if touches == journey.touches:
            return False
        journey.touches, journey.updated_at = touches, clock.utcnow()
        part, ledger = Unit(unit.context, unit.tenant_id), Ledger()
        ledger.change(journey.person_id, before, rows_of(journey))
        reference = journey_document(unit.tenant_id, journey.person_id)
        part.patch_unchanged(reference, journey.model_dump(), snapshot.update_time)
        ledger.stage(part)
        try:
            await part.commit()
            return True
        except (Conflict, VersionMismatch):
            snapshot = await reference.get()
            if not snapshot.exists:
                return False
    raise Conflict("The journey is written too often at this moment.")


async def _spend(snapshot: DocumentSnapshot, rules: list[ChannelRule], unit: Unit) -> bool:
    """Count a spend for the channel that it is now; whether that is another. One not folded yet will be by itself."""
    stored = from_snapshot(snapshot, StoredEvent)
    event = stored.event
    if not isinstance(event, SpendEvent) or stored.channel is None:
        return False
    channel = spend_channel(event, rules)
    if channel == stored.channel:
        return False
    part, ledger = Unit(unit.context, unit.tenant_id), Ledger()
    micros, day = micros_of(event.amount_minor, event.currency), event.at.date().isoformat()
    ledger.spend(stored.id, day, stored.channel, event.currency, -micros)
    ledger.spend(stored.id, day, channel, event.currency, micros)
    part.patch_unchanged(event_document(unit.tenant_id, stored.id), {"channel": channel}, snapshot.update_time)
    ledger.stage(part)
    await part.commit()
    return True
