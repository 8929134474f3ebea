"""What is done every night for every tenant: all models over thirty days kept as a snapshot, empty rows dropped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pydantic import ConfigDict

from shared_layer.attribution.comparison import disagreements
from shared_layer.attribution.daily import COLLECTION as DAYS
from shared_layer.attribution.daily import day_snapshots, drop_zeros, gathered
from shared_layer.attribution.models.windows import within
from shared_layer.attribution.report_query import ReportQuery, frame_of
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Conflict, VersionMismatch
from shared_layer.core.models import Model, Page, PageQuery
from shared_layer.messaging.events.attribution import AttributionRebuildDue, AttributionSnapshotTaken
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery, DocumentSnapshot

COLLECTION: Final = "attribution_snapshots"
PERIOD: Final = timedelta(days=29)
PAGE: Final = 200


class AttributionSnapshot(Model):
    """All models of one night: over the thirty days before it, with the tenant's window and currency.

    `credits` holds, by model and channel, millionths of conversions and of money; `disagreement` how many points the
    models lie apart about the channel that they agree least about.
    """

    model_config = ConfigDict(extra="ignore")

    night: str
    since: str
    until: str
    lookback_days: int
    currency: str
    conversions: int
    credits: dict[str, dict[str, dict[str, int]]]
    disagreement: float
    taken_at: datetime


async def begin_rebuild(unit: Unit) -> int:
    """Tell of every active tenant that has days that its models are to be computed; how many there are."""
    from google.cloud.firestore import FieldFilter

    night, begun = clock.utcnow().date().isoformat(), 0
    active = firestore().collection("tenants").where(filter=FieldFilter("status", "==", "active"))
    async for found in _pages(active):
        part = Unit(unit.context, "", unit.emits)
        for snapshot in found:
            if [one async for one in tenant_collection(snapshot.id, DAYS).limit(1).stream()]:
                part.emit(AttributionRebuildDue(night=night), snapshot.id)
                begun += 1
        await part.commit()
    return begun


async def _pages(query: AsyncQuery) -> AsyncIterator[list[DocumentSnapshot]]:
    ordered = query.order_by("__name__").limit(PAGE)
    found = [snapshot async for snapshot in ordered.stream()]
    while found:
        yield found
        more = ordered.start_after(found[-1])
        found = [snapshot async for snapshot in more.stream()] if len(found) == PAGE else []


async def rebuild(due: AttributionRebuildDue, unit: Unit) -> None:
    """Stage the night's snapshot and tell of it; rows that came to nothing go, unless somebody writes their day now."""
    last = date.fromisoformat(due.night) - timedelta(days=1)
    query = ReportQuery(since=last - PERIOD, until=last)
    frame = await frame_of(query, unit.tenant_id)
    snapshots = await day_snapshots(unit.tenant_id, query.first, query.last)
    for snapshot in snapshots:
        part = Unit(unit.context, unit.tenant_id)
        if drop_zeros(snapshot, part):
            with suppress(Conflict, VersionMismatch):
                await part.commit()
    journeys = within(gathered(snapshots).paths, frame.lookback_days, frame.currency)
    rows = await asyncio.to_thread(partial(disagreements, journeys, 7.0, 1))
    credits: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        for model, credit in row.by_model.items():
            credits.setdefault(model, {})[row.channel] = {
                "conversions_micros": credit.conversions_micros, "revenue_micros": credit.revenue_micros,
            }  # fmt: skip
    taken = AttributionSnapshot(
        night=due.night, since=query.first.isoformat(), until=last.isoformat(), lookback_days=frame.lookback_days,
        currency=frame.currency, conversions=sum(one.converted for one in journeys), credits=credits,
        disagreement=max((row.spread_points for row in rows), default=0.0), taken_at=clock.utcnow(),
    )  # fmt: skip
    unit.put(tenant_document(unit.tenant_id, COLLECTION, due.night), taken.model_dump())
    unit.emit(
        AttributionSnapshotTaken(
            night=due.night, conversions=taken.conversions, channel=_leader(credits), disagreement=taken.disagreement
        )
    )


def _leader(credits: dict[str, dict[str, dict[str, Any]]]) -> str | None:
    by_markov = credits.get("markov", {})
    return max(sorted(by_markov), key=lambda channel: by_markov[channel]["conversions_micros"], default=None)


async def list_snapshots(query: PageQuery, caller: Caller) -> Page[AttributionSnapshot]:
    """The tenant's snapshots, the latest first."""
    return await page(tenant_collection(caller.tenant_id, COLLECTION), AttributionSnapshot, query, ["-night"])
