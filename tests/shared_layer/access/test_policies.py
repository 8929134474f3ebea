"""A tenant's policies at the front door: what they forbid is refused there, and asking them costs no round trip."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
import pytest
from google.api_core.exceptions import ServiceUnavailable

from shared_layer.access import policies
from shared_layer.storage.redis import _Connection
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

CAMPAIGNS = "/api/v1/campaigns"
BRIEF = {"business_type": "Bakery", "target_audience": "Families nearby", "budget_range": "$5,000-$10,000"}
NO_CREATING = 'forbid(principal, action == Action::"create_campaign", resource);'
READERS_ONLY = 'forbid(principal, action in Action::"marketing:write", resource) unless {principal in Role::"owner"};'


async def put(platform: LocalPlatform, key: str, name: str, cedar: str, **more: Any) -> httpx.Response:
    params = {"dry_run": 1} if more.pop("dry_run", False) else {}
    path, body = f"/api/v1/policies/{name}", {"cedar": cedar, **more}
    return await platform.gateway.put(path, params=params, json=body, headers={"X-API-Key": key})


async def create(platform: LocalPlatform, key: str) -> httpx.Response:
    return await platform.gateway.post(CAMPAIGNS, json=BRIEF, headers={"X-API-Key": key})


async def read(platform: LocalPlatform, key: str, path: str = CAMPAIGNS) -> httpx.Response:
    return await platform.gateway.get(path, headers={"X-API-Key": key})


async def test_what_a_policy_forbids_is_refused_and_the_policy_named(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    assert (await create(platform, key)).status_code == 201
    assert (await put(platform, key, "freeze", NO_CREATING)).status_code == 200
    refused = await create(platform, key)
    assert (refused.status_code, refused.json()["code"]) == (403, "policy_denied")
    assert refused.json()["policies"] == ["freeze"]
    assert (await read(platform, key)).status_code == 200
    assert (await put(platform, key, "freeze", NO_CREATING, enabled=False)).status_code == 200
    assert (await create(platform, key)).status_code == 201


async def test_a_policy_speaks_of_scopes_services_and_paths(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    made = [(await create(platform, key)).json()["id"] for _ in range(2)]
    one = (
        f'forbid(principal, action, resource in Service::"marketing-engine") when {{resource.path like "*{made[0]}*"}};'
    )
    await put(platform, key, "one", one)
    found = [(await read(platform, key, f"{CAMPAIGNS}/{each}")).status_code for each in made]
    assert found == [403, 200]
    await put(platform, key, "keys", READERS_ONLY)
    assert (await create(platform, key)).status_code == 403
    assert (await read(platform, key)).status_code == 200


async def test_a_permit_grants_nothing_that_the_scopes_do_not(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    await put(platform, key, "all", "permit(principal, action, resource);")
    asked = {"name": "reader", "scopes": ["marketing:read"]}
    made = await platform.gateway.post("/api/v1/api-keys", json=asked, headers={"X-API-Key": key})
    refused = await create(platform, made.json()["key"])
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


async def test_another_tenants_policies_bind_nobody_else(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    _, stranger = await platform.tenant()
    await put(platform, key, "freeze", NO_CREATING)
    assert (await create(platform, stranger)).status_code == 201


async def test_a_policy_that_would_lock_its_author_out_is_refused(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    for text in (
        "forbid(principal, action, resource);",
        'forbid(principal, action == Action::"put_policy", resource);',
    ):
        refused = await put(platform, key, "lock", text)
        assert (refused.status_code, refused.json()["errors"][0]["type"]) == (422, "lockout")
    disabled = await put(platform, key, "lock", "forbid(principal, action, resource);", enabled=False)
    assert disabled.status_code == 200
    operator = {"X-API-Key": platform.operator_key, "X-Tenant-ID": tenant_id}
    body = {"cedar": "forbid(principal, action, resource);"}
    locked = await platform.gateway.put("/api/v1/policies/lock", json=body, headers=operator)
    assert locked.status_code == 200
    assert (await read(platform, key)).json()["policies"] == ["lock"]
    opened = await platform.gateway.put("/api/v1/policies/lock", json=body | {"enabled": False}, headers=operator)
    assert opened.status_code == 200
    assert (await read(platform, key)).status_code == 200


async def test_asking_the_policies_costs_no_round_trip_once_they_are_known(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = await platform.tenant()
    _, free = await platform.tenant()
    await put(platform, key, "freeze", NO_CREATING)
    counted: Counter[str] = Counter()
    send, texts, decide = _Connection.send_packed, policies.texts_in_force, policies.decide

    def counting(self: Any, packed: bytes, *call: Any) -> Any:
        if b"epoch:" in packed and (b"EVALSHA" in packed or b"GET" in packed):
            counted["gate"] += 1
        return send(self, packed, *call)

    async def reading(tenant_id: str) -> dict[str, str]:
        counted["policies read"] += 1
        return await texts(tenant_id)

    def deciding(*arguments: Any) -> Any:
        counted["evaluated"] += 1
        return decide(*arguments)

    monkeypatch.setattr(_Connection, "send_packed", counting)
    monkeypatch.setattr(policies, "texts_in_force", reading)
    monkeypatch.setattr(policies, "decide", deciding)

    async def nothing_but_the_gate() -> bool:
        """The event of the policy moves the epoch once more, a moment after the policy itself did."""
        counted.clear()
        for _ in range(10):
            for each in (key, free):
                assert (await read(platform, each, "/api/v1/ai/models")).status_code == 200
        return counted == {"gate": 20}

    await eventually(nothing_but_the_gate)


async def test_a_dry_run_replays_the_calls_of_this_api_too(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    await put(platform, key, "freeze", NO_CREATING, enabled=False)
    await create(platform, key)
    await read(platform, key)
    tried = (await put(platform, key, "freeze", NO_CREATING, dry_run=True)).json()
    flips = [(flip["source"], flip["check"]["action"], flip["was"], flip["would_be"]) for flip in tried["flips"]]
    assert flips == [("front_door", "create_campaign", "allow", "deny")]
    assert tried["flips"][0]["policies"] == ["freeze"]
    assert tried["replayed_calls"] >= 2
    assert (await create(platform, key)).status_code == 201


async def test_a_policy_that_fails_counts_as_absent_as_cedar_says(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    await put(platform, key, "broken", "forbid(principal, action, resource) when {resource.owner == principal};")
    assert (await read(platform, key)).status_code == 200


async def test_policies_that_cannot_be_read_refuse_rather_than_open(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = await platform.tenant()
    await put(platform, key, "freeze", NO_CREATING)
    assert (await read(platform, key)).status_code == 200

    async def away(_: str) -> dict[str, str]:
        raise ServiceUnavailable("Firestore is away")

    monkeypatch.setattr(policies, "texts_in_force", away)
    policies._in_force.clear()
    answer = await read(platform, key)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
