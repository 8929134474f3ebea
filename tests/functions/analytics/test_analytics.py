"""Events and named metrics, through the gateway."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform


async def key_of(platform: LocalPlatform) -> dict[str, str]:
    """The headers of a new tenant, which has two events: its own and its first key's."""
    _, api_key = await platform.tenant()
    return {"X-API-Key": api_key}


async def ask(platform: LocalPlatform, headers: dict[str, str], **query: Any) -> httpx.Response:
    return await platform.gateway.post("/api/v1/analytics:query", json=query, headers=headers)


async def events(platform: LocalPlatform, headers: dict[str, str], **query: str) -> Any:
    answer = await platform.gateway.get("/api/v1/events", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_events_are_listed_as_soon_as_their_command_is_answered(platform: LocalPlatform) -> None:
    listed = await events(platform, await key_of(platform))
    assert [event["event_type"] for event in listed["items"]] == ["api_key_created", "tenant_created"]
    assert listed["next_cursor"] is None


async def test_a_listed_event_is_the_envelope_and_nothing_more(platform: LocalPlatform) -> None:
    tenant_id, api_key = await platform.tenant()
    event = (await events(platform, {"X-API-Key": api_key}, event_type="tenant_created"))["items"][0]
    assert sorted(event) == [
        "event_id", "event_type", "metadata", "payload", "schema_version", "source_service", "tenant_id", "timestamp",
    ]  # fmt: skip
    assert (event["tenant_id"], event["source_service"]) == (tenant_id, "tenant-management")
    alone = await platform.gateway.get(f"/api/v1/events/{event['event_id']}", headers={"X-API-Key": api_key})
    assert alone.json() == event


async def test_events_are_filtered_by_type_request_and_time(platform: LocalPlatform) -> None:
    headers = await key_of(platform)
    made = await platform.gateway.post(
        "/api/v1/api-keys",
        json={"name": "Reporting", "scopes": ["analytics:read"]},
        headers=headers | {"X-Request-ID": "req_of_this_test", "Idempotency-Key": "one"},
    )
    assert made.status_code == 201, made.text
    by_request = (await events(platform, headers, correlation_id="req_of_this_test"))["items"]
    assert [event["payload"]["key_id"] for event in by_request] == [made.json()["id"]]
    by_type = (await events(platform, headers, event_type="tenant_created"))["items"]
    assert [event["event_type"] for event in by_type] == ["tenant_created"]
    moment = by_request[0]["timestamp"]
    assert [event["event_id"] for event in (await events(platform, headers, since=moment))["items"]] == [
        by_request[0]["event_id"]
    ]
    assert len((await events(platform, headers, until=moment))["items"]) == 2


async def test_pages_of_events_are_disjoint_and_together_everything(platform: LocalPlatform) -> None:
    headers = await key_of(platform)
    first = await events(platform, headers, limit="1")
    second = await events(platform, headers, limit="1", cursor=first["next_cursor"])
    assert [page["items"][0]["event_type"] for page in (first, second)] == ["api_key_created", "tenant_created"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    "query",
    [{"since": "2026-01-01"}, {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, {"type": "x"}],
)
async def test_a_filter_that_says_nothing_clear_is_refused(platform: LocalPlatform, query: dict[str, str]) -> None:
    answer = await platform.gateway.get("/api/v1/events", params=query, headers=await key_of(platform))
    assert answer.status_code == 422


async def test_anothers_event_is_not_found(platform: LocalPlatform) -> None:
    event = (await events(platform, await key_of(platform)))["items"][0]
    answer = await platform.gateway.get(f"/api/v1/events/{event['event_id']}", headers=await key_of(platform))
    assert answer.status_code == 404


async def test_a_new_event_is_counted_though_an_older_answer_is_cached(platform: LocalPlatform) -> None:
    headers = await key_of(platform)

    async def counts(number: int) -> bool:
        answer = await ask(platform, headers, metrics=["event_count"])
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["items"] == [{"event_count": number}])

    await eventually(lambda: counts(2))
    await platform.gateway.post(
        "/api/v1/api-keys",
        json={"name": "Reporting", "scopes": ["analytics:read"]},
        headers=headers | {"Idempotency-Key": "one"},
    )
    await eventually(lambda: counts(3))


async def test_an_answer_says_how_fresh_and_how_dear_it_is(platform: LocalPlatform) -> None:
    answer = (await ask(platform, await key_of(platform), metrics=["event_count", "ai_calls"])).json()
    assert answer["next_cursor"] is None
    assert answer["metrics"] == ["event_count", "ai_calls"]
    assert answer["cached"] is False
    assert isinstance(answer["bytes_processed"], int)
    assert datetime.now(UTC) - datetime.fromisoformat(answer["data_as_of"]) < timedelta(minutes=1)
    assert datetime.fromisoformat(answer["until"]) - datetime.fromisoformat(answer["since"]) == timedelta(days=7)


async def test_an_unknown_metric_is_answered_with_the_known_ones(platform: LocalPlatform) -> None:
    headers = await key_of(platform)
    answer = await ask(platform, headers, metrics=["revenu"])
    known = (await platform.gateway.get("/api/v1/analytics/metrics", headers=headers)).json()
    assert answer.status_code == 422
    assert answer.json()["known"] == sorted(metric["name"] for metric in known["items"])
    assert answer.json()["unknown"] == ["revenu"]


async def test_a_period_of_more_than_366_days_is_refused(platform: LocalPlatform) -> None:
    answer = await ask(
        platform,
        await key_of(platform),
        metrics=["event_count"],
        since="2024-01-01T00:00:00Z",
        until="2026-01-01T00:00:00Z",
    )
    assert answer.status_code == 422
    assert "366" in answer.json()["detail"]


async def test_analytics_needs_its_scope(platform: LocalPlatform) -> None:
    headers = await key_of(platform)
    made = await platform.gateway.post(
        "/api/v1/api-keys",
        json={"name": "Dashboard", "scopes": ["dashboard:read"]},
        headers=headers | {"Idempotency-Key": "one"},
    )
    narrow = {"X-API-Key": made.json()["key"]}
    for answer in (
        await platform.gateway.get("/api/v1/events", headers=narrow),
        await ask(platform, narrow, metrics=["event_count"]),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
