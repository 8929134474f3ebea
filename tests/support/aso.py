"""The ASO engine through the gateway: what its tests call again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

BASE = "/api/v1/aso"
PROPERTY = "https://www.harbour-roasters.example/"


@dataclass(frozen=True, slots=True)
class Aso:
    """One tenant's search."""

    platform: LocalPlatform
    tenant_id: str
    key: str

    async def ask(self, method: str, path: str, version: int | None = None, **options: Any) -> httpx.Response:
        """Any call below the engine's path; `version` is sent as If-Match."""
        headers = {"X-API-Key": self.key} | ({"If-Match": f'"{version}"'} if version is not None else {})
        return await self.platform.gateway.request(method, BASE + path, headers=headers, **options)

    async def told(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        """The JSON of a call that must answer `status`."""
        answer = await self.ask(method, path, **options)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def get(self, path: str, **params: Any) -> Any:
        """What a GET answers."""
        return await self.told("GET", path, params=params)

    async def listed(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        items: list[dict[str, Any]] = []
        cursor = None
        while True:
            part = await self.get(path, **params, **({"cursor": cursor} if cursor else {}))
            items += part["items"]
            cursor = part["next_cursor"]
            if cursor is None:
                return items

    async def add_site(self, address: str = PROPERTY) -> dict[str, Any]:
        """A site whose first 90 days were pulled."""
        made: dict[str, Any] = await self.told("POST", "/sites", 201, json={"site_url": address})
        return await self.synced(made["id"], 90)

    async def synced(self, site_id: str, days: int) -> dict[str, Any]:
        """The site once so many days of it were pulled."""

        async def whole() -> bool:
            events = await self.events("search_performance_synced", site_id)
            return sum(one["changed_days"] for one in events) >= days

        await eventually(whole, within=60.0)
        site: dict[str, Any] = await self.get(f"/sites/{site_id}")
        return site

    async def events(self, event_type: str, site_id: str | None = None) -> list[dict[str, Any]]:
        """The payloads of the tenant's events of a type."""
        from tests.support.staging import documents

        found = [one["payload"] for one in await documents(self.tenant_id, "events") if one["event_type"] == event_type]
        return [one for one in found if site_id is None or one.get("site_id") == site_id]


async def new_aso(platform: LocalPlatform) -> Aso:
    """The search of a new tenant."""
    return Aso(platform, *await platform.tenant())
