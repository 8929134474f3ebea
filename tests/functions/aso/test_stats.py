"""Stats are weighted by impressions, say what they leave out and how old they are, and read only the days they need."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared_layer.aso.tables import performance_table
from shared_layer.storage.tenant_tables import query_tenant, replace_day, tenant_table_id
from tests.support.aso import Aso, new_aso
from tests.support.platform import LocalPlatform


async def test_totals_brand_and_movers_agree_with_each_other(followed: Aso) -> None:
    aso = followed
    [site] = await aso.listed("/sites")
    stats = await aso.get("/stats", days=28)
    assert (await aso.get("/stats", days=28)) == stats | {"cached": True}
    assert (stats["mode"], stats["data_date"], stats["lag_days"]) == ("mock", site["data_date"], 2)
    assert date.fromisoformat(stats["until"]) - date.fromisoformat(stats["since"]) == timedelta(days=27)
    branded, other, coverage = stats["branded"]["current"], stats["not_branded"]["current"], stats["coverage"]
    assert branded["ctr"] > 3 * other["ctr"]
    assert branded["clicks"] + other["clicks"] == coverage["rows_clicks"] < stats["totals"]["current"]["clicks"]
    assert "no search that only few people make" in coverage["note"]
    assert sum(one["current"]["clicks"] for one in stats["devices"].values()) == stats["totals"]["current"]["clicks"]
    assert stats["losers"][0]["name"] == "cold brew recipe"
    assert stats["losing_pages"][0]["name"].endswith("/guides/cold-brew/")
    assert all(one["performance"]["change"]["clicks"] > 0 for one in stats["winners"])


async def test_a_mean_position_is_weighted_by_impressions(platform: LocalPlatform) -> None:
    """Two rows, position 2 seen 10 times and position 50 seen 990 times: 49.52, where the plain mean says 26."""
    aso = await new_aso(platform)
    site = await aso.add_site()
    day = date.fromisoformat(site["data_date"])
    rows = [
        {"query": "kettle", "page": "/a", "clicks": 5, "impressions": 10, "position": 2.0},
        {"query": "kettle", "page": "/b", "clicks": 5, "impressions": 990, "position": 50.0},
    ]
    whole = [{"date": day.isoformat(), "device": "MOBILE", "country": "usa", **row} for row in rows]
    await replace_day(performance_table(aso.tenant_id, site["id"]), day, whole)
    await aso.told("POST", "/keywords:import", json={"rows": [{"keyword": "kettle"}]})
    [keyword] = await aso.listed("/keywords")
    now = keyword["performance"]["current"]
    assert now["position"] == 49.52
    assert now["ctr"] == 0.01
    assert now["position"] != pytest.approx((2 + 50) / 2)
    assert now["ctr"] != pytest.approx((5 / 10 + 5 / 990) / 2)


async def test_only_the_days_that_are_asked_for_are_read(followed: Aso) -> None:
    """14 of 90 days for a week against a week, and the whole table is never read without a filter."""
    aso = followed
    [site] = await aso.listed("/sites")
    week, month = await aso.get("/stats", days=7), await aso.get("/stats", days=28)
    table = tenant_table_id(performance_table(aso.tenant_id, site["id"]))
    columns = "query, page, clicks, impressions, position"
    whole = await query_tenant(f"SELECT date, {columns} FROM `{table}` WHERE date >= DATE '2000-01-01'")
    assert week["bytes_processed"] < 0.3 * month["bytes_processed"]
    assert week["bytes_processed"] < 0.3 * whole.bytes_processed
    with pytest.raises(Exception, match="partition"):
        await query_tenant(f"SELECT SUM(clicks) AS n FROM `{table}`")


async def test_without_a_site_it_is_said_how_to_add_one_and_without_a_brand_what_is_missing(
    platform: LocalPlatform,
) -> None:
    aso = await new_aso(platform)
    missing = await aso.ask("GET", "/stats")
    assert (missing.status_code, "POST /api/v1/aso/sites" in missing.json()["detail"]) == (404, True)
    made = await aso.told("POST", "/sites", 201, json={"site_url": "sc-domain:tiny.example"})
    stats = await aso.get("/stats", site_id=made["id"])
    assert "brand_terms" in stats["brand_note"]
    await aso.synced(made["id"], 90)
    whole = await aso.get("/stats")
    assert (whole["branded"], whole["not_branded"]["current"]["clicks"]) == (None, whole["coverage"]["rows_clicks"])
