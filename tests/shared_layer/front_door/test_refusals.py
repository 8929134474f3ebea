"""What the front door refuses, and how it says so."""

from __future__ import annotations

from typing import Any

import pytest
from openai import AsyncOpenAI

from tests.support.platform import LocalPlatform

PATH = "/api/v1/campaigns"
BRIEF = b'{"business_type":"Bakery","target_audience":"Families","budget_range":"$1-$2"}'


async def post(platform: LocalPlatform, key: str, body: bytes, **headers: str) -> Any:
    sent = {"X-API-Key": key, "Content-Type": "application/json"} | headers
    return await platform.gateway.post(PATH, content=body, headers=sent)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b'{"business_type": NaN}', 400, "malformed_json"),
        (b'{"business_type": Infinity}', 400, "malformed_json"),
        (b'{"business_type": "\\ud800"}', 400, "malformed_json"),
        (b"[" * 100_000, 400, "malformed_json"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, 400, "malformed_json"),
        (b"null", 422, "validation_failed"),
        (b"[]", 422, "validation_failed"),
        (b'"text"', 422, "validation_failed"),
        (b'{"business_type": 1e999}', 400, "malformed_json"),
        (b'{"business_type": ["a"], "target_audience": {}, "budget_range": true}', 422, "validation_failed"),
        (b" " * (1 << 20) + b"{}", 413, "body_too_large"),
        (b'{"business_type":"' + b"a" * (2 << 20) + b'"}', 413, "body_too_large"),
    ],
    ids=lambda value: value[:24].decode("latin-1") if isinstance(value, bytes) else None,
)
async def test_a_bad_body_is_a_problem_with_a_request_id_and_writes_nothing(
    platform: LocalPlatform, body: bytes, status: int, code: str
) -> None:
    _, key = await platform.tenant()
    refused = await post(platform, key, body)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (status, code)
    assert refused.headers["content-type"] == "application/problem+json"
    assert problem["request_id"] == refused.headers["x-request-id"]
    listed = await platform.gateway.get(PATH, headers={"X-API-Key": key})
    assert listed.json()["items"] == []


async def test_another_media_type_is_refused(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    refused = await post(platform, key, BRIEF, **{"Content-Type": "application/x-www-form-urlencoded"})
    assert refused.status_code == 415


async def test_an_unknown_path_and_a_wrong_method_are_problems(platform: LocalPlatform) -> None:
    unknown = await platform.gateway.get("/api/v1/nothing-here")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    wrong = await platform.gateway.put(PATH)
    assert wrong.status_code == 405
    assert "POST" in wrong.headers["allow"]
    assert wrong.json()["request_id"]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=ten", "limit=1e2", "limit=5&limit=6", "colour=red", "status=flying", "cursor=%ff"],
)
async def test_a_bad_query_is_refused(platform: LocalPlatform, query: str) -> None:
    _, key = await platform.tenant()
    refused = await platform.gateway.get(f"{PATH}?{query}", headers={"X-API-Key": key})
    assert refused.status_code in (400, 422), query
    assert refused.json()["request_id"]


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "WyJhIl0", "bnVsbA", "WzEsICJhL2IiXQ", "WyJhIiwgIi4uIl0", "e30", "W3sidCI6MX0sImEiXQ"]
)
async def test_a_forged_cursor_is_refused(platform: LocalPlatform, cursor: str) -> None:
    _, key = await platform.tenant()
    refused = await platform.gateway.get(PATH, params={"cursor": cursor}, headers={"X-API-Key": key})
    assert refused.status_code == 400, refused.text


@pytest.mark.parametrize("hostile", ["__all__", "a%2Fb", "%00", "a" * 1501, "ä", "a b", "%F0%9F%92%A9", "-"])
async def test_an_id_that_cannot_be_is_not_found(platform: LocalPlatform, hostile: str) -> None:
    _, key = await platform.tenant()
    for method, path in (("GET", f"{PATH}/{hostile}"), ("POST", f"{PATH}/{hostile}:launch")):
        answer = await platform.gateway.request(method, path, headers={"X-API-Key": key})
        assert answer.status_code in (404, 405), path


