"""Keywords: imported with a report of every row, and read with what they bring."""

from __future__ import annotations

import pytest

from tests.support.aso import Aso, new_aso
from tests.support.platform import LocalPlatform

CSV = """Keyword,Search Volume,KD %,Intent,Tags
Espresso Beans,"12,100",38,,shop;core
ＥＳＰＲＥＳＳＯ beans,1,,,
pour over ratio,880,21.0,informational,guide
???,10,,,
harbour roasters login,90,,,
cold brew recipe,many,200,sideways,
"""


async def imported(aso: Aso, status: int = 200, **body: object) -> dict[str, object]:
    report: dict[str, object] = await aso.told("POST", "/keywords:import", status, json=body)
    return report


async def test_a_csv_is_reported_row_by_row_and_spellings_are_joined(platform: LocalPlatform) -> None:
    aso = await new_aso(platform)
    await aso.told("PUT", "/settings", json={"brand_terms": ["Harbour Roasters"]})
    tried = await imported(aso, csv=CSV, dry_run=True)
    assert (tried["dry_run"], await aso.listed("/keywords")) == (True, [])
    report = await aso.told("POST", "/keywords:import", json={"csv": CSV})
    assert report["counts"] == {"new": 3, "duplicate": 1, "invalid": 2}
    assert report["rows"] == tried["rows"]
    first, again, ratio, nothing, brand, wrong = report["rows"]
    assert (first["keyword"], first["intent"], first["branded"]) == ("espresso beans", "informational", False)
    assert (again["duplicate_of_row"], again["keyword_id"]) == (1, first["keyword_id"])
    assert (brand["branded"], brand["intent"]) == (True, "navigational")
    assert ratio["cluster_id"] != first["cluster_id"]
    assert "nothing is left" in nothing["problems"][0]
    assert [problem.partition(":")[0] for problem in wrong["problems"]] == ["volume", "difficulty", "intent"]
    stored = {one["text"]: one for one in await aso.listed("/keywords")}
    assert (stored["espresso beans"]["volume"], stored["espresso beans"]["difficulty"]) == (12100, 38)
    assert (stored["espresso beans"]["spelling"], stored["espresso beans"]["tags"]) == (
        "Espresso Beans",
        ["shop", "core"],
    )
    assert (stored["espresso beans"]["performance"], stored["pour over ratio"]["difficulty"]) == (None, 21)


async def test_new_keywords_are_told_of_once_and_what_is_known_is_added_to(platform: LocalPlatform) -> None:
    aso = await new_aso(platform)
    rows = [{"keyword": f"keyword {number}", "tags": ["a"]} for number in range(150)]
    assert (await imported(aso, rows=rows))["counts"] == {"new": 150}
    assert (await imported(aso, rows=rows))["counts"] == {"unchanged": 150}
    richer = await imported(aso, rows=[{"keyword": "KEYWORD 7", "volume": 70, "tags": ["b"], "intent": "commercial"}])
    assert richer["counts"] == {"updated": 1}
    events = await aso.events("keyword_detected")
    assert sorted(len(one["keywords"]) for one in events) == [50, 100]
    [known] = await aso.listed("/keywords", tag="b")
    assert (known["volume"], known["tags"], known["intent"], known["version"]) == (70, ["a", "b"], "commercial", 2)
    assert (await imported(aso, rows=[{"keyword": "keyword 7"}]))["counts"] == {"unchanged": 1}


async def test_search_console_s_export_brings_its_searches_and_not_its_numbers(platform: LocalPlatform) -> None:
    aso = await new_aso(platform)
    csv = "Top queries,Clicks,Impressions,CTR,Position\ndecaf espresso,12,340,3.53%,14.2\n"
    report = await imported(aso, csv=csv, format="search_console")
    assert report["counts"] == {"new": 1}
    [keyword] = await aso.listed("/keywords")
    assert (keyword["origin"], keyword["volume"], keyword["performance"]) == ("search_console", None, None)


@pytest.mark.parametrize(
    "body",
    [{}, {"rows": [], "csv": "Keyword\na\n"}, {"csv": "Name,Volume\na,1\n"}, {"csv": "Keyword\n" + "a\n" * 2001}],
)
async def test_what_cannot_be_read_is_refused_whole(platform: LocalPlatform, body: dict[str, object]) -> None:
    aso = await new_aso(platform)
    refused = await aso.ask("POST", "/keywords:import", json=body)
    assert refused.status_code == 422, refused.text


async def test_a_keyword_has_its_rank_day_by_day_and_its_pages(followed: Aso) -> None:
    aso = followed
    [site] = await aso.listed("/sites")
    listed = {one["text"]: one for one in await aso.listed("/keywords")}
    assert listed["nobody searches this"]["performance"] is None
    shown = listed["aeropress recipe"]
    detail = await aso.get(f"/keywords/{shown['id']}")
    assert detail["performance"] == shown["performance"]
    assert (detail["site_id"], detail["data_date"]) == (site["id"], site["data_date"])
    assert 80 < len(detail["rank_history"]) <= 90
    assert detail["rank_history"][-1]["day"] == site["data_date"]
    recent = [one["measures"] for one in detail["rank_history"][-28:]]
    now = detail["performance"]["current"]
    assert now["clicks"] == sum(one["clicks"] for one in recent)
    weighted = sum(one["position"] * one["impressions"] for one in recent) / sum(one["impressions"] for one in recent)
    assert now["position"] == pytest.approx(weighted, abs=0.01)
    assert len(detail["pages"]) == 2


async def test_a_keyword_is_changed_as_it_was_read_and_removed(platform: LocalPlatform) -> None:
    aso = await new_aso(platform)
    report = await aso.told("POST", "/keywords:import", json={"rows": [{"keyword": "kettle"}]})
    path = f"/keywords/{report['rows'][0]['keyword_id']}"
    changed = await aso.told("PATCH", path, version=1, json={"intent": "transactional", "tags": ["x"], "volume": 10})
    assert (changed["intent"], changed["tags"], changed["version"]) == ("transactional", ["x"], 2)
    assert (await aso.ask("PATCH", path, version=1, json={"volume": 5})).status_code == 412
    await aso.told("DELETE", path, 204)
    assert (await aso.ask("GET", path)).status_code == 404
