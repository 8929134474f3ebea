"""Search performance pulled day by day into the tenant's dataset.

A day is pulled whole and replaces its partition, so that pulling it again changes nothing; a day whose numbers are what
they were is not written at all. What changed is noted, and the hourly recomputation looks at nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from shared_layer.aso.days import Day, Span
from shared_layer.aso.search_console.api import SearchConsoleError
from shared_layer.aso.search_console.pulling import PulledDay, pull_day
from shared_layer.aso.site import COLLECTION as SITES
from shared_layer.aso.site import Site, site_document
from shared_layer.aso.sites import prepare_tables, stage_sync
from shared_layer.aso.tables import performance_table, totals_table
from shared_layer.core import clock
from shared_layer.core.logs import log
from shared_layer.core.models import Model
from shared_layer.messaging.events.aso import AsoOpportunitiesDue, AsoSyncDue, SearchPerformanceSynced
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_document
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.tenant_tables import replace_day

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

PARTITIONS: Final = "aso_partitions"
DAYS_A_STEP: Final = 15
AT_ONCE: Final = 100


class Partition(Model):
    """A day of a site as it was last written; `digest` stands for its numbers."""

    site_id: str
    day: Day
    digest: str
    rows: int
    clicks: int
    impressions: int
    changed_at: datetime


def partition_document(tenant_id: str, site_id: str, day: date) -> AsyncDocumentReference:
    """What is known of a day of a site."""
    return tenant_document(tenant_id, PARTITIONS, f"{site_id}_{day:%Y%m%d}")


async def begin_sync(unit: Unit) -> int:
    """Tell of every site that it is to be pulled; how many there are. Tenants that are not active wait."""
    begun = 0
    async for page in _sites_by_page():
        part = Unit(unit.context, "", unit.emits)
        for tenant_id, site in page:
            if await _is_active(tenant_id):
                stage_sync(site, part, tenant_id)
                begun += 1
        await part.commit()
    return begun


async def _sites_by_page() -> AsyncIterator[list[tuple[str, Site]]]:
    query = firestore().collection_group(SITES).order_by("__name__").limit(AT_ONCE)
    found = [snapshot async for snapshot in query.stream()]
    while found:
        yield [(one.reference.parent.parent.id, from_snapshot(one, Site)) for one in found]
        found = [snapshot async for snapshot in query.start_after(found[-1]).stream()] if len(found) == AT_ONCE else []


async def _is_active(tenant_id: str) -> bool:
    tenant = await firestore().collection("tenants").document(tenant_id).get(["status"])
    return bool(tenant.exists and (tenant.to_dict() or {}).get("status") == "active")


async def sync(due: AsoSyncDue, unit: Unit) -> None:
    """Pull the next days of a site, and stage the event of those behind them. Raises Unavailable for what passes."""
    reference = site_document(unit.tenant_id, due.site_id)
    snapshot = await reference.get()
    if not snapshot.exists or due.since > due.until:
        return
    site = from_snapshot(snapshot, Site)
    if site.data_date is None:
        await prepare_tables(site.id, unit.tenant_id)
    step = Span(due.since, min(due.until, due.since + timedelta(days=DAYS_A_STEP - 1)))
    try:
        changed, newest = await _pull(site, step, unit)
    except SearchConsoleError as error:
        if error.passing:
            raise error.as_unavailable() from error
        log("WARNING", "search_console_lost", f"The site is not pulled: {error.reason}.")
        unit.patch(reference, {"problem": error.reason})
        return
    site.data_date = max(filter(None, (site.data_date, newest)), default=None)
    facts: dict[str, Any] = {
        "data_date": site.data_date.isoformat() if site.data_date else None,
        "last_synced_at": clock.utcnow(),
    }
    first = step.since if site.first_date is None else min(site.first_date, step.since)
    facts |= {"first_date": first.isoformat(), "problem": None} | ({"changed": True} if changed else {})
    unit.patch(reference, facts)
    if step.until < due.until:
        following = step.until + timedelta(days=1)
        unit.emit(AsoSyncDue(site_id=site.id, since=following, until=due.until))
    elif site.opportunities_at is None and site.data_date is not None:
        unit.emit(AsoOpportunitiesDue(site_id=site.id))
    told = {"site_id": site.id, "since": step.since, "until": step.until, "data_date": site.data_date}
    unit.emit(SearchPerformanceSynced(**told, changed_days=changed))


async def _pull(site: Site, step: Span, unit: Unit) -> tuple[int, date | None]:
    """How many days changed, and the newest that has data."""
    references = [partition_document(unit.tenant_id, site.id, day) for day in step]
    known = {one.id: one.to_dict() or {} async for one in firestore().get_all(references) if one.exists}
    changed, newest = 0, None
    for day, reference in zip(step, references, strict=True):
        pulled = await pull_day(site, unit.tenant_id, day)
        former = known.get(reference.id, {}).get("digest")
        if not pulled.empty:
            newest = day
        if pulled.digest == former or (pulled.empty and former is None):
            continue
        await replace_day(performance_table(unit.tenant_id, site.id), day, pulled.rows)
        await replace_day(totals_table(unit.tenant_id, site.id), day, pulled.totals)
        unit.put(reference, _partition(site, pulled).model_dump())
        changed += 1
    return changed, newest


def _partition(site: Site, pulled: PulledDay) -> Partition:
    return Partition(
        site_id=site.id,
        day=pulled.day,
        digest=pulled.digest,
        rows=len(pulled.rows),
        clicks=sum(row["clicks"] for row in pulled.totals),
        impressions=sum(row["impressions"] for row in pulled.totals),
        changed_at=clock.utcnow(),
    )