async def test_without_a_key_nothing_opens(platform: LocalPlatform) -> None:
    for headers in (
        {},
        {"Authorization": "Basic eA=="},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer eyJhIjoxfQ.e30."},  # pragma: allowlist secret
    ):
        refused = await platform.gateway.get(PATH, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated"), headers
        assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_a_bearer_key_opens_through_the_gateway(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    answer = await platform.gateway.get(PATH, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200


async def test_a_forwarded_authorization_counts_only_from_the_gateway(platform: LocalPlatform) -> None:
    import httpx

    _, key = await platform.tenant()
    address = f"{platform.functions_url}/list-campaigns{PATH}"
    async with httpx.AsyncClient() as direct:
        for authorization in (None, "Bearer x", f"Bearer {key}"):
            headers = {"X-Forwarded-Authorization": f"Bearer {key}"}
            if authorization:
                headers["Authorization"] = authorization
            assert (await direct.get(address, headers=headers)).status_code == 401, authorization
        assert (await direct.get(address, headers={"Authorization": f"Bearer {key}"})).status_code == 200


async def test_the_tenant_header_confirms_and_never_chooses(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    other_id, _ = await platform.tenant()
    same = await platform.gateway.get(PATH, headers={"X-API-Key": key, "X-Tenant-ID": tenant_id})
    assert same.status_code == 200
    other = await platform.gateway.get(PATH, headers={"X-API-Key": key, "X-Tenant-ID": other_id})
    assert (other.status_code, other.json()["code"]) == (403, "tenant_mismatch")


async def test_the_rate_is_limited_with_true_headers(platform: LocalPlatform) -> None:
    _, key = await platform.tenant(plan="standard")
    answers = [await post(platform, key, BRIEF) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert answers[0].headers["ratelimit-policy"] == '"expensive";q=10;w=60'
    assert answers[0].headers["ratelimit"].startswith('"expensive";r=9;')
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 6
    assert answers[-1].json()["code"] == "rate_limited"


async def test_cors_answers_allowed_origins_and_no_others(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    for origin, allowed in (
        ("https://app.xynergy.com", True),
        ("https://xynergy-platform.com", True),
        ("https://a.b.xynergy.com", False),
        ("https://staging-2.xynergy.com", True),
        ("https://.xynergy.com", False),
        ("https://xynergy.com.evil.example", False),
        ("https://evilxynergy.com", False),
        ("https://app.xynergyXcom", False),
        ("https://app-xynergy.com", False),
        ("https://app.xynergy.com:8443", False),
        ("https://app.xynergy.com/", False),
        ("https://user@app.xynergy.com", False),
        ("https://evil.example#.xynergy.com", False),
        ("https://evil.example/.xynergy.com", False),
        ("https://evil.example%2f.xynergy.com", False),
        ("*", False),
        ("https://evil.example", False),
        ("https://app.xynergy.com.evil.example", False),
        ("http://app.xynergy.com", False),
        ("null", False),
    ):
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        preflight = await platform.gateway.options(PATH, headers=asked)
        assert preflight.status_code == 204
        assert (preflight.headers.get("access-control-allow-origin") == origin) is allowed, origin
        assert preflight.headers["vary"].lower() == "origin"
        answer = await platform.gateway.get(PATH, headers={"Origin": origin, "X-API-Key": key})
        assert (answer.headers.get("access-control-allow-origin") == origin) is allowed, origin
        assert answer.headers["vary"].lower() == "origin"


async def test_a_page_may_use_openais_client_and_resume_a_stream(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    client = AsyncOpenAI(base_url=f"{platform.gateway.base_url}/api/v1/ai", api_key=key)
    sent = {name.lower() for name in client.default_headers} - {"accept", "user-agent"}
    await client.close()
    asked = {"Origin": "https://app.xynergy.com", "Access-Control-Request-Method": "POST"}
    preflight = await platform.gateway.options("/api/v1/ai/chat/completions", headers=asked)
    permitted = set(preflight.headers["access-control-allow-headers"].split(", "))
    assert {"x-stainless-lang", "content-type"} < sent <= permitted
    assert {"last-event-id", "idempotency-key", "if-match"} <= permitted


async def test_who_sends_no_credential_is_told_how_to(platform: LocalPlatform) -> None:
    answer = await platform.gateway.get(PATH)
    assert answer.status_code == 401
    assert answer.json()["detail"].startswith("Send a valid API key as X-API-Key")


async def test_a_given_request_id_and_trace_are_carried(platform: LocalPlatform) -> None:
    from shared_layer.storage.documents import tenant_collection

    tenant_id, key = await platform.tenant()
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"X-Request-ID": "my-request-0001", "traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    answer = await post(platform, key, BRIEF, **headers)
    assert answer.headers["x-request-id"] == "my-request-0001"
    events = [snapshot.to_dict() async for snapshot in tenant_collection(tenant_id, "events").stream()]
    created = next(event for event in events if event["event_type"] == "campaign_created")
    assert created["metadata"]["correlation_id"] == "my-request-0001"
    assert created["metadata"]["traceparent"].split("-")[1] == trace


async def test_a_hostile_request_id_is_replaced(platform: LocalPlatform) -> None:
    answer = await platform.gateway.get(PATH, headers={"X-Request-ID": "a\tb{}'"})
    assert answer.headers["x-request-id"].startswith("req_")
