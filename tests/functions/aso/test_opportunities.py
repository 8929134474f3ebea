"""Opportunities: what the made-up site has planted is found, told of once, and can be put aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared_layer.aso.recomputing import begin_recomputing, recompute
from shared_layer.core import clock
from shared_layer.messaging.events.aso import AsoOpportunitiesDue
from shared_layer.messaging.unit import Unit
from tests.support.aso import Aso, new_aso
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.staging import context

EMITS = ("aso_opportunities_due", "opportunity_changed", "opportunity_found")


async def found(aso: Aso) -> list[dict[str, Any]]:
    async def computed() -> bool:
        return bool(await aso.events("opportunity_found"))

    await eventually(computed)
    return await aso.listed("/opportunities")


async def computed_again(aso: Aso, site_id: str) -> int:
    unit = Unit(context("aso-engine", aso.tenant_id), aso.tenant_id, EMITS)
    fresh = await recompute(AsoOpportunitiesDue(site_id=site_id), unit)
    await unit.commit()
    return fresh


async def test_what_was_planted_is_found_with_its_evidence_and_worth(followed: Aso) -> None:
    listed = await found(followed)
    assert listed == sorted(listed, key=lambda one: -one["extra_clicks"])
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for one in listed:
        by_kind.setdefault(one["kind"], []).append(one)
        assert one["revenue_minor"] == round(one["extra_clicks"] * 120)
        assert (one["currency"], one["revenue_note"]) == ("EUR", None)
        assert one["evidence"]
        assert one["next_action"]
    assert [one["page"].rpartition("guides/")[2] for one in by_kind["decay"]] == ["cold-brew/"]
    assert [one["query"] for one in by_kind["ctr_gap"]] == ["pour over ratio"]
    assert [one["query"] for one in by_kind["cannibalisation"]] == ["aeropress recipe"]
    near = {one["query"] for one in by_kind["striking_distance"]}
    assert {"espresso beans", "coffee subscription", "barista course"} <= near
    assert not near & {"aeropress recipe", "cold brew recipe", "harbour roasters"}
    curve = await followed.get("/click-curve")
    assert curve["branded"]["rates"][0] > 2 * curve["not_branded"]["rates"][0]


async def test_each_is_told_of_once_however_often_it_is_computed(followed: Aso) -> None:
    listed = await found(followed)
    assert await computed_again(followed, listed[0]["site_id"]) == 0
    told = [one["opportunity_id"] for one in await followed.events("opportunity_found")]
    assert len(told) == len(set(told)) == len(await followed.listed("/opportunities"))


async def test_one_can_be_dismissed_snoozed_and_opened_again(followed: Aso) -> None:
    listed = await found(followed)
    first, second = (f"/opportunities/{one['id']}" for one in listed[-2:])
    dismissed = await followed.told("POST", f"{first}:dismiss", json={"note": "not our business"})
    assert (dismissed["status"], dismissed["note"]) == ("dismissed", "not our business")
    until = datetime.now(UTC) + timedelta(days=3)
    assert (await followed.ask("POST", f"{second}:snooze", json={"until": "2020-01-01T00:00:00Z"})).status_code == 422
    await followed.told("POST", f"{second}:snooze", json={"until": until.isoformat()})
    assert {one["id"] for one in await followed.listed("/opportunities")} == {one["id"] for one in listed[:-2]}
    assert [one["id"] for one in await followed.listed("/opportunities", status="dismissed")] == [dismissed["id"]]
    assert await computed_again(followed, dismissed["site_id"]) == 0
    assert (await followed.get(first))["status"] == "dismissed"
    former = clock.use(lambda: (until + timedelta(minutes=1)).timestamp())
    try:
        await begin_recomputing(Unit(context("aso-engine", ""), "", EMITS))
    finally:
        clock.use(former)
    assert (await followed.get(second))["status"] == "open"
    assert (await followed.told("POST", f"{first}:reopen"))["status"] == "open"
    assert {one["id"] for one in await followed.listed("/opportunities")} == {one["id"] for one in listed}


async def test_without_the_worth_of_a_click_there_is_no_revenue_and_it_is_said_why(platform: LocalPlatform) -> None:
    aso = await new_aso(platform)
    site = await aso.add_site()
    listed = await found(aso)
    assert {one["revenue_minor"] for one in listed} == {None}
    assert all("value_per_click_minor" in one["revenue_note"] for one in listed)
    await aso.told("PUT", "/settings", json={"value_per_click_minor": 50})
    assert (await aso.get(f"/sites/{site['id']}"))["changed"] is True
    unit = Unit(context("aso-engine", ""), "", EMITS)
    assert await begin_recomputing(unit) >= 1
    assert site["id"] in {one.payload["site_id"] for one in unit.events}
    assert await computed_again(aso, site["id"]) == 0
    assert all(one["revenue_minor"] > 0 for one in await aso.listed("/opportunities"))
    assert (await aso.get(f"/sites/{site['id']}"))["changed"] is False


async def test_what_is_gone_three_times_is_resolved_and_what_comes_back_is_told_of_again(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared_layer.aso import recomputing

    aso = await new_aso(platform)
    site = await aso.add_site()
    [gap] = [one for one in await found(aso) if one["kind"] == "ctr_gap"]
    with monkeypatch.context() as patched:
        patched.setattr(recomputing, "click_gap", lambda window: iter(()))
        for status in ("open", "open", "resolved"):
            await computed_again(aso, site["id"])
            assert (await aso.get(f"/opportunities/{gap['id']}"))["status"] == status
    assert (await aso.ask("POST", f"/opportunities/{gap['id']}:dismiss", json={})).status_code == 409
    assert await computed_again(aso, site["id"]) == 1
    told = [one["opportunity_id"] for one in await aso.events("opportunity_found")]
    assert told.count(gap["id"]) == 2
    assert (await aso.get(f"/opportunities/{gap['id']}"))["status"] == "open"
