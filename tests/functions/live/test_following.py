"""Live events, over real sockets: in order, resumed without gaps or repeats, ended when the right to listen ends."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.functions.live.followers import SOCKET, STREAM, following, happen, numbers
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

KINDS = ("sse", "socket")


async def settled(platform: LocalPlatform, key: str) -> int:
    """The number of the tenant's last event, once it is no longer counting."""
    from shared_layer.live.chain_reading import head_of

    tenant = (await platform.gateway.get("/api/v1/events", headers={"X-API-Key": key})).json()["items"]

    async def counted() -> bool:
        return await head_of(tenant[0]["tenant_id"]) == len(tenant)

    await eventually(counted)
    return len(tenant)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_new_event_reaches_a_listener_with_its_envelope(platform: LocalPlatform, kind: str) -> None:
    tenant_id, key = await platform.tenant()
    await settled(platform, key)
    async with following(platform, kind, key) as follower:
        await happen(platform, key)
        told, number, event = await follower.next()
    assert (told, event["event_type"], event["tenant_id"]) == ("event", "api_key_created", tenant_id)
    assert event["seq"] == number


@pytest.mark.parametrize("kind", KINDS)
async def test_who_was_away_goes_on_after_the_last_number_without_gap_or_repeat(
    platform: LocalPlatform, kind: str
) -> None:
    _, key = await platform.tenant()
    seen: list[int] = []
    async with following(platform, kind, key, "?after=0") as follower:
        await happen(platform, key, 5)
        seen += await numbers(follower, 4)
    await happen(platform, key, 10)
    for _ in range(3):  # each goes before it has seen everything
        async with following(platform, kind, key, f"?after={seen[-1]}") as follower:
            await happen(platform, key, 2)
            seen += await numbers(follower, 3)
    async with following(platform, kind, key, f"?after={seen[-1]}") as follower:
        seen += await numbers(follower, 2 + 5 + 10 + 6 - len(seen))
    assert seen == list(range(1, 24))


