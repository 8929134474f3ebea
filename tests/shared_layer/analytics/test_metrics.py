"""Every named metric, counted by BigQuery over events that were synced."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest_asyncio

from shared_layer.analytics.answering import answer_query
from shared_layer.analytics.metrics import METRICS
from shared_layer.analytics.query import AnalyticsQuery
from shared_layer.analytics.synchronisation import sync_event
from shared_layer.core.settings import settings
from shared_layer.messaging.envelope import Envelope
from shared_layer.storage.gcp_clients import bigquery
from shared_layer.storage.warehouse import EVENTS, table_id
from tests.shared_layer.analytics.events import START, ai_call, caller, created, event, status_change
from tests.support.platform import LocalPlatform


@pytest_asyncio.fixture(scope="module")
async def tenant(platform: LocalPlatform) -> str:
    """A tenant with two campaigns, three AI calls and three keys, over two hours of one day."""
    tenant_id = f"metrics-{uuid.uuid4().hex[:8]}"
    events = [
        created(tenant_id, "cmp_1"),
        created(tenant_id, "cmp_2", 1),
        status_change(tenant_id, "cmp_1", "running", 5),
        status_change(tenant_id, "cmp_1", "paused", 9),
        status_change(tenant_id, "cmp_1", "running", 50),
        ai_call(tenant_id, "abacus", 1500),
        ai_call(tenant_id, "abacus", 0, cached=True),
        ai_call(tenant_id, "openai", 30_000, minutes=61),
        event(tenant_id, "api_key_created", {"key_id": "key_1", "scopes": []}, request="r2"),
        event(tenant_id, "api_key_created", {"key_id": "key_2", "scopes": []}, request="r2"),
        event(tenant_id, "api_key_revoked", {"key_id": "key_1"}, 3, request="r3"),
        event(tenant_id, "opportunity_found", {"opportunity_id": "opp_1"}, request="r3"),
        event(tenant_id, "page_audited", {"audit_id": "aud_1"}, request="r3"),
    ]
    await asyncio.gather(*map(sync_event, events))
    return tenant_id


async def numbers(tenant_id: str, *metrics: str, **query: Any) -> list[dict[str, Any]]:
    period = {"since": START - timedelta(hours=1), "until": START + timedelta(days=1)}
    asked = AnalyticsQuery(metrics=list(metrics), **{**period, **query})
    return (await answer_query(asked, caller(tenant_id))).items


async def test_every_metric_counts_what_its_definition_says(tenant: str) -> None:
    names = [name for name in METRICS if not METRICS[name].implies]
    counted = {**(await numbers(tenant, *names[:20]))[0], **(await numbers(tenant, *names[20:]))[0]}
    assert [counted] == [
        {
            "event_count": 13,
            "event_types": 7,
            "requests": 3,
            "campaigns_created": 2,
            "campaigns_launched": 1,
            "mails_sent": 0,
            "mails_clicked": 0,
            "mails_bounced": 0,
            "mail_unsubscribes": 0,
            "mail_click_rate": None,
            "ai_calls": 3,
            "ai_cost_usd": 0.0315,
            "ai_tokens": 360,
            "ai_cache_hit_rate": 1 / 3,
            "ai_latency_ms": 250.0,
            "search_opportunities_found": 1,
            "pages_audited": 1,
            "content_pieces_published": 0,
            "validation_pass_rate": None,
            "api_keys_created": 2,
            "active_api_keys": 1,
            "conversions": 0,
        }
    ]


async def test_campaign_mails_are_counted_once_each_by_campaign_and_variant(platform: LocalPlatform) -> None:
    tenant_id = f"metrics-{uuid.uuid4().hex[:8]}"
    mails = [{"campaign_id": "cmp_1", "mail_id": f"m{n}", "variant": "ab"[n % 2]} for n in range(4)]
    events = [event(tenant_id, "campaign_mail_sent", mail) for mail in [*mails, mails[0]]]
    events += [event(tenant_id, "campaign_mail_clicked", mails[0])] * 2
    events.append(event(tenant_id, "campaign_mail_feedback", mails[1] | {"outcome": "bounced"}))
    events.append(event(tenant_id, "campaign_mail_feedback", mails[2] | {"outcome": "delivered"}))
    events.append(event(tenant_id, "campaign_unsubscribed", mails[3]))
    await asyncio.gather(*map(sync_event, events))
    names = ("mails_sent", "mails_clicked", "mails_bounced", "mail_unsubscribes", "mail_click_rate")
    assert await numbers(tenant_id, *names) == [dict(zip(names, (4, 1, 1, 1, 0.25), strict=True))]
    by_variant = await numbers(tenant_id, "mails_sent", dimensions=["variant"])
    assert sorted((row["variant"], row["mails_sent"]) for row in by_variant) == [("a", 2), ("b", 2)]


async def test_what_went_back_is_taken_off_what_conversions_brought_by_currency(platform: LocalPlatform) -> None:
    tenant_id = f"metrics-{uuid.uuid4().hex[:8]}"

    def sold(kind: str, number: int, micros: int, currency: str) -> Envelope:
        payload = {"conversion_id": f"c{number}", "conversion": "payment", "amount_micros": micros}
        return event(tenant_id, f"conversion_{kind}", {**payload, "currency": currency})

    events = [
        sold("recorded", 1, 5_000_000, "USD"), sold("recorded", 2, 2_500_000, "USD"), sold("recorded", 3, 7, "EUR"),
        sold("reversed", 2, 1_500_000, "USD"),
    ]  # fmt: skip
    await asyncio.gather(*map(sync_event, events))
    assert await numbers(tenant_id, "conversion_revenue", "conversions") == [
        {"currency": "USD", "conversion_revenue": 6.0, "conversions": 2},
        {"currency": "EUR", "conversion_revenue": 0.000007, "conversions": 1},
    ]


async def test_every_metric_can_be_asked_for_alone_where_there_is_nothing(platform: LocalPlatform) -> None:
    for name in METRICS:
        items = await numbers("nobody", name)
        assert items in ([], [{name: 0}], [{name: 0.0}], [{name: None}]), name


async def test_a_campaign_counts_under_its_latest_status_alone(tenant: str) -> None:
    counted = {row["status"]: row["campaigns_by_status"] for row in await numbers(tenant, "campaigns_by_status")}
    assert counted == {"draft": 1, "running": 1, "paused": 0}


async def test_time_goes_forward_and_within_it_the_greatest_comes_first(tenant: str) -> None:
    assert await numbers(tenant, "ai_calls", dimensions=["hour", "provider"]) == [
        {"hour": "2026-03-02T10:00:00Z", "provider": "abacus", "ai_calls": 2},
        {"hour": "2026-03-02T11:00:00Z", "provider": "openai", "ai_calls": 1},
    ]
    assert await numbers(tenant, "ai_cost_usd", dimensions=["day", "model"]) == [
        {"day": "2026-03-02", "model": "openai-1", "ai_cost_usd": 0.03},
        {"day": "2026-03-02", "model": "abacus-1", "ai_cost_usd": 0.0015},
    ]


async def test_a_filter_keeps_the_values_it_names(tenant: str) -> None:
    assert await numbers(tenant, "event_count", filters={"event_type": ["campaign_created", "api_key_revoked"]}) == [
        {"event_count": 3}
    ]
    assert await numbers(tenant, "ai_calls", filters={"provider": ["abacus' OR TRUE --"]}) == [{"ai_calls": 0}]


async def test_an_event_outside_the_period_does_not_count(tenant: str) -> None:
    assert await numbers(tenant, "ai_calls", since=START + timedelta(minutes=61)) == [{"ai_calls": 1}]
    assert await numbers(tenant, "ai_calls", until=START + timedelta(minutes=61)) == [{"ai_calls": 2}]


async def test_another_tenants_events_do_not_count(tenant: str) -> None:
    await sync_event(created("metrics-other", "cmp_9"))
    assert await numbers(tenant, "campaigns_created") == [{"campaigns_created": 2}]


async def test_a_row_that_came_twice_beyond_insert_alls_memory_counts_once(platform: LocalPlatform) -> None:
    tenant_id = f"twice-{uuid.uuid4().hex[:8]}"
    envelope = created(tenant_id, "cmp_1")
    from shared_layer.analytics.synchronisation import row_of

    row = row_of(envelope, START)
    for _ in range(2):
        errors = await asyncio.to_thread(
            bigquery().insert_rows_json, table_id(settings().project, EVENTS), [row], row_ids=[None]
        )
        assert errors == []
    assert await numbers(tenant_id, "event_count") == [{"event_count": 1}]


async def test_an_answer_is_cached_until_the_tenants_next_event(platform: LocalPlatform) -> None:
    tenant_id = f"cached-{uuid.uuid4().hex[:8]}"
    await sync_event(created(tenant_id, "cmp_1"))
    asked = AnalyticsQuery(metrics=["event_count"], since=START, until=START + timedelta(hours=1))
    first = await answer_query(asked, caller(tenant_id))
    again = await answer_query(asked, caller(tenant_id))
    assert (first.cached, again.cached) == (False, True)
    assert again.items == first.items
    assert again.data_as_of == first.data_as_of
    assert again.bytes_processed == first.bytes_processed > 0
    await sync_event(created(tenant_id, "cmp_2", 1))
    renewed = await answer_query(asked, caller(tenant_id))
    assert (renewed.cached, renewed.items) == (False, [{"event_count": 2}])


async def test_more_groups_than_the_limit_are_told_of(tenant: str) -> None:
    asked = AnalyticsQuery(
        metrics=["event_count"], dimensions=["event_type"], since=START, until=START + timedelta(hours=2), limit=2
    )
    answer = await answer_query(asked, caller(tenant))
    assert (len(answer.items), answer.truncated) == (2, True)
