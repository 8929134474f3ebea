"""A tenant of its own, and OpenAI's own client on the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest_asyncio
from openai import AsyncOpenAI

from tests.shared_layer.ai.world import World, world
from tests.support.platform import LocalPlatform

__all__ = ["Tenant", "World", "tenant", "world"]


@dataclass(frozen=True, slots=True)
class Tenant:
    """`client` calls the functions as OpenAI's users do; `gateway` as anybody."""

    id: str
    key: str
    client: AsyncOpenAI
    gateway: httpx.AsyncClient

    async def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        sent = {"X-API-Key": self.key, **headers}
        return await self.gateway.post(f"/api/v1/ai/{path}", json=body, headers=sent)


@pytest_asyncio.fixture
async def tenant(platform: LocalPlatform, world: World) -> AsyncIterator[Tenant]:
    tenant_id, key = await platform.tenant()
    async with AsyncOpenAI(base_url=f"{platform.url}/api/v1/ai", api_key=key, max_retries=0) as client:
        yield Tenant(tenant_id, key, client, platform.gateway)
