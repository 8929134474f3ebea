"""The CRM through the gateway: what its tests call again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.platform import LocalPlatform

BASE = "/api/xynergyos/v2/crm"


@dataclass(frozen=True, slots=True)
class Crm:
    """One tenant's CRM."""

    platform: LocalPlatform
    tenant_id: str
    key: str

    async def ask(self, method: str, path: str, version: int | None = None, **options: Any) -> httpx.Response:
        """Any call below the CRM's path; `version` is sent as If-Match."""
        headers = {"X-API-Key": self.key} | ({"If-Match": f'"{version}"'} if version is not None else {})
        return await self.platform.gateway.request(method, BASE + path, headers=headers, **options)

    async def create(self, path: str = "/contacts", **body: Any) -> dict[str, Any]:
        """What was created."""
        made = await self.ask("POST", path, json=body)
        assert made.status_code == 201, made.text
        answer: dict[str, Any] = made.json()
        return answer

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        """What a GET answers."""
        found = await self.ask("GET", path, params=params)
        assert found.status_code == 200, found.text
        answer: dict[str, Any] = found.json()
        return answer

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


async def new_crm(platform: LocalPlatform) -> Crm:
    """The CRM of a new tenant."""
    return Crm(platform, *await platform.tenant())
