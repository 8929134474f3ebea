"""The live stream, over real sockets."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from shared_layer.access import standing
from shared_layer.core import clock
from tests.functions.dashboard.listener import Listener, listening
from tests.support.platform import LocalPlatform

STREAM = "/api/v1/dashboard/stream"


def own_url(platform: LocalPlatform) -> str:
    """The function's own address, which is where a cloud's gateway would send a listener."""
    return f"{platform.functions_url}/stream-dashboard{STREAM}"


async def new_key(platform: LocalPlatform, api_key: str, *scopes: str) -> httpx.Response:
    return await platform.gateway.post(
        "/api/v1/api-keys",
        json={"name": "Another", "scopes": list(scopes)},
        headers={"X-API-Key": api_key, "Idempotency-Key": "one"},
    )


async def two(listener: Listener) -> list[str]:
    """The types of the next two events."""
    return [(await listener.next("event")).data["event_type"] for _ in range(2)]


@pytest.mark.parametrize("through", ["gateway", "function"])
async def test_a_listener_gets_the_overview_and_the_latest_events_at_once(
    platform: LocalPlatform, through: str
) -> None:
    tenant_id, api_key = await platform.tenant()
    url = own_url(platform) if through == "function" else platform.url + STREAM
    async with listening(url, api_key) as listener:
        assert listener.response.headers["content-type"].startswith("text/event-stream")
        assert listener.response.headers["cache-control"] == "no-store"
        assert (await listener.next("overview")).data["stream_url"] == own_url(platform)
        first = await listener.next("event")
        assert (first.id, first.data["tenant_id"]) == (first.data["event_id"], tenant_id)


async def test_a_new_event_reaches_a_listener(platform: LocalPlatform) -> None:
    _, api_key = await platform.tenant()
    async with listening(own_url(platform), api_key) as listener:
        assert await two(listener) == ["tenant_created", "api_key_created"]
        made = await new_key(platform, api_key, "analytics:read")
        assert (await listener.next("event")).data["payload"]["key_id"] == made.json()["id"]


@pytest.mark.parametrize("way", ["header", "query"])
async def test_a_listener_that_comes_back_goes_on_where_it_was(platform: LocalPlatform, way: str) -> None:
    _, api_key = await platform.tenant()
    async with listening(own_url(platform), api_key) as listener:
        await listener.next("event")
        last = await listener.next("event")
    made = (await new_key(platform, api_key, "analytics:read")).json()
    headers = {"Last-Event-ID": last.id} if way == "header" else {}
    query = "" if way == "header" else f"?since={last.id}"
    async with listening(own_url(platform) + query, api_key, **headers) as listener:
        following = await listener.next("event")
        while following.data["event_type"] == "tenant_created":  # within the overlap, events come again
            following = await listener.next("event")
        assert following.data["payload"]["key_id"] == made["id"]


async def test_an_idle_stream_still_speaks(platform: LocalPlatform) -> None:
    _, api_key = await platform.tenant()
    async with listening(own_url(platform), api_key) as listener:
        for _ in range(2):
            await listener.next("overview", within=10)


async def test_a_key_without_analytics_hears_of_no_event(platform: LocalPlatform) -> None:
    _, api_key = await platform.tenant()
    narrow = (await new_key(platform, api_key, "dashboard:read")).json()["key"]
    async with listening(own_url(platform), narrow) as listener:
        with pytest.raises(TimeoutError):
            await listener.next("event", within=2)


async def test_a_revoked_keys_stream_ends_and_is_not_opened_again(platform: LocalPlatform) -> None:
    _, api_key = await platform.tenant()
    made = (await new_key(platform, api_key, "dashboard:read")).json()
    async with listening(own_url(platform), made["key"]) as listener:
        await listener.next("overview")
        revoked = await platform.gateway.delete(f"/api/v1/api-keys/{made['id']}", headers={"X-API-Key": api_key})
        assert revoked.status_code in (200, 204), revoked.text
        await listener.end()
    async with httpx.AsyncClient() as client:
        again = await client.get(own_url(platform), headers={"X-API-Key": made["key"]})
    assert again.status_code == 401


async def test_a_stream_ends_with_its_key_though_nothing_of_the_tenant_changed(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "LOOK_ANYWAY_SECONDS", 0.2)
    _, api_key = await platform.tenant()
    ends = clock.utcnow() + timedelta(seconds=2)
    asked = {"name": "Short", "scopes": ["dashboard:read"], "expires_at": ends.isoformat()}
    made = await platform.gateway.post("/api/v1/api-keys", json=asked, headers={"X-API-Key": api_key})
    async with listening(own_url(platform), made.json()["key"]) as listener:
        await listener.next("overview")
        await listener.end()
    assert clock.utcnow() >= ends
