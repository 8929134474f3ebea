"""Segments through the gateway: counted, sampled, explained."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.campaigns import new_marketing
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

TAGGED = {"field": "tags", "op": "is", "value": "readers"}


async def test_what_indexes_decide_is_counted_without_reading_a_contact(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    await market.people(13)
    await market.people(3, tag="others")
    rule = {"all": [TAGGED, {"field": "stage", "op": "is", "value": "Customer"}]}
    shown = await market.done("POST", f"/segments/{await market.segment(rule)}:preview", json={})
    assert (shown["matched"], shown["looked_at"], shown["complete"]) == (13, 0, True)
    assert len(shown["samples"]) == 10


async def test_a_contact_is_explained_rule_by_rule_with_what_was_found(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    [inside] = await market.people(1, custom={"plan": "gold"}, score=40)
    [outside] = await market.people(1, custom={"plan": "tin"})
    path = f"/api/xynergyos/v2/crm/contacts/{inside}/interactions"
    noted = await platform.gateway.post(path, json={"kind": "call"}, headers={"X-API-Key": market.key})
    assert noted.status_code == 201
    rule = {
        "all": [
            TAGGED,
            {"any": [{"did": "call", "within_days": 30}, {"field": "custom.plan", "op": "in", "value": ["gold"]}]},
            {"none": [{"field": "score", "op": "at_least", "value": 50}, {"campaign": "clicked"}]},
        ]
    }
    segment = await market.segment(rule)
    shown = await market.done("POST", f"/segments/{segment}:preview", json={"contact_id": inside})
    assert [sample["id"] for sample in shown["samples"]] == [inside]
    told = shown["explanation"]
    assert told["held"]
    assert told["parts"][1]["parts"][1] == {
        "rule": "custom.plan in gold", "held": True, "found": ["gold"], "parts": []
    }  # fmt: skip
    assert told["parts"][1]["parts"][0]["held"]
    assert told["parts"][2]["parts"][0] == {"rule": "score at_least 50", "held": False, "found": ["40"], "parts": []}
    other = await market.done("POST", f"/segments/{segment}:preview", json={"contact_id": outside})
    assert not other["explanation"]["held"]
    assert not other["explanation"]["parts"][1]["held"]


async def test_beyond_two_thousand_candidates_a_task_counts_on(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared_layer.marketing.audience import preview, walking

    monkeypatch.setattr(walking, "PAGE", 4)
    monkeypatch.setattr(preview, "PAGES_AT_ONCE", 2)
    market = await new_marketing(platform)
    await market.people(30)
    segment = await market.segment({"field": "given_name", "op": "contains", "value": "reader"})
    shown = await market.done("POST", f"/segments/{segment}:preview", json={})
    assert (shown["matched"], shown["looked_at"], shown["complete"]) == (8, 8, False)

    async def counted() -> bool:
        task = await market.done("GET", shown["task_url"].removeprefix("/api/v1"))
        return bool(task["state"] == "succeeded" and task["outcome"] == {"matched": 30, "looked_at": 30})

    await eventually(counted)


@pytest.mark.parametrize(
    "rule",
    [
        {"field": "shoe_size", "op": "is", "value": "1"},
        {"field": "stage", "op": "within_days", "value": 3},
        {"field": "score", "op": "at_least", "value": "many"},
        {"field": "stage", "op": "is"},
        {"all": []},
        {"all": [{"all": [{"all": [{"all": [{"all": [{"field": "stage", "op": "exists"}]}]}]}]}]},
        {"sometimes": []},
        [],
    ],
    ids=["no field", "no moment", "no number", "no value", "empty", "too deep", "no rule", "no object"],
)
async def test_a_rule_that_makes_no_sense_is_refused(platform: LocalPlatform, rule: Any) -> None:
    market = await new_marketing(platform)
    refused = await market.ask("POST", "/segments", json={"name": "x", "rule": rule})
    assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed"), refused.text
