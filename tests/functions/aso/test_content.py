"""Content: a hub with its spokes, keywords attached, and a topic without a page found as an opportunity."""

from __future__ import annotations

from shared_layer.aso.recomputing import recompute
from shared_layer.messaging.events.aso import AsoOpportunitiesDue
from shared_layer.messaging.unit import Unit
from tests.support.aso import PROPERTY, Aso, new_aso
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.staging import context


async def piece(aso: Aso, path: str, kind: str, keyword: str, **more: object) -> dict[str, str]:
    body = {"kind": kind, "url": f"{PROPERTY}{path}", "title": keyword.title(), **more}
    made = await aso.told("POST", "/content", 201, json=body)
    imported = await aso.told("POST", "/keywords:import", json={"rows": [{"keyword": keyword}]})
    given = {"keyword_id": imported["rows"][0]["keyword_id"]}
    attached: dict[str, str] = await aso.told("POST", f"/content/{made['id']}:attach-keyword", json=given)
    return attached


async def test_a_piece_is_created_seen_in_its_graph_changed_and_removed(platform: LocalPlatform) -> None:
    aso = await new_aso(platform)
    hub = await piece(aso, "guides/espresso/", "hub", "espresso guide")
    spoke = await piece(aso, "guides/espresso-ratio/", "spoke", "espresso ratio", hub_id=hub["id"])
    again = {"kind": "hub", "url": PROPERTY + "guides/espresso", "title": "Twice"}
    assert (await aso.ask("POST", "/content", json=again)).status_code == 409
    of_none = {"kind": "spoke", "url": PROPERTY + "x", "title": "X", "hub_id": spoke["id"]}
    assert (await aso.ask("POST", "/content", json=of_none)).status_code == 422
    detail = await aso.get(f"/content/{spoke['id']}")
    assert [one["check"] for one in detail["problems"]] == ["orphan"]
    assert {one["anchor"] for one in detail["suggestions"]} == {"espresso guide", "espresso ratio"}
    graph = await aso.get("/content-graph")
    assert (graph["hubs"], graph["spokes"], graph["links"]) == (1, 1, 0)
    linked = {"links": [PROPERTY + "guides/espresso/"]}
    changed = await aso.told("PATCH", f"/content/{spoke['id']}", version=detail["version"], json=linked)
    assert changed["hub_id"] == hub["id"]
    assert (await aso.get("/content-graph"))["links"] == 1
    assert [one["id"] for one in await aso.listed("/content", hub_id=hub["id"])] == [spoke["id"]]
    keyword = {"keyword_id": detail["keywords"][0]["id"]}
    assert (await aso.told("POST", f"/content/{spoke['id']}:detach-keyword", json=keyword))["keywords"] == []
    assert (await aso.ask("POST", f"/content/{spoke['id']}:detach-keyword", json=keyword)).status_code == 404
    await aso.told("DELETE", f"/content/{spoke['id']}", 204)
    assert [one["id"] for one in await aso.listed("/content")] == [hub["id"]]
    told = [one["change"] for one in await aso.events("aso_content_changed")]
    assert sorted(told) == ["created", "created", "deleted", *["keyword_attached"] * 2, "keyword_detached", "updated"]


async def test_a_topic_without_a_page_of_its_own_is_a_missing_spoke(followed: Aso) -> None:
    hub = await piece(followed, "guides/espresso/", "hub", "espresso guide")
    await piece(followed, "guides/espresso-ratio/", "spoke", "espresso ratio", hub_id=hub["id"])
    [site] = await followed.listed("/sites")

    async def computed() -> bool:
        return bool(await followed.events("opportunity_found"))

    await eventually(computed)
    emits = ("opportunity_changed", "opportunity_found")
    unit = Unit(context("aso-engine", followed.tenant_id), followed.tenant_id, emits)
    await recompute(AsoOpportunitiesDue(site_id=site["id"]), unit)
    await unit.commit()
    found = await followed.listed("/opportunities", kind="missing_spoke")
    assert [one["query"] for one in found] == ["decaf espresso beans", "swiss water decaf espresso beans"]
    assert {one["page"] for one in found} == {PROPERTY + "guides/espresso/"}
    assert not [one for one in await followed.listed("/opportunities") if one["query"] == "espresso ratio"]
