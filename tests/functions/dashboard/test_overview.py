"""The overview, through the gateway."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared_layer.core.services import SERVICES
from shared_layer.messaging.dead_letters import COLLECTION
from shared_layer.storage.documents import tenant_document
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform


async def overview(platform: LocalPlatform, api_key: str) -> Any:
    answer = await platform.gateway.get("/api/v1/dashboard/overview", headers={"X-API-Key": api_key})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_service_is_shown_with_its_figures(platform: LocalPlatform) -> None:
    _, api_key = await platform.tenant()

    async def measured() -> bool:
        services = {service["name"]: service for service in (await overview(platform, api_key))["services"]}
        assert set(services) == {service.name for service in SERVICES.values()}
        tenants = services["tenant-management"]
        return tenants["requests"] > 0 and tenants["p50_ms"] <= tenants["p95_ms"] <= tenants["p99_ms"]

    await eventually(measured)


async def test_the_overview_is_fresh_and_says_so(platform: LocalPlatform) -> None:
    _, api_key = await platform.tenant()
    found = await overview(platform, api_key)
    assert found["stale"] is False
    assert datetime.now(UTC) - datetime.fromisoformat(found["as_of"]) < timedelta(seconds=5)
    assert 240 <= found["window_seconds"] <= 300
    assert len(found["platform"]["requests_by_minute"]) == 5
    assert found["stream_url"] == f"{platform.functions_url}/stream-dashboard/api/v1/dashboard/stream"


async def test_the_breakers_of_the_providers_are_shown(platform: LocalPlatform) -> None:
    _, api_key = await platform.tenant()
    for provider in (await overview(platform, api_key))["providers"]:
        assert provider["state"] in ("closed", "open", "half_open")


async def test_a_tenant_sees_its_own_dead_letters_alone(platform: LocalPlatform) -> None:
    (mine, my_key), (_, other_key) = await platform.tenant(), await platform.tenant()
    await tenant_document(mine, COLLECTION, "handler:1").set({"status": "open"})
    await tenant_document(mine, COLLECTION, "handler:2").set({"status": "redriven"})
    assert (await overview(platform, my_key))["dead_letters_open"] == 1
    assert (await overview(platform, other_key))["dead_letters_open"] == 0


async def test_the_dashboard_needs_its_scope(platform: LocalPlatform) -> None:
    _, api_key = await platform.tenant()
    made = await platform.gateway.post(
        "/api/v1/api-keys",
        json={"name": "Analytics", "scopes": ["analytics:read"]},
        headers={"X-API-Key": api_key, "Idempotency-Key": "one"},
    )
    narrow = {"X-API-Key": made.json()["key"]}
    for path in ("overview", "stream"):
        answer = await platform.gateway.get(f"/api/v1/dashboard/{path}", headers=narrow)
        assert (answer.status_code, answer.json()["scope"]) == (403, "dashboard:read")
