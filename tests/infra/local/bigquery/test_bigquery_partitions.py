"""Bytes as BigQuery counts them, partitions that a filter keeps, and the caps on both."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator
from typing import Any

import pytest
from google.api_core.exceptions import BadRequest
from google.cloud import bigquery

from infra.local.clock import ManualClock
from tests.infra.local.bigquery.server import MIDNIGHT, asking, client_of, column, dry_bytes, serving

Scalar, Array = bigquery.ScalarQueryParameter, bigquery.ArrayQueryParameter
DAYS = range(20, 24)
PER_DAY = 4
ID = TS = 8
TENANT = 2 + 3  # the text of "abc" in UTF-8 and two bytes more
DAY = datetime.date(2026, 11, 22)
MOMENT = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
async def warehouse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[bigquery.Client]:
    """Four rows on each of four days, the last of them today; `guarded` asks for a partition filter."""
    async with serving(tmp_path_factory.mktemp("partitions"), ManualClock(MIDNIGHT)) as address:
        client = client_of(address)
        await asyncio.to_thread(client.create_dataset, "sales")
        for name in ("events", "guarded"):
            schema = [column("id", "INT64"), column("tenant", "STRING"), column("ts", "TIMESTAMP")]
            table = bigquery.Table(f"shop.sales.{name}", schema)
            table.time_partitioning = bigquery.TimePartitioning(field="ts")
            table.clustering_fields = ["tenant"]
            table.require_partition_filter = name == "guarded"
            await asyncio.to_thread(client.create_table, table)
            rows = [{"id": n, "tenant": "abc", "ts": f"2026-11-{d}T0{n}:00:00Z"} for d in DAYS for n in range(PER_DAY)]
            await asyncio.to_thread(client.insert_rows_json, table, rows)
        view = bigquery.Table("shop.sales.recent")
        view.view_query = "SELECT id, ts FROM sales.guarded"
        await asyncio.to_thread(client.create_table, view)
        yield client
        client.close()


PRUNED: list[tuple[str, list[Any], int]] = [
    ("SELECT id FROM sales.events", [], 16 * ID),
    ("SELECT * FROM sales.events", [], 16 * (ID + TENANT + TS)),
    ("SELECT COUNT(*) FROM sales.events", [], 0),
    ("SELECT 1", [], 0),
    ("SELECT id FROM sales.events WHERE tenant = 'abc'", [], 16 * (ID + TENANT)),
    ("SELECT COUNT(*) FROM sales.events WHERE DATE(ts) = '2026-11-22'", [], 4 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE DATE(ts) = @day", [Scalar("day", "DATE", DAY)], 4 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE ts >= ?", [Scalar(None, "TIMESTAMP", MOMENT)], 8 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE '2026-11-22' <= ts", [], 8 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE ts > TIMESTAMP '2026-11-22 23:59:59.999999+00'", [], 4 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE ts < TIMESTAMP '2026-11-21'", [], 4 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE ts BETWEEN '2026-11-21' AND '2026-11-22'", [], 8 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE DATE(ts) BETWEEN '2026-11-21' AND '2026-11-22'", [], 8 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE DATE(ts) IN ('2026-11-20', '2026-11-23')", [], 8 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE DATE(ts) IN UNNEST(@days)", [Array("days", "DATE", [DAY])], 4 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE DATE(ts) = CURRENT_DATE()", [], 4 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE DATE(ts) >= DATE_SUB(CURRENT_DATE(), INTERVAL 1 DAY)", [], 8 * TS),
    (
        "SELECT COUNT(*) FROM sales.events WHERE ts >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL @n DAY)",
        [Scalar("n", "INT64", 2)],
        12 * TS,
    ),
    ("SELECT COUNT(*) FROM sales.events WHERE TIMESTAMP_TRUNC(ts, DAY) = TIMESTAMP '2026-11-20'", [], 4 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE TIMESTAMP_TRUNC(ts, MONTH) = TIMESTAMP '2026-10-01'", [], 0),
    ("SELECT COUNT(*) FROM sales.events WHERE DATE(ts) = '2026-11-20' OR DATE(ts) = '2026-11-21'", [], 8 * TS),
    ("SELECT COUNT(*) FROM sales.events WHERE DATE(ts) = '2026-11-20' OR id = 1", [], 16 * (TS + ID)),
    ("SELECT id FROM (SELECT * FROM sales.events) WHERE DATE(ts) = '2026-11-20'", [], 4 * (TS + ID)),
    ("WITH e AS (SELECT * FROM sales.events) SELECT id FROM e WHERE DATE(ts) = '2026-11-20'", [], 4 * (TS + ID)),
    ("SELECT id FROM sales.recent WHERE DATE(ts) = '2026-11-20'", [], 4 * (TS + ID)),
    (
        "SELECT a.id FROM sales.events a JOIN sales.events b ON a.id = b.id AND DATE(b.ts) = '2026-11-20' "
        "WHERE DATE(a.ts) = '2026-11-21'",
        [],
        8 * (TS + ID),
    ),
    ("DELETE FROM sales.events WHERE DATE(ts) = '2026-11-20'", [], 4 * (ID + TENANT + TS)),
]


@pytest.mark.parametrize(("sql", "parameters", "size"), PRUNED, ids=[one[0][:90] for one in PRUNED])
async def test_a_dry_run_counts_the_columns_of_the_partitions_that_are_kept(
    warehouse: bigquery.Client, sql: str, parameters: list[Any], size: int
) -> None:
    assert await dry_bytes(warehouse, sql, *parameters) == size


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM sales.guarded",
        "SELECT id FROM sales.guarded WHERE id = 1",
        "SELECT id FROM sales.guarded WHERE DATE(ts) = '2026-11-20' OR id = 1",
        "SELECT id FROM sales.guarded WHERE DATE(ts) = (SELECT MAX(DATE(ts)) FROM sales.events)",
        "SELECT id FROM sales.recent",
        "DELETE FROM sales.guarded WHERE id = 1",
    ],
)
async def test_a_required_partition_filter_is_required(warehouse: bigquery.Client, sql: str) -> None:
    words = (
        r"Cannot query over table 'shop\.sales\.guarded' without a filter over column\(s\) 'ts' "
        "that can be used for partition elimination"
    )
    with pytest.raises(BadRequest, match=words):
        await asking(warehouse)(sql)


async def test_a_query_over_its_byte_cap_does_not_run(warehouse: bigquery.Client) -> None:
    sql = "SELECT id FROM sales.events"
    with pytest.raises(BadRequest, match=r"exceeded limit for bytes billed: 1000\. 10485760 or higher") as caught:
        await asking(warehouse)(sql, maximum_bytes_billed=1000)
    assert caught.value.errors[0]["reason"] == "bytesBilledLimitExceeded"
    assert len(await asking(warehouse)(sql, maximum_bytes_billed=10 * 1024 * 1024)) == 16


async def test_a_job_tells_what_it_cost(warehouse: bigquery.Client) -> None:
    job = await asyncio.to_thread(warehouse.query, "SELECT id FROM sales.events WHERE DATE(ts) = '2026-11-20'")
    await asyncio.to_thread(job.result)
    assert (job.total_bytes_processed, job.total_bytes_billed) == (4 * (ID + TS), 10 * 1024 * 1024)
    assert [table.table_id for table in job.referenced_tables] == ["events"]


async def test_information_schema_tells_the_partitions(warehouse: bigquery.Client) -> None:
    found = await asking(warehouse)(
        "SELECT partition_id, total_rows, total_logical_bytes FROM sales.INFORMATION_SCHEMA.PARTITIONS "
        "WHERE table_name = 'events' ORDER BY partition_id"
    )
    assert found == [(f"202611{day}", 4, 4 * (ID + TENANT + TS)) for day in DAYS]


async def test_information_schema_tells_tables_and_columns(warehouse: bigquery.Client) -> None:
    ask = asking(warehouse)
    tables = await ask("SELECT table_name, table_type FROM `shop.sales.INFORMATION_SCHEMA.TABLES` ORDER BY 1")
    assert tables == [("events", "BASE TABLE"), ("guarded", "BASE TABLE"), ("recent", "VIEW")]
    columns = await ask(
        "SELECT column_name, data_type, is_partitioning_column FROM sales.INFORMATION_SCHEMA.COLUMNS "
        "WHERE table_name = @table ORDER BY ordinal_position",
        Scalar("table", "STRING", "events"),
    )
    assert columns == [("id", "INT64", "NO"), ("tenant", "STRING", "NO"), ("ts", "TIMESTAMP", "YES")]


async def test_expired_partitions_go(client: bigquery.Client, clock: ManualClock) -> None:
    await asyncio.to_thread(client.create_dataset, "sales")
    table = bigquery.Table("shop.sales.events", [column("day", "DATE")])
    table.time_partitioning = bigquery.TimePartitioning(field="day", expiration_ms=2 * 86_400_000)
    await asyncio.to_thread(client.create_table, table)
    await asyncio.to_thread(client.insert_rows_json, table, [{"day": "2026-11-22"}, {"day": "2026-11-23"}])
    ask = asking(client)
    await clock.advance(86_400 + 120)
    for _ in range(200):
        if len(await ask("SELECT day FROM sales.events")) == 1:
            break
    assert await ask("SELECT day FROM sales.events") == [(datetime.date(2026, 11, 23),)]
