"""When jobs fire, and when failed ones are tried again."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from google.cloud import scheduler_v1
from google.protobuf import descriptor_pb2

from infra.local.scheduler.retry import backoff, next_attempt
from infra.local.scheduler.schedule import next_fire
from infra.local.scheduler.wire import DESCRIPTORS, RetryConfig

BERLIN = ZoneInfo("Europe/Berlin")


def fires(expression: str, start: str, count: int) -> list[str]:
    moment = datetime.fromisoformat(start).replace(tzinfo=BERLIN).timestamp()
    found = []
    for _ in range(count):
        moment = next_fire(expression, "Europe/Berlin", moment)
        found.append(datetime.fromtimestamp(moment, BERLIN).strftime("%d %H:%M%z"))
    return found


def test_a_time_that_the_clock_leaps_over_fires_after_the_leap():
    assert fires("30 2 * * *", "2026-03-28T12:00", 2) == ["29 03:00+0200", "30 02:30+0200"]


def test_a_time_that_comes_twice_fires_once():
    assert fires("30 2 * * *", "2026-10-24T12:00", 2) == ["25 02:30+0200", "26 02:30+0100"]


def test_steps_follow_real_time_through_the_change():
    assert fires("*/30 * * * *", "2026-10-25T01:45", 4) == [
        "25 02:00+0200", "25 02:30+0200", "25 02:00+0100", "25 02:30+0100",
    ]  # fmt: skip


def config(**fields) -> RetryConfig:
    found = RetryConfig(retry_count=fields.get("count", 0), max_doublings=fields.get("doublings", 5))
    found.min_backoff_duration.seconds = fields.get("min", 5)
    found.max_backoff_duration.seconds = fields.get("max", 3600)
    found.max_retry_duration.seconds = fields.get("duration", 0)
    return found


def test_the_backoff_is_the_one_of_the_apis_example():
    example = config(min=10, max=300, doublings=3)
    assert [backoff(example, retry) for retry in range(1, 9)] == [10, 20, 40, 80, 160, 240, 300, 300]


@pytest.mark.parametrize(
    ("fields", "attempts", "expected"),
    [
        ({"count": 0}, 1, None),
        ({"count": 1}, 1, 105.0),
        ({"count": 1}, 2, None),
        ({"count": 0, "duration": 60}, 1, 105.0),
        ({"count": 1, "duration": 4}, 1, 105.0),
        ({"count": 1, "duration": 3}, 2, None),
    ],
)
def test_retries_go_on_until_count_and_duration_are_used_up(fields, attempts, expected):
    assert next_attempt(config(**fields), attempts, first_attempt=100.0, now=100.0) == expected


def test_the_messages_are_those_of_the_installed_client():
    for file in descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTORS.read_bytes()).file:
        if file.name.startswith("google/cloud/scheduler"):
            installed = descriptor_pb2.FileDescriptorProto()
            pool = scheduler_v1.Job.pb().DESCRIPTOR.file.pool
            pool.FindFileByName(file.name).CopyToProto(installed)
            assert list(installed.message_type) == list(file.message_type)
