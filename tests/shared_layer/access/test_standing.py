"""Whether those who follow a stream still may, with Redis and without."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from shared_layer.access import standing as standing_module
from shared_layer.access.api_keys import key_reference
from shared_layer.access.credentials import TRUST_SECONDS
from shared_layer.access.standing import Standing
from shared_layer.core import clock
from shared_layer.storage import redis as redis_module
from shared_layer.storage.redis import Redis
from tests.support.platform import LocalPlatform


@pytest.fixture
def moved() -> Iterator[list[float]]:
    """Seconds by which the clock is ahead."""
    ahead = [0.0]
    former = clock.use(lambda: time.time() + ahead[0])
    yield ahead
    clock.use(former)


async def followed(platform: LocalPlatform, scope: str = "live:read") -> tuple[str, dict[str, Any], str]:
    """A tenant, a narrow key of it, and the owner's key."""
    tenant_id, owner = await platform.tenant()
    made = await platform.gateway.post(
        "/api/v1/api-keys", json={"name": "x", "scopes": [scope]}, headers={"X-API-Key": owner}
    )
    return tenant_id, made.json(), owner


async def test_a_revocation_is_known_at_the_next_look(platform: LocalPlatform) -> None:
    tenant_id, made, owner = await followed(platform)
    standing = Standing(tenant_id, "live:read")
    assert await standing.lost({made["key"], owner}) == []
    await platform.gateway.delete(f"/api/v1/api-keys/{made['id']}", headers={"X-API-Key": owner})
    assert await standing.lost({made["key"], owner}) == [made["key"]]


async def test_another_scope_or_another_tenants_key_opens_nothing(platform: LocalPlatform) -> None:
    tenant_id, made, _ = await followed(platform, "marketing:read")
    _, _, strangers = await followed(platform)
    assert set(await Standing(tenant_id, "live:read").lost({made["key"], strangers})) == {made["key"], strangers}


async def test_without_redis_a_revocation_is_known_within_five_minutes(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch, moved: list[float]
) -> None:
    tenant_id, made, _ = await followed(platform)
    monkeypatch.setattr(standing_module, "LOOK_ANYWAY_SECONDS", 0.0)
    monkeypatch.setattr(redis_module, "_redis", Redis("redis://127.0.0.1:1/0"))
    standing = Standing(tenant_id, "live:read")
    assert await standing.lost({made["key"]}) == []
    await key_reference(made["id"]).update({"status": "revoked"})
    assert await standing.lost({made["key"]}) == []
    moved[0] = TRUST_SECONDS
    assert await standing.lost({made["key"]}) == [made["key"]]
