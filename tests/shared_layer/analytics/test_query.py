"""What may be asked, and the SQL that it becomes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_layer.analytics.dimensions import DIMENSIONS
from shared_layer.analytics.metrics import METRICS
from shared_layer.analytics.query import AnalyticsQuery
from shared_layer.analytics.statement import statement
from shared_layer.analytics.synchronisation import row_of, status_of
from shared_layer.core.errors import ValidationFailed
from tests.shared_layer.analytics.events import START, created


def test_the_last_seven_days_are_meant_where_nothing_is_said() -> None:
    period = AnalyticsQuery(metrics=["event_count"]).period(START)
    assert (period.since, period.until) == (START - timedelta(days=7), START)


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(ValidationFailed, match="empty"):
        AnalyticsQuery(metrics=["event_count"], since=START).period(START)


@pytest.mark.parametrize(
    "asked",
    [
        {"metrics": ["event_count", "event_count"]},
        {"metrics": ["event_count"], "dimensions": ["weather"]},
        {"metrics": ["event_count"], "filters": {"day": ["2026-01-01"]}},
        {"metrics": ["event_count; DROP TABLE events"]},
    ],
)
def test_a_name_that_is_unknown_or_doubled_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(ValidationFailed):
        AnalyticsQuery.model_validate(asked).check_names()


def test_a_metric_brings_the_dimension_it_needs() -> None:
    assert statement(AnalyticsQuery(metrics=["campaigns_by_status"])).dimensions == ("status",)


def test_only_the_events_that_the_metrics_look_at_are_read() -> None:
    assert statement(AnalyticsQuery(metrics=["ai_calls", "campaigns_created"])).event_types == (
        "ai_call_completed",
        "campaign_created",
    )
    assert statement(AnalyticsQuery(metrics=["ai_calls", "event_count"])).event_types == ()


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5), st.sampled_from(sorted(METRICS)))
def test_no_value_of_a_filter_reaches_the_sql(values: list[str], metric: str) -> None:
    every = [name for name, found in DIMENSIONS.items() if found.filters]
    for names in (every[:10], every[-10:]):  # a query takes ten
        asked = AnalyticsQuery(metrics=[metric], filters=dict.fromkeys(names, values))
        empty = AnalyticsQuery(metrics=[metric], filters={name: ["x"] for name in names})
        assert statement(asked).select == statement(empty).select


def test_the_status_of_a_row_is_the_payloads_or_its_datas() -> None:
    assert status_of({"status": "running"}) == "running"
    assert status_of({"data": {"status": "draft"}}) == "draft"
    assert status_of({"data": "x", "status": 3}) is None


def test_a_row_holds_the_whole_payload_and_the_moment_of_its_sync() -> None:
    row = row_of(created("t", "cmp_1"), START)
    assert row["payload"] == '{"campaign_id":"cmp_1","data":{"status":"draft"}}'
    assert (row["tenant_id"], row["status"], row["synced_at"]) == ("t", "draft", "2026-03-02T10:30:00+00:00")
