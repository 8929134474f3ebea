"""A tenant's channel rules: tried, written, versioned, and applied to what was before."""

from __future__ import annotations

from typing import Any

from tests.support.attribution import Attribution, conversion, new_attribution, touch
from tests.support.platform import LocalPlatform

PARTNERS = {
    "channel": "Partners",
    "conditions": [
        {"attribute": "source", "operator": "begins_with", "values": ["partner-"]},
        {"attribute": "medium", "values": ["cpc", "email"]},
    ],
}


async def written(attribution: Attribution, version: int, *rules: dict[str, Any]) -> dict[str, Any]:
    """The rules once history is classified by them."""
    answer = await attribution.ask("PUT", "/channel-rules", version, json={"rules": list(rules)})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()

    async def done() -> bool:
        task = await attribution.platform.gateway.get(told["task_url"], headers={"X-API-Key": attribution.key})
        told["task"] = task.json()
        return bool(told["task"]["state"] == "succeeded")

    await attribution.until(done)
    return told


async def test_an_address_and_a_referrer_are_tried_without_a_trace(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    trial = {"url": "https://shop.example/?utm_source=partner-x&utm_medium=cpc", "referrer": "https://chatgpt.com/"}
    found = (await attribution.ask("POST", "/channel-rules:test", json=trial)).json()
    assert (found["channel"], found["rule"], found["traffic"]["source"]) == ("Paid Other", None, "partner-x")
    found = (await attribution.ask("POST", "/channel-rules:test", json={**trial, "rules": [PARTNERS]})).json()
    assert (found["channel"], found["rule"]) == ("Partners", 1)
    found = (await attribution.ask("POST", "/channel-rules:test", json={"referrer": "https://chatgpt.com/"})).json()
    assert found["channel"] == "AI Assistant"
    refused = await attribution.ask("POST", "/channel-rules:test", json={"url": "http://[::1"})
    assert refused.status_code == 422
    rules = await attribution.get("/channel-rules")
    assert (rules["version"], rules["rules"]) == (1, [])
    assert rules["default_channels"][:2] == ["Direct", "Cross-network"]


async def test_new_rules_need_the_version_that_was_read(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    assert (await attribution.ask("PUT", "/channel-rules", json={"rules": []})).status_code == 428
    assert (await attribution.ask("PUT", "/channel-rules", 2, json={"rules": []})).status_code == 412
    first = await attribution.ask("PUT", "/channel-rules", 1, json={"rules": [PARTNERS]})
    assert (first.json()["version"], first.headers["etag"]) == (2, '"2"')
    assert (await attribution.ask("PUT", "/channel-rules", 1, json={"rules": []})).status_code == 412
    named = {"channel": "A>B@1", "conditions": PARTNERS["conditions"]}
    assert (await attribution.ask("PUT", "/channel-rules", 2, json={"rules": [named]})).status_code == 422


async def test_history_is_classified_anew_and_back_and_totals_stay(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    spend = {"type": "spend", "event_id": "s1", "at": "2026-03-02T00:00:00Z", "amount_minor": 250}
    await attribution.send(
        *[touch(f"t{n}", "01T10:00", f"p{n}", "partner-x/cpc") for n in range(3)],
        *[touch(f"u{n}", "02T10:00", f"p{n}", "google/organic") for n in range(3)],
        *[conversion(f"c{n}", "03T10:00", f"p{n}", 333) for n in range(3)],
        {**spend, "source": "partner-x", "medium": "cpc"},
        {**spend, "event_id": "s2", "channel": "Paid Other"},
    )
    before = await attribution.until_totals(3.0, 9.99, 5.0)
    told = await written(attribution, 1, PARTNERS)
    assert told["task"]["outcome"] == {
        "attribution_journeys_seen": 3, "attribution_journeys_changed": 3,
        "attribution_events_seen": 2, "attribution_events_changed": 1,
    }  # fmt: skip
    after = await attribution.channels(model="first")
    rows = {row["channel"]: (row["conversions"], row["spend"]) for row in after["items"]}
    assert rows == {"Partners": (3.0, 2.5), "Organic Search": (0.0, 0.0), "Paid Other": (0.0, 2.5)}
    assert after["totals"] == before["totals"]
    await written(attribution, 2)
    again = await attribution.channels()
    assert (again["items"], again["totals"]) == (before["items"], before["totals"])


async def test_rules_that_say_the_same_start_no_task(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    same = await attribution.ask("PUT", "/channel-rules", 1, json={"rules": []})
    assert (same.json()["version"], same.json()["task_url"]) == (2, None)
