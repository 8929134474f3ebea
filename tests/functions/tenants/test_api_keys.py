"""API keys, through the gateway."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared_layer.core import clock
from tests.support.platform import LocalPlatform


async def issue(platform: LocalPlatform, key: str, **fields: Any) -> dict[str, Any]:
    body = {"name": "Web app", "scopes": ["marketing:read", "keys:read"]} | fields
    made = await platform.gateway.post("/api/v1/api-keys", json=body, headers={"X-API-Key": key})
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def campaigns(platform: LocalPlatform, key: str) -> int:
    return (await platform.gateway.get("/api/v1/campaigns", headers={"X-API-Key": key})).status_code


async def test_a_key_does_what_its_scopes_say_and_no_more(platform: LocalPlatform) -> None:
    _, owner = await platform.tenant()
    made = await issue(platform, owner)
    assert await campaigns(platform, made["key"]) == 200
    refused = await platform.gateway.post(
        "/api/v1/api-keys", json={"name": "x", "scopes": ["keys:read"]}, headers={"X-API-Key": made["key"]}
    )
    assert refused.json()["code"] == "scope_missing"


async def test_a_key_hands_on_only_what_it_holds(platform: LocalPlatform) -> None:
    _, owner = await platform.tenant()
    narrow = await issue(platform, owner, scopes=["keys:write", "marketing:read"])
    refused = await platform.gateway.post(
        "/api/v1/api-keys", json={"name": "x", "scopes": ["ai:use"]}, headers={"X-API-Key": narrow["key"]}
    )
    assert refused.status_code == 403


async def test_a_list_shows_prefixes_and_never_a_key(platform: LocalPlatform) -> None:
    _, owner = await platform.tenant()
    made = [await issue(platform, owner, name=f"key {n}") for n in range(3)]
    first = await platform.gateway.get("/api/v1/api-keys", params={"limit": 2}, headers={"X-API-Key": owner})
    rest = await platform.gateway.get(
        "/api/v1/api-keys", params={"limit": 2, "cursor": first.json()["next_cursor"]}, headers={"X-API-Key": owner}
    )
    listed = first.json()["items"] + rest.json()["items"]
    assert [item["name"] for item in listed] == ["key 2", "key 1", "key 0", "Owner"]
    assert rest.json()["next_cursor"] is None
    assert not any(key["key"] in first.text + rest.text for key in made)
    assert "secret_hash" not in first.text


async def test_a_revoked_key_opens_nothing_at_the_next_request(platform: LocalPlatform) -> None:
    _, owner = await platform.tenant()
    made = await issue(platform, owner)
    assert await campaigns(platform, made["key"]) == 200
    gone = await platform.gateway.delete(f"/api/v1/api-keys/{made['id']}", headers={"X-API-Key": owner})
    assert gone.status_code == 204
    assert await campaigns(platform, made["key"]) == 401
    assert await campaigns(platform, owner) == 200


async def test_a_rotated_key_lives_on_until_its_grace_ends(platform: LocalPlatform) -> None:
    _, owner = await platform.tenant()
    old = await issue(platform, owner)
    new = await platform.gateway.post(
        f"/api/v1/api-keys/{old['id']}:rotate", json={"grace_seconds": 60}, headers={"X-API-Key": owner}
    )
    assert new.status_code == 201
    assert await campaigns(platform, new.json()["key"]) == 200
    assert await campaigns(platform, old["key"]) == 200
    former = clock.use(lambda: datetime.now(UTC).timestamp() + 61)
    try:
        assert await campaigns(platform, old["key"]) == 401
        assert await campaigns(platform, new.json()["key"]) == 200
    finally:
        clock.use(former)


async def test_a_keys_own_rate_limits_it_alone_and_its_successor_as_well(platform: LocalPlatform) -> None:
    _, owner = await platform.tenant()
    slow = await issue(platform, owner, requests_per_minute=2)
    assert [await campaigns(platform, slow["key"]) for _ in range(3)] == [200, 200, 429]
    answer = await platform.gateway.get("/api/v1/campaigns", headers={"X-API-Key": slow["key"]})
    assert answer.headers["ratelimit-policy"] == '"standard";q=2;w=60'
    assert 1 <= int(answer.headers["retry-after"]) <= 30
    assert await campaigns(platform, owner) == 200
    rotated = await platform.gateway.post(
        f"/api/v1/api-keys/{slow['id']}:rotate", headers={"X-API-Key": owner}, json={}
    )
    assert [await campaigns(platform, rotated.json()["key"]) for _ in range(3)] == [200, 200, 429]


async def test_a_leaked_key_dies_with_its_rotation(platform: LocalPlatform) -> None:
    _, owner = await platform.tenant()
    leaked = await issue(platform, owner)
    assert await campaigns(platform, leaked["key"]) == 200
    await platform.gateway.post(
        f"/api/v1/api-keys/{leaked['id']}:rotate", json={"grace_seconds": 0}, headers={"X-API-Key": owner}
    )
    assert await campaigns(platform, leaked["key"]) == 401


async def test_an_expired_key_opens_nothing(platform: LocalPlatform) -> None:
    _, owner = await platform.tenant()
    soon = datetime.now(UTC) + timedelta(seconds=30)
    made = await issue(platform, owner, expires_at=soon.isoformat())
    assert await campaigns(platform, made["key"]) == 200
    former = clock.use(lambda: soon.timestamp() + 1)
    try:
        assert await campaigns(platform, made["key"]) == 401
    finally:
        clock.use(former)


async def test_anothers_key_is_not_found(platform: LocalPlatform) -> None:
    _, owner = await platform.tenant()
    _, stranger = await platform.tenant()
    made = await issue(platform, owner)
    for method, path in (
        ("GET", f"/api/v1/api-keys/{made['id']}"),
        ("DELETE", f"/api/v1/api-keys/{made['id']}"),
        ("POST", f"/api/v1/api-keys/{made['id']}:rotate"),
    ):
        body = {} if method == "POST" else None
        answer = await platform.gateway.request(method, path, json=body, headers={"X-API-Key": stranger})
        assert answer.status_code == 404, path
    assert await campaigns(platform, made["key"]) == 200


async def test_forged_and_malformed_keys_are_refused(platform: LocalPlatform) -> None:
    _, owner = await platform.tenant()
    for key in (
        owner[:-1] + ("0" if owner[-1] != "0" else "1"),
        owner.upper(),
        "xyn_live_",
        "a" * 5000,
        "../x",
        "ключ",
    ):
        headers = {b"X-API-Key": key.encode()}
        answer = await platform.gateway.get("/api/v1/campaigns", headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 401, key
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
