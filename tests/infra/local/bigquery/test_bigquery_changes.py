"""DML and DDL: what changes, how it is counted, and what is refused."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator

import pytest
from google.api_core.exceptions import BadRequest, Conflict, NotFound
from google.cloud import bigquery

from tests.infra.local.bigquery.server import Ask, asking, client_of


@pytest.fixture
async def run(address: str) -> AsyncIterator[Ask]:
    """SQL in a dataset `sales` with the table `stock`: (1, 'a', 10), (2, 'b', 20)."""
    client = client_of(address)
    await asyncio.to_thread(client.create_dataset, "sales")
    ask = asking(client)
    await ask("CREATE TABLE sales.stock (id INT64 NOT NULL, name STRING, count INT64)")
    await ask("INSERT INTO sales.stock (id, name, count) VALUES (1, 'a', 10), (2, 'b', 20)")
    yield ask
    client.close()


ALL = "SELECT * FROM sales.stock ORDER BY id"


async def test_insert_takes_values_and_queries(run: Ask) -> None:
    await run("INSERT sales.stock (id) VALUES (3)")
    await run("INSERT INTO sales.stock SELECT id + 10, name, count FROM sales.stock WHERE id = 1")
    assert await run(ALL) == [(1, "a", 10), (2, "b", 20), (3, None, None), (11, "a", 10)]


async def test_update_and_delete_change_what_they_name(run: Ask) -> None:
    await run("UPDATE sales.stock AS s SET s.count = s.count + 1, name = 'z' WHERE s.id = 1")
    await run("DELETE FROM sales.stock AS s WHERE s.id = 2")
    assert await run(ALL) == [(1, "z", 11)]
    await run("UPDATE `shop.sales.stock` SET count = t.n FROM (SELECT 1 AS k, 99 AS n) AS t WHERE id = t.k")
    assert await run(ALL) == [(1, "z", 99)]
    await run("DELETE sales.stock WHERE TRUE")
    assert await run(ALL) == []


async def test_merge_updates_inserts_and_deletes(run: Ask, client: bigquery.Client) -> None:
    sql = """
        MERGE sales.stock AS t USING (SELECT 1 AS id, 'A' AS name, 5 AS count UNION ALL SELECT 3, 'c', 30) AS s
        ON t.id = s.id
        WHEN MATCHED THEN UPDATE SET t.count = t.count + s.count
        WHEN NOT MATCHED THEN INSERT ROW
        WHEN NOT MATCHED BY SOURCE THEN DELETE
    """
    job = await asyncio.to_thread(client.query, sql)
    await asyncio.to_thread(job.result)
    stats = job.dml_stats
    assert (stats.inserted_row_count, stats.updated_row_count, stats.deleted_row_count) == (1, 1, 1)
    assert job.num_dml_affected_rows == 3
    assert await run(ALL) == [(1, "a", 15), (3, "c", 30)]


async def test_merge_refuses_two_source_rows_for_one_target_row(run: Ask) -> None:
    with pytest.raises(BadRequest, match="must match at most one source row"):
        await run(
            "MERGE sales.stock t USING (SELECT 1 AS id UNION ALL SELECT 1) s ON t.id = s.id "
            "WHEN MATCHED THEN UPDATE SET count = 0"
        )
    assert (await run(ALL))[0] == (1, "a", 10)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE sales.stock SET count = 1", "UPDATE must have a WHERE clause"),
        ("DELETE FROM sales.stock", "DELETE must have a WHERE clause"),
        ("INSERT INTO sales.stock (name) VALUES ('x')", "Required field id cannot be null"),
        ("INSERT INTO sales.stock (nope) VALUES (1)", "nope"),
        ("UPDATE sales.stock SET nope = 1 WHERE TRUE", "nope"),
    ],
)
async def test_an_unsound_change_is_refused_and_changes_nothing(run: Ask, sql: str, words: str) -> None:
    before = await run(ALL)
    with pytest.raises(BadRequest, match=words):
        await run(sql)
    assert await run(ALL) == before


async def test_bytes_are_counted_anew_after_a_change(run: Ask, client: bigquery.Client) -> None:
    async def size() -> int:
        return int((await asyncio.to_thread(client.get_table, "shop.sales.stock")).num_bytes)

    assert await size() == 2 * (8 + 3 + 8)
    await run("UPDATE sales.stock SET name = 'longer' WHERE id = 1")
    assert await size() == 2 * (8 + 3 + 8) + 5
    await run("TRUNCATE TABLE sales.stock")
    assert await size() == 0


async def test_create_table_says_what_the_resource_says(run: Ask, client: bigquery.Client) -> None:
    await run(
        "CREATE TABLE sales.events (id INT64 NOT NULL OPTIONS (description = 'its number'), at TIMESTAMP, "
        "lines ARRAY<STRUCT<sku STRING, n NUMERIC>>) PARTITION BY DATE(at) CLUSTER BY id "
        "OPTIONS (partition_expiration_days = 3, require_partition_filter = TRUE, description = 'd', "
        "labels = [('a', 'b')])"
    )
    table = await asyncio.to_thread(client.get_table, "shop.sales.events")
    assert [(one.name, one.field_type, one.mode, one.description) for one in table.schema] == [
        ("id", "INTEGER", "REQUIRED", "its number"),
        ("at", "TIMESTAMP", "NULLABLE", None),
        ("lines", "RECORD", "REPEATED", None),
    ]
    assert [(one.name, one.field_type) for one in table.schema[2].fields] == [("sku", "STRING"), ("n", "NUMERIC")]
    assert (table.time_partitioning.field, table.time_partitioning.expiration_ms) == ("at", 3 * 86_400_000)
    assert (table.require_partition_filter, table.clustering_fields) == (True, ["id"])
    assert (table.description, table.labels) == ("d", {"a": "b"})


async def test_create_table_as_select_takes_the_querys_schema(run: Ask, client: bigquery.Client) -> None:
    await run("CREATE TABLE sales.copy AS SELECT id, CURRENT_DATE() AS day, [name] AS names FROM sales.stock")
    today = datetime.date(2026, 11, 23)
    assert await run("SELECT * FROM sales.copy ORDER BY id") == [(1, today, ["a"]), (2, today, ["b"])]
    await run("CREATE OR REPLACE TABLE sales.copy AS SELECT 1 AS x")
    assert await run("SELECT * FROM sales.copy") == [(1,)]


async def test_existing_and_missing_things_are_told_or_passed_over(run: Ask) -> None:
    with pytest.raises(Conflict, match=r"Already Exists: Table shop:sales\.stock"):
        await run("CREATE TABLE sales.stock (x INT64)")
    await run("CREATE TABLE IF NOT EXISTS sales.stock (x INT64)")
    assert len(await run(ALL)) == 2
    await run("DROP TABLE sales.stock")
    with pytest.raises(NotFound):
        await run("DROP TABLE sales.stock")
    await run("DROP TABLE IF EXISTS sales.stock")


async def test_views_schemas_and_columns_are_made_in_sql(run: Ask) -> None:
    await run("CREATE VIEW sales.big AS SELECT id FROM sales.stock WHERE count > 15")
    assert await run("SELECT * FROM sales.big") == [(2,)]
    await run("CREATE OR REPLACE VIEW sales.big AS SELECT name FROM sales.stock WHERE count > 15")
    assert await run("SELECT * FROM sales.big") == [("b",)]
    await run("DROP VIEW sales.big")
    await run("ALTER TABLE sales.stock ADD COLUMN note STRING")
    assert await run("SELECT note FROM sales.stock WHERE id = 1") == [(None,)]
    await run("CREATE SCHEMA IF NOT EXISTS other")
    await run("CREATE TABLE other.t AS SELECT 1 AS x")
    await run("DROP SCHEMA other CASCADE")
    with pytest.raises(NotFound):
        await run("SELECT * FROM other.t")


async def test_a_query_writes_its_destination(run: Ask, client: bigquery.Client) -> None:
    target = bigquery.TableReference.from_string("shop.sales.result")
    sql = "SELECT id FROM sales.stock ORDER BY id"

    async def write(disposition: str) -> None:
        config = bigquery.QueryJobConfig(destination=target, write_disposition=disposition)
        await asyncio.to_thread(lambda: client.query(sql, job_config=config).result())

    await write("WRITE_EMPTY")
    await write("WRITE_APPEND")
    assert await run("SELECT COUNT(*) FROM sales.result") == [(4,)]
    await write("WRITE_TRUNCATE")
    assert await run("SELECT COUNT(*) FROM sales.result") == [(2,)]
    with pytest.raises(Conflict):
        await write("WRITE_EMPTY")


async def test_a_default_dataset_completes_names(run: Ask) -> None:
    assert await run("SELECT stock.name FROM stock WHERE id = 1", default_dataset="shop.sales") == [("a",)]