async def test_a_browser_resumes_by_its_own_header_and_a_program_by_an_events_id(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    await happen(platform, key, 2)
    await settled(platform, key)
    async with following(platform, "sse", key, "?after=0", **{"Last-Event-ID": "2"}) as follower:
        assert await numbers(follower, 2) == [3, 4]
    async with following(platform, "sse", key, "?after=2") as follower:
        _, _, event = await follower.next()
    async with following(platform, "socket", key, f"?after={event['event_id']}") as follower:
        assert await numbers(follower, 1) == [4]


@pytest.mark.parametrize("kind", KINDS)
async def test_only_the_types_that_are_asked_for_come(platform: LocalPlatform, kind: str) -> None:
    _, key = await platform.tenant()
    await happen(platform, key, 3)
    await settled(platform, key)
    async with following(platform, kind, key, "?after=0&types=tenant_created,campaign_created") as follower:
        _, _, event = await follower.next()
        assert event["event_type"] == "tenant_created"
        await happen(platform, key)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await follower.next()


@pytest.mark.parametrize("kind", KINDS)
async def test_no_tenant_hears_of_another(platform: LocalPlatform, kind: str) -> None:
    (mine, my_key), (_, other_key) = await platform.tenant(), await platform.tenant()
    await settled(platform, my_key)
    async with following(platform, kind, my_key) as follower:
        await happen(platform, other_key, 5)
        await happen(platform, my_key)
        assert (await follower.next())[2]["tenant_id"] == mine


@pytest.mark.parametrize("kind", KINDS)
async def test_a_stream_ends_when_its_key_is_revoked_and_others_go_on(platform: LocalPlatform, kind: str) -> None:
    _, key = await platform.tenant()
    made = await platform.gateway.post(
        "/api/v1/api-keys", json={"name": "Live", "scopes": ["live:read"]}, headers={"X-API-Key": key}
    )
    narrow = made.json()
    await settled(platform, key)
    async with (
        following(platform, kind, narrow["key"], "?types=none") as lost,
        following(platform, kind, key, "?types=api_key_revoked,api_key_created") as kept,
    ):
        await platform.gateway.delete(f"/api/v1/api-keys/{narrow['id']}", headers={"X-API-Key": key})
        told, _, fields = await asyncio.wait_for(lost.next(), 10)
        assert (told, fields["reason"]) == ("end", "revoked")
        with pytest.raises((EOFError, ConnectionClosed)):
            await asyncio.wait_for(lost.next(), 10)
        assert (await kept.next())[2]["event_type"] == "api_key_revoked"
        await happen(platform, key)
        assert (await kept.next())[2]["event_type"] == "api_key_created"


async def test_a_stream_ends_when_its_tenant_is_suspended(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    await settled(platform, key)
    async with following(platform, "socket", key, "?types=none") as follower:
        await platform.gateway.post(
            f"/api/v1/tenants/{tenant_id}:suspend",
            json={"reason": "unpaid"},
            headers={"X-API-Key": platform.operator_key},
        )
        assert (await asyncio.wait_for(follower.next(), 10))[2]["reason"] == "revoked"
        with pytest.raises(ConnectionClosed) as closed:
            await follower.next()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


async def address(platform: LocalPlatform, key: str) -> dict[str, Any]:
    found = await platform.gateway.get("/api/v1/live/address", headers={"X-API-Key": key})
    assert found.status_code == 200, found.text
    answer: dict[str, Any] = found.json()
    return answer


async def test_the_address_is_handed_out_with_a_ticket_that_opens_it_for_a_minute(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared_layer.access import tickets

    _, key = await platform.tenant()
    found = await address(platform, key)
    assert found["stream_url"] == platform.functions_url + STREAM
    assert found["socket_url"] == platform.functions_url.replace("http", "ws", 1) + SOCKET
    assert key not in orjson.dumps(found).decode()
    query = f"?after=0&ticket={found['ticket']}"
    for kind in KINDS:
        async with following(platform, kind, "", query) as follower:
            assert (await numbers(follower, 1)) == [1]
    monkeypatch.setattr(tickets, "SECONDS", -1.0)
    late = (await address(platform, key))["ticket"]
    async with httpx.AsyncClient(trust_env=False) as client:
        for ticket in (late, found["ticket"][:-4], found["ticket"].swapcase(), "x", "a.b", key):
            refused = await client.get(f"{found['stream_url']}?ticket={ticket}")
            assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated"), ticket


async def test_a_ticket_opens_nothing_but_the_live_streams(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    ticket = (await address(platform, key))["ticket"]
    for headers in ({"X-API-Key": ticket}, {"Authorization": f"Bearer {ticket}"}):
        assert (await platform.gateway.get("/api/v1/campaigns", headers=headers)).status_code == 401
    assert (await platform.gateway.get(f"/api/v1/api-keys?ticket={ticket}")).status_code == 401


async def test_a_handshake_is_refused_as_a_problem(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    made = await platform.gateway.post(
        "/api/v1/api-keys", json={"name": "Narrow", "scopes": ["keys:read"]}, headers={"X-API-Key": key}
    )
    url = platform.functions_url.replace("http", "ws", 1) + SOCKET
    tried = [
        (url, {}, 401, "unauthenticated"),
        (url, {"X-API-Key": made.json()["key"]}, 403, "scope_missing"),
        (url, {"X-API-Key": key, "X-Tenant-ID": "another"}, 403, "tenant_mismatch"),
        (f"{url}?after=1000000", {"X-API-Key": key}, 422, "validation_failed"),
        (f"{url}?after=..%2F..", {"X-API-Key": key}, 422, "validation_failed"),
        (f"{url}?colour=red", {"X-API-Key": key}, 422, "validation_failed"),
    ]
    for where, headers, status, code in tried:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(where, additional_headers=headers, proxy=None):
                pass
        problem = orjson.loads(refused.value.response.body or b"{}")
        assert (refused.value.response.status_code, problem["code"]) == (status, code), where
        assert problem["request_id"]


async def test_a_plain_call_of_the_socket_is_told_to_upgrade(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    answer = await platform.gateway.get("/api/v1/live/socket", headers={"X-API-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (426, "upgrade_required")
