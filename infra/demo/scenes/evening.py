"""The evening: the day's events read back, the numbers from the warehouse, the platform's health."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from infra.demo.scenes.article import TOLD
from infra.demo.stage import Stage

COUNTED_WITHIN: Final = 20.0
METRICS: Final = ("campaigns_created", "campaigns_launched", "event_count", "ai_calls", "ai_cost_usd")


def evening(stage: Stage) -> None:
    """What was done must be in the events; what is in the events must be in the warehouse."""
    stage.story.scene("The day, read back")
    events = stage.company.items("/api/v1/events", since=stage.began.isoformat())
    types = Counter(event["event_type"] for event in events)
    told = ", ".join(f"{count} {name}" for name, count in sorted(types.items()))
    stage.story.step("Read the day's events", f"{len(events)} events: {told}", types == _expected(stage, types))
    _numbers(stage, types, events)
    _campaigns(stage)
    _overview(stage)


def _expected(stage: Stage, types: Counter[str]) -> Counter[str]:
    """The events of the company's own doings; what the AI router tells of its calls is taken as it is."""
    by_us = Counter(
        campaign_created=len(stage.campaigns),
        campaign_status_changed=sum(len(planned.moves) for planned in stage.day.campaigns),
        campaign_updated=2,
        api_key_created=stage.keys_created,
        api_key_revoked=1,
        tenant_created=int(stage.operator is not None),
        **TOLD,
    )
    return +by_us + Counter({name: types[name] for name in ("ai_call_completed", "platform_health_changed")})


def _numbers(stage: Stage, types: Counter[str], events: list[dict[str, Any]]) -> None:
    wanted = {
        "campaigns_created": len(stage.campaigns),
        "campaigns_launched": len(stage.launched),
        "event_count": types.total(),
        "ai_calls": sum(
            event["payload"].get("calls", 1) for event in events if event["event_type"] == "ai_call_completed"
        ),
    }
    row: dict[str, Any] = {}

    def counted() -> bool:
        query = {"metrics": list(METRICS), "since": stage.began.isoformat()}
        items = stage.company.call("POST", "/api/v1/analytics:query", query).json().get("items", [])
        row.update(items[0] if items else {})
        return {name: row.get(name) for name in wanted} == wanted

    waited = stage.company.until(counted, COUNTED_WITHIN)
    told = ", ".join(f"{name} {row.get(name)}" for name in METRICS)
    after = f" (complete after {waited:.1f} s)" if waited is not None else f", where {wanted} was expected"
    stage.story.step("Ask the warehouse for the day's numbers", told + after, waited is not None)


def _campaigns(stage: Stage) -> None:
    listed = {item["id"]: item for item in stage.company.items("/api/v1/campaigns")}
    same = all(listed.get(campaign["id"]) == campaign for campaign in stage.campaigns.values())
    states = Counter(campaign["status"] for campaign in stage.campaigns.values())
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    stage.story.step("Compare every campaign with what was answered last", told, same)


def _overview(stage: Stage) -> None:
    answer = stage.company.call("GET", "/api/v1/dashboard/overview")
    overview = answer.json()
    figures = overview["platform"]
    told = (
        f"{overview['status']}: {figures['requests']} requests, p50 {_ms(figures['p50_ms'])}, "
        f"p95 {_ms(figures['p95_ms'])}, {overview['dead_letters_open']} dead letters"
    )
    stage.story.step("Look at the dashboard", told, answer.is_success and overview["dead_letters_open"] == 0)
    for service in overview["services"]:
        if service["requests"]:
            told = f"{service['status']}: {service['requests']} requests, p95 {_ms(service['p95_ms'])}"
            failed = service["error_rate"] or 0.0
            stage.story.step(f"… {service['name']}", f"{told}, {failed:.1%} failed", failed == 0.0)


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} ms"
