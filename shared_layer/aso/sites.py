"""Sites: added, listed, removed, pulled again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from shared_layer.aso.days import Span, ending, newest_published
from shared_layer.aso.search_console.api import SearchConsoleError, properties
from shared_layer.aso.search_console.connection import stored_connection
from shared_layer.aso.site import COLLECTION, SITES_AT_MOST, Mode, NewSite, Site, SiteQuery, site_document
from shared_layer.aso.tables import performance_table, totals_table
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition, NotFound, ProviderFailed, ValidationFailed
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Page
from shared_layer.messaging.events.aso import AsoSiteChanged, AsoSyncDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, page, read, tenant_collection
from shared_layer.storage.tenant_tables import drop_table, make_table

FIRST_DAYS: Final = 90
AGAIN_DAYS: Final = 5
NO_SITE: Final = "There is no site yet. Add one: POST /api/v1/aso/sites."


async def add_site(new: NewSite, caller: Caller, unit: Unit) -> Site:
    """Stage a site and the pull of its last 90 days.

    Raises IllegalTransition where it is followed already or there are too many, ValidationFailed where the connected
    account may not read it.
    """
    known = await sites_of(caller.tenant_id)
    if any(one.site_url == new.site_url for one in known):
        raise IllegalTransition(f"{new.site_url} is followed already.")
    if len(known) >= SITES_AT_MOST:
        raise IllegalTransition(f"{SITES_AT_MOST} sites are followed. Remove one first.")
    site = new_site(new.site_url, "live" if await _is_readable(new.site_url, caller.tenant_id) else "mock")
    unit.create(site_document(caller.tenant_id, site.id), site.model_dump())
    stage_first_sync(site, unit)
    return site


def new_site(site_url: str, mode: Mode) -> Site:
    """A site of which nothing was pulled yet."""
    moment = clock.utcnow()
    return Site(id=new_id("site"), site_url=site_url, mode=mode, created_at=moment, updated_at=moment)


def stage_first_sync(site: Site, unit: Unit) -> None:
    """Stage that a site was added, and the pull of its last 90 days."""
    span = ending(newest_published(), FIRST_DAYS)
    unit.emit(AsoSiteChanged(site_id=site.id, change="added", mode=site.mode))
    unit.emit(AsoSyncDue(site_id=site.id, since=span.since, until=span.until))


async def _is_readable(wanted: str, tenant_id: str) -> bool:
    """Whether Search Console is connected; raises ValidationFailed where it is, and the property is not in it."""
    connection = await stored_connection(tenant_id)
    if connection is None:
        return False
    try:
        readable = await properties(connection, tenant_id)
    except SearchConsoleError as error:
        raise ProviderFailed(f"Search Console refuses the list of properties: {error.reason}.") from error
    if wanted not in readable:
        shown = ", ".join(sorted(readable)[:20]) or "nothing"
        raise ValidationFailed(
            f"The connected account may not read {wanted}. It may read: {shown}.", properties=sorted(readable)[:100]
        )
    return True


async def remove_site(site_id: Id, caller: Caller, unit: Unit) -> None:
    """Stage the end of a site. Its numbers go with the next event. Raises NotFound."""
    site = await get_site(site_id, caller)
    unit.delete(site_document(caller.tenant_id, site.id))
    unit.emit(AsoSiteChanged(site_id=site.id, change="removed", mode=site.mode))


async def forget_site(site_id: str, tenant_id: str) -> None:
    """Drop a removed site's tables, and all that was derived from them."""
    from google.cloud.firestore import FieldFilter

    for table in (performance_table(tenant_id, site_id), totals_table(tenant_id, site_id)):
        await drop_table(table)
    own = FieldFilter("site_id", "==", site_id)
    for collection in (
        tenant_collection(tenant_id, "aso_partitions"),
        tenant_collection(tenant_id, "aso_opportunities"),
        tenant_collection(tenant_id, "aso_curves"),
    ):
        async for snapshot in collection.where(filter=own).select([]).stream():
            await snapshot.reference.delete()


async def sync_site(site_id: Id, caller: Caller, unit: Unit) -> Site:
    """Stage a pull of what is new, and of the last days again. Raises NotFound."""
    site = await get_site(site_id, caller)
    stage_sync(site, unit)
    return site


def stage_sync(site: Site, unit: Unit, tenant_id: str = "") -> None:
    """Have the last five published days pulled again, and all that are missing before them."""
    span = due_span(site)
    unit.emit(AsoSyncDue(site_id=site.id, since=span.since, until=span.until), tenant_id)


def due_span(site: Site) -> Span:
    """The days to be pulled: late data changes the last five; older ones are missing after an outage."""
    newest = newest_published()
    again = ending(newest, AGAIN_DAYS)
    if site.data_date is None:
        return ending(newest, FIRST_DAYS)
    oldest = max(site.data_date + timedelta(days=1), newest - timedelta(days=480))
    return Span(min(oldest, again.since), newest)


async def get_site(site_id: Id, caller: Caller) -> Site:
    """One site. Raises NotFound."""
    return await read(site_document(caller.tenant_id, site_id), Site)


async def list_sites(query: SiteQuery, caller: Caller) -> Page[Site]:
    """The tenant's sites, newest first."""
    return await page(tenant_collection(caller.tenant_id, COLLECTION), Site, query, ["-created_at"])


async def sites_of(tenant_id: str) -> list[Site]:
    """All sites of a tenant, oldest first."""
    found = await tenant_collection(tenant_id, COLLECTION).limit(SITES_AT_MOST).get()
    return sorted((from_snapshot(one, Site) for one in found), key=lambda one: (one.created_at, one.id))


async def chosen_site(site_id: str | None, tenant_id: str) -> Site:
    """The site that is named, else the oldest. Raises NotFound, saying how to add one."""
    if site_id is not None:
        return await read(site_document(tenant_id, site_id), Site)
    found = await sites_of(tenant_id)
    if not found:
        raise NotFound(NO_SITE)
    return found[0]


async def prepare_tables(site_id: str, tenant_id: str) -> None:
    """Make the site's tables where they are not."""
    for table in (performance_table(tenant_id, site_id), totals_table(tenant_id, site_id)):
        await make_table(table)


async def mark_changed(tenant_id: str, unit: Unit) -> None:
    """Stage that what the opportunities of the tenant's sites rest on has changed."""
    for site in await sites_of(tenant_id):
        unit.merge(site_document(tenant_id, site.id), {"changed": True})
