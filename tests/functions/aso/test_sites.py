"""A site is followed: its days are pulled, once each, and pulled again where they may have changed."""

from __future__ import annotations

from shared_layer.aso.tables import performance_table, totals_table
from shared_layer.storage.tenant_tables import query_tenant, tenant_table_id
from tests.support.aso import new_aso
from tests.support.platform import LocalPlatform


async def test_a_made_up_site_has_ninety_days_of_numbers_that_stay_the_same_when_pulled_again(
    platform: LocalPlatform,
) -> None:
    aso = await new_aso(platform)
    site = await aso.add_site()
    assert (site["mode"], site["problem"]) == ("mock", None)
    rows = tenant_table_id(performance_table(aso.tenant_id, site["id"]))
    totals = tenant_table_id(totals_table(aso.tenant_id, site["id"]))
    counted = f"""SELECT COUNT(DISTINCT date) AS days, COUNT(*) AS n, SUM(clicks) AS clicks,
COUNT(DISTINCT CONCAT(CAST(date AS STRING), query, page, device, country)) AS keys, CAST(MAX(date) AS STRING) AS newest
FROM `{rows}` WHERE date >= DATE '2000-01-01'"""
    [first] = (await query_tenant(counted)).rows
    [whole] = (await query_tenant(f"SELECT SUM(clicks) AS clicks FROM `{totals}` WHERE date >= DATE '2000-01-01'")).rows
    assert first["days"] == 90
    assert first["n"] == first["keys"]
    assert first["newest"] == site["data_date"]
    assert first["clicks"] < whole["clicks"]
    await aso.told("POST", f"/sites/{site['id']}:sync", 202)
