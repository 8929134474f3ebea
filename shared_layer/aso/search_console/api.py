"""Search Console's REST API over httpx: searchAnalytics.query and sites.list, with its errors as one exception.

https://developers.google.com/webmaster-tools/v1/searchanalytics/query. The made-up site answers the same calls through
a transport of its own (`mock`), so that there is one client.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import httpx

from shared_layer.aso.search_console.connection import Connection, access_token, stored_connection
from shared_layer.aso.site import Site
from shared_layer.core.context import current
from shared_layer.core.errors import Unavailable
from shared_layer.core.settings import settings

Json = dict[str, Any]
SECONDS: Final = 30.0
_SITES: Final = "/webmasters/v3/sites"
_LIMITED: Final = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"})
_LOST: Final = frozenset({"invalid_grant", "insufficientPermissions", "forbidden", "unconnected"})


class SearchConsoleError(Exception):
    """Google's refusal: `status` of the answer (0: none came), `reason` as Google's errors name it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status, self.reason = status, reason

    @property
    def passing(self) -> bool:
        """Whether the same call may succeed later."""
        return self.status in (0, 408, 429) or self.status >= 500 or self.reason in _LIMITED

    @property
    def lost(self) -> bool:
        """Whether somebody must connect anew, or be given access to the property."""
        return not self.passing and (self.status in (401, 403, 404) or self.reason in _LOST)

    def as_unavailable(self) -> Unavailable:
        """What a delivery is told, so that it comes again."""
        return Unavailable(f"Search Console does not answer: {self.reason}. It is asked again.")


async def query(site: Site, tenant_id: str, body: Json) -> Json:
    """What searchAnalytics.query answers. Raises SearchConsoleError."""
    path = f"{_SITES}/{quote(site.site_url, safe='')}/searchAnalytics/query"
    if site.mode == "mock":
        from shared_layer.aso.search_console.mock import MockSearchConsole

        async with httpx.AsyncClient(
            transport=MockSearchConsole(site), base_url="http://search-console.mock"
        ) as client:
            return _told(await client.post(path, json=body))
    connection = await stored_connection(tenant_id)
    if connection is None:
        raise SearchConsoleError(401, "unconnected")
    return await _call(connection, tenant_id, "POST", path, json=body)


async def properties(connection: Connection, tenant_id: str) -> list[str]:
    """The properties that the connected account may read. Raises SearchConsoleError."""
    listed = await _call(connection, tenant_id, "GET", _SITES)
    entries = listed.get("siteEntry", ())
    return [str(one["siteUrl"]) for one in entries if one.get("permissionLevel") != "siteUnverifiedUser"]


async def _call(connection: Connection, tenant_id: str, method: str, path: str, **arguments: Any) -> Json:
    context, url = current(), settings().search_console_url
    seconds = min(SECONDS, max(0.5, context.remaining())) if context else SECONDS
    headers = {"Authorization": f"Bearer {await access_token(connection, tenant_id)}"}
    local = url.startswith("http://")
    async with httpx.AsyncClient(base_url=url, timeout=seconds, trust_env=not local) as client:
        try:
            answer = await client.request(method, path, headers=headers, **arguments)
        except httpx.HTTPError as error:
            raise SearchConsoleError(0, "unreachable") from error
    return _told(answer)


def _told(answer: httpx.Response) -> Json:
    if answer.status_code < 400:
        return dict(answer.json())
    try:
        error = answer.json()["error"]
        reason = str((error.get("errors") or [{}])[0].get("reason") or error.get("status") or "unknown")
    except (ValueError, KeyError, TypeError, AttributeError):
        reason = "unknown"
    raise SearchConsoleError(answer.status_code, reason)
