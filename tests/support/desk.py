"""A tenant at work: calls of one service's operations by its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

from tests.support.platform import LocalPlatform


@dataclass(slots=True)
class Desk:
    """`BASE` is the path that all of the service's operations lie under."""

    BASE: ClassVar[str]

    platform: LocalPlatform
    tenant_id: str
    key: str

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.platform.gateway.get(self.BASE + path, params=query, headers={"X-API-Key": self.key})

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        sent = {"X-API-Key": self.key, **headers}
        return await self.platform.gateway.post(self.BASE + path, json=body, headers=sent)

    async def delete(self, path: str) -> httpx.Response:
        return await self.platform.gateway.delete(self.BASE + path, headers={"X-API-Key": self.key})

    async def events(self, *types: str) -> list[dict[str, Any]]:
        """The payloads of the tenant's events of these types, oldest first."""
        from shared_layer.storage.documents import tenant_collection

        found = [one.to_dict() async for one in tenant_collection(self.tenant_id, "events").stream()]
        kept = [event for event in found if event["event_type"] in types]
        return [event["payload"] for event in sorted(kept, key=lambda event: event["timestamp"])]
