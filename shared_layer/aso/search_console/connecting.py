"""Connecting the Google account whose Search Console is read, by its owner's consent (`google_consent`).

What is made up gives way to what is real: a made-up site that the account may read is followed anew, live. Without an
OAuth client nothing is connected, and it is said so.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from shared_layer.access.google_oauth import forget
from shared_layer.aso.search_console.api import SearchConsoleError, properties
from shared_layer.aso.search_console.connection import (
    Connection,
    connection_document,
    purpose_of,
    stored_connection,
    token_name,
)
from shared_layer.aso.site import Site, site_document
from shared_layer.aso.sites import new_site, sites_of, stage_first_sync
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound, ProviderFailed, Unavailable
from shared_layer.core.models import Model, empty_list
from shared_layer.google_consent import grant
from shared_layer.google_consent.grant import Begun, CallbackQuery, Purpose
from shared_layer.messaging.events.aso import AsoSiteChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.sealing import seal

PURPOSE: Final = Purpose(
    name="search-console",
    callback="/api/v1/aso/search-console/callback",
    scopes=("https://www.googleapis.com/auth/webmasters.readonly",),
    again="POST /api/v1/aso/search-console/connect",
)


class SearchConsoleStatus(Model):
    """`mock`: nothing is connected, sites are made up. `degraded`: `problem` says why the account must be connected
    again. `properties` are those that can be followed.
    """

    status: Literal["connected", "mock", "degraded"]
    connected_by: str | None
    problem: str | None
    properties: list[str] = Field(default_factory=empty_list)


class ConnectedAccount(Model):
    """What was connected: how many properties it may read, and how many sites went from made up to live."""

    properties: int
    sites: int


async def begin(caller: Caller, unit: Unit) -> Begun:
    """Stage a connection, and answer where the browser has to go."""
    return await grant.begin(PURPOSE, caller.principal, {}, unit)


async def finish(query: CallbackQuery, cookie: str | None, outer: Unit) -> ConnectedAccount:
    """Connect the account that Google gave the token of. Raises InvalidRequest, Unavailable, ProviderFailed."""
    tenant_id, connect, code = await grant.proven(PURPOSE, query, cookie)
    if grant.is_made_up(code):
        raise Unavailable("The platform has no OAuth client of Google's (XYNERGY_GOOGLE_OAUTH): sites stay made up.")
    unit = Unit(outer.context, tenant_id, outer.emits)
    outer.context.tenant_id = tenant_id
    token = await grant.refresh_token_of(PURPOSE, connect, code, tenant_id)
    moment = clock.utcnow()
    connection = Connection(
        refresh_token=seal(token, purpose_of(tenant_id)),
        connected_by=connect.owner,
        created_at=moment,
        updated_at=moment,
    )
    forget(token_name(tenant_id))
    try:
        readable = await properties(connection, tenant_id)
    except SearchConsoleError as error:
        raise ProviderFailed(f"Search Console refuses the account: {error.reason}.") from error
    unit.put(connection_document(tenant_id), connection.model_dump())
    changed = [_made_live(site, unit) for site in await sites_of(tenant_id) if site.site_url in readable]
    grant.finish(connect, unit)
    await unit.commit()
    return ConnectedAccount(properties=len(readable), sites=len(changed))


def _made_live(site: Site, unit: Unit) -> Site:
    """Stage that a site is pulled by the connected account: a made-up one as a new site, its numbers forgotten."""
    if site.mode == "live":
        unit.patch(site_document(unit.tenant_id, site.id), {"problem": None})
        return site
    unit.delete(site_document(unit.tenant_id, site.id))
    unit.emit(AsoSiteChanged(site_id=site.id, change="removed", mode=site.mode))
    made = new_site(site.site_url, "live")
    unit.create(site_document(unit.tenant_id, made.id), made.model_dump())
    stage_first_sync(made, unit)
    return made


async def disconnect(caller: Caller, unit: Unit) -> None:
    """Stage that the account's token is forgotten; its sites keep what was pulled. Raises NotFound."""
    if await stored_connection(caller.tenant_id) is None:
        raise NotFound("No account is connected.")
    forget(token_name(caller.tenant_id))
    unit.delete(connection_document(caller.tenant_id))


async def search_console_status(caller: Caller) -> SearchConsoleStatus:
    """Whether an account is connected, and what it may read."""
    connection = await stored_connection(caller.tenant_id)
    if connection is None:
        return SearchConsoleStatus(status="mock", connected_by=None, problem=None)
    try:
        readable = sorted(await properties(connection, caller.tenant_id))
    except SearchConsoleError as error:
        return SearchConsoleStatus(status="degraded", connected_by=connection.connected_by, problem=error.reason)
    return SearchConsoleStatus(
        status="connected", connected_by=connection.connected_by, problem=None, properties=readable
    )
