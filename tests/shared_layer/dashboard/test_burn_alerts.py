"""Burn rates by the Workbook's numbers, and alerts that are told once for each change."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from shared_layer.core import clock
from shared_layer.dashboard import burn_alerts, burn_measuring
from shared_layer.dashboard.burn_alerts import check_burns
from shared_layer.dashboard.burn_rate import RULES, WINDOWS, Window, burns
from shared_layer.messaging.unit import Unit
from shared_layer.storage import metrics
from shared_layer.storage.failure_window import read_windows
from tests.support import staging
from tests.support.platform import LocalPlatform

FAST, MEDIUM, SLOW = RULES
START = 1_900_000_000 // 60 * 60


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    former = clock.use(clock._source)
    yield
    clock.use(former)


def windows(**failed_of_10000: int) -> dict[int, Window]:
    names = dict(zip(("m5", "m30", "h1", "h6", "d3"), WINDOWS, strict=True))
    return {minutes: Window(10_000, failed_of_10000.get(name, 0)) for name, minutes in names.items()}


def test_the_numbers_are_the_workbooks() -> None:
    assert [(rule.factor, rule.long_minutes, rule.short_minutes, rule.severity) for rule in RULES] == [
        (14.4, 60, 5, "page"),
        (6.0, 360, 30, "page"),
        (1.0, 4320, 360, "ticket"),
    ]


def test_a_rule_fires_at_its_factor_over_both_windows_and_not_below() -> None:
    assert burns(FAST, windows(h1=144, m5=144))
    assert not burns(FAST, windows(h1=143, m5=10_000))
    assert not burns(FAST, windows(h1=10_000, m5=143))
    assert burns(MEDIUM, windows(h6=60, m30=60))
    assert not burns(MEDIUM, windows(h6=60, m30=59))
    assert burns(SLOW, windows(d3=10, h6=10))
    assert not burns(SLOW, windows(d3=9, h6=10_000))


def test_a_single_failure_of_a_quiet_service_alerts_nobody() -> None:
    quiet = dict.fromkeys(WINDOWS, Window(10, 1))
    assert quiet[60].burn == 100
    assert not any(burns(rule, quiet) for rule in RULES)
    assert not any(burns(rule, dict.fromkeys(WINDOWS, Window())) for rule in RULES)


async def record(service: str, minute: int, good: int, bad: int) -> None:
    """As if the requests had been answered in that minute after the start."""
    clock.use(lambda: START + 60.0 * minute)
    for status, count in ((200, good), (500, bad)):
        for _ in range(count):
            metrics.record(service, status, 1.0, "")
    await metrics.flush()


async def test_windows_count_what_lies_in_them(platform: LocalPlatform) -> None:
    service = f"service-{uuid.uuid4().hex[:8]}"
    for minute in (0, 4000, 4310, 4370, 4379):
        await record(service, minute, 9, 1)
    last = START // 60 + 4380
    found = (await read_windows([service], last, WINDOWS))[service]
    assert [found[minutes] for minutes in WINDOWS] == [(10, 1), (20, 2), (20, 2), (30, 3), (40, 4)]


async def test_an_alert_is_told_once_when_it_begins_and_once_when_it_ends(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = f"service-{uuid.uuid4().hex[:8]}"
    monkeypatch.setattr(
        burn_measuring,
        "SERVICES",
        {service: type("Service", (), {"name": service})},  # a service of the test's own
    )
    key = (await platform.tenant())[1]

    async def checked() -> list[tuple[str, str, str]]:
        await check_burns(Unit(staging.context("platform-dashboard", ""), "", ("slo_burn_changed",)))
        events = await staging.documents("platform", "events")
        told = [event for event in events if event["event_type"] == "slo_burn_changed"]
        own = [event["payload"] for event in told if event["payload"]["service"] == service]
        return sorted((each["rule"], each["severity"], each["state"]) for each in own)

    await record(service, 0, 1000, 0)
    assert await checked() == []
    await record(service, 1, 100, 50)
    began = [("1h-5m", "page", "firing"), ("3d-6h", "ticket", "firing"), ("6h-30m", "page", "firing")]
    assert await checked() == began
    assert await checked() == began
    await record(service, 10, 2000, 0)
    assert await checked() == sorted([*began, ("1h-5m", "page", "resolved")])
    await record(service, 60, 10, 0)
    assert await checked() == sorted([*began, ("1h-5m", "page", "resolved"), ("6h-30m", "page", "resolved")])
    await record(service, 61, 100, 90)
    assert (await checked()).count(("1h-5m", "page", "firing")) == 2
    listed = await platform.gateway.get(
        "/api/v1/dashboard/burn-alerts", params={"state": "firing"}, headers={"X-API-Key": key}
    )
    mine = [item["rule"] for item in listed.json()["items"] if item["service"] == service]
    assert sorted(mine) == ["1h-5m", "3d-6h", "6h-30m"]


async def test_two_checks_at_once_tell_one_change(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    service = f"service-{uuid.uuid4().hex[:8]}"
    monkeypatch.setattr(burn_measuring, "SERVICES", {service: type("Service", (), {"name": service})})
    await record(service, 0, 100, 50)
    step = Unit(staging.context("platform-dashboard", ""), "", ("slo_burn_changed",))
    measured = (await burn_alerts.measure_burns())[service]
    for _ in range(3):
        await burn_alerts._change(step, service, FAST, measured, None)
        known = {alert.id: alert async for alert in burn_alerts._firing()}
    firing = known[f"{service}:1h-5m"]
    stale = firing.model_copy()
    stale.remember_update_time(firing.stored_at)
    await burn_alerts._change(step, service, FAST, measured, firing)
    await burn_alerts._change(step, service, FAST, measured, stale)
    events = await staging.documents("platform", "events")
    resolved = [
        event
        for event in events
        if event["event_type"] == "slo_burn_changed"
        and (event["payload"]["service"], event["payload"]["state"]) == (service, "resolved")
    ]
    assert len(resolved) == 1


async def test_burn_rates_are_shown_by_window(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    answer = await platform.gateway.get("/api/v1/dashboard/burn-rates", headers={"X-API-Key": key})
    assert answer.status_code == 200
    (tenants,) = [each for each in answer.json()["services"] if each["service"] == "tenant-management"]
    assert set(tenants) == {"service", "objective", "burn_5m", "burn_30m", "burn_1h", "burn_6h", "burn_3d"}
