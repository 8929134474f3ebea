"""Datasets and tables, by Google's client."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import BadRequest, Conflict, NotFound, PreconditionFailed
from google.cloud import bigquery

from infra.local.clock import ManualClock
from tests.infra.local.bigquery.server import asking, client_of, column, serving


async def call(function: Any, *arguments: Any, **named: Any) -> Any:
    return await asyncio.to_thread(function, *arguments, **named)


async def orders(client: bigquery.Client) -> bigquery.Table:
    await call(client.create_dataset, "sales", exists_ok=True)
    table = bigquery.Table("shop.sales.orders", [column("id", "INT64", "REQUIRED"), column("day", "DATE")])
    table.time_partitioning = bigquery.TimePartitioning(field="day", expiration_ms=86_400_000)
    table.clustering_fields = ["id"]
    table.require_partition_filter = True
    table.description, table.labels = "what was bought", {"team": "a"}
    return await call(client.create_table, table)


async def test_a_dataset_keeps_its_labels_and_location(client: bigquery.Client) -> None:
    wanted = bigquery.Dataset("shop.sales")
    wanted.location, wanted.labels = "EU", {"team": "a"}
    await call(client.create_dataset, wanted)
    found = await call(client.get_dataset, "sales")
    assert (found.location, found.labels, found.full_dataset_id) == ("EU", {"team": "a"}, "shop:sales")
    found.labels, found.description = {"team": "b"}, "of sales"
    changed = await call(client.update_dataset, found, ["labels", "description"])
    assert (changed.labels, changed.description, changed.location) == ({"team": "b"}, "of sales", "EU")


async def test_datasets_are_listed_by_project_and_label(client: bigquery.Client) -> None:
    for name, label in (("a", "x"), ("b", "y")):
        wanted = bigquery.Dataset(f"shop.{name}")
        wanted.labels = {"team": label}
        await call(client.create_dataset, wanted)
    await call(client.create_dataset, "other.c")
    assert [one.dataset_id for one in await call(lambda: list(client.list_datasets()))] == ["a", "b"]
    assert [one.dataset_id for one in await call(lambda: list(client.list_datasets(filter="labels.team:y")))] == ["b"]
    assert [one.dataset_id for one in await call(lambda: list(client.list_datasets("other")))] == ["c"]


async def test_a_dataset_is_made_once(client: bigquery.Client) -> None:
    await call(client.create_dataset, "sales")
    with pytest.raises(Conflict, match="Already Exists: Dataset shop:sales"):
        await call(client.create_dataset, "sales")
    await call(client.create_dataset, "sales", exists_ok=True)


async def test_a_dataset_with_tables_goes_only_with_its_contents(client: bigquery.Client) -> None:
    await orders(client)
    with pytest.raises(BadRequest, match="still in use"):
        await call(client.delete_dataset, "sales")
    await call(client.delete_dataset, "sales", delete_contents=True)
    with pytest.raises(NotFound, match="Not found: Dataset shop:sales"):
        await call(client.get_dataset, "sales")
    await call(client.delete_dataset, "sales", not_found_ok=True)


async def test_two_projects_with_datasets_and_tables_of_the_same_name_do_not_meet(client: bigquery.Client) -> None:
    for project in ("shop", "other"):
        await call(client.create_dataset, f"{project}.sales")
        await call(client.create_table, bigquery.Table(f"{project}.sales.t", [column("p", "STRING")]))
        await call(client.insert_rows_json, f"{project}.sales.t", [{"p": project}])
    assert await asking(client)("SELECT a.p, b.p AS q FROM sales.t a, other.sales.t b") == [("shop", "other")]


async def test_a_table_keeps_what_it_was_made_with(client: bigquery.Client) -> None:
    await orders(client)
    found = await call(client.get_table, "shop.sales.orders")
    assert [(one.name, one.field_type, one.mode) for one in found.schema] == [
        ("id", "INTEGER", "REQUIRED"),
        ("day", "DATE", "NULLABLE"),
    ]
    assert (found.time_partitioning.field, found.time_partitioning.expiration_ms) == ("day", 86_400_000)
    assert (found.clustering_fields, found.require_partition_filter) == (["id"], True)
    assert (found.description, found.labels, found.table_type) == ("what was bought", {"team": "a"}, "TABLE")
    assert (found.num_rows, found.num_bytes) == (0, 0)


async def test_a_table_counts_its_rows_and_logical_bytes(client: bigquery.Client) -> None:
    await orders(client)
    await call(client.insert_rows_json, "shop.sales.orders", [{"id": 1, "day": "2026-11-23"}, {"id": 2}])
    found = await call(client.get_table, "shop.sales.orders")
    assert (found.num_rows, found.num_bytes) == (2, 3 * 8)


async def test_columns_may_be_added_and_nothing_else(client: bigquery.Client) -> None:
    table = await orders(client)
    await call(client.insert_rows_json, table, [{"id": 1, "day": "2026-11-23"}])
    table.schema = [*table.schema, column("note", "STRING")]
    changed = await call(client.update_table, table, ["schema"])
    assert [one.name for one in changed.schema] == ["id", "day", "note"]
    await call(client.insert_rows_json, table, [{"id": 2, "day": "2026-11-23", "note": "x"}])
    found = await asking(client)("SELECT id, note FROM sales.orders WHERE day = '2026-11-23' ORDER BY id")
    assert found == [(1, None), (2, "x")]
    table = await call(client.get_table, table)
    table.schema = [column("id", "STRING", "REQUIRED"), *changed.schema[1:]]
    with pytest.raises(BadRequest, match="Field id has changed type from INTEGER to STRING"):
        await call(client.update_table, table, ["schema"])
    table.schema = changed.schema[:2]
    with pytest.raises(BadRequest, match="Field note is missing in new schema"):
        await call(client.update_table, table, ["schema"])
    table.schema = [*changed.schema, column("must", "STRING", "REQUIRED")]
    with pytest.raises(BadRequest, match="Cannot add required fields"):
        await call(client.update_table, table, ["schema"])


async def test_a_change_under_an_old_etag_is_refused(client: bigquery.Client) -> None:
    table = await orders(client)
    stale = await call(client.get_table, table)
    table.description = "new"
    await call(client.update_table, table, ["description"])
    stale.description = "newer"
    with pytest.raises(PreconditionFailed):
        await call(client.update_table, stale, ["description"])


async def test_a_table_is_made_once_and_is_gone_once_deleted(client: bigquery.Client) -> None:
    table = await orders(client)
    with pytest.raises(Conflict, match=r"Already Exists: Table shop:sales\.orders"):
        await call(client.create_table, table)
    await call(client.delete_table, table)
    with pytest.raises(NotFound, match=r"Not found: Table shop:sales\.orders"):
        await call(client.get_table, table)
    with pytest.raises(NotFound):
        await call(client.delete_table, table)


@pytest.mark.parametrize(
    ("schema", "partitioning", "clustering", "words"),
    [
        ([column("a", "STRING")], "b", None, "cannot be found in the schema"),
        ([column("a", "STRING")], "a", None, "can only be of type TIMESTAMP, DATE or DATETIME"),
        ([column("a", "STRING")], None, ["b"], "clustering cannot be found"),
        ([column("a", "NOPE")], None, None, "NOPE is not a valid value"),
        ([column("a", "STRING"), column("A", "STRING")], None, None, "already exists in schema"),
    ],
)
async def test_an_unsound_table_is_refused(
    client: bigquery.Client, schema: list[Any], partitioning: str | None, clustering: list[str] | None, words: str
) -> None:
    await call(client.create_dataset, "sales")
    table = bigquery.Table("shop.sales.orders", schema)
    if partitioning:
        table.time_partitioning = bigquery.TimePartitioning(field=partitioning)
    table.clustering_fields = clustering
    with pytest.raises(BadRequest, match=words):
        await call(client.create_table, table)


async def test_tables_are_listed_page_by_page(client: bigquery.Client) -> None:
    await call(client.create_dataset, "sales")
    for name in "abc":
        await call(client.create_table, bigquery.Table(f"shop.sales.{name}", [column("x", "INT64")]))
    found = await call(
        lambda: [[one.table_id for one in page] for page in client.list_tables("sales", page_size=2).pages]
    )
    assert found == [["a", "b"], ["c"]]


async def test_rows_are_listed_page_by_page(client: bigquery.Client) -> None:
    await call(client.create_dataset, "sales")
    table = await call(
        client.create_table, bigquery.Table("shop.sales.t", [column("x", "INT64"), column("y", "STRING")])
    )
    await call(client.insert_rows_json, table, [{"x": n, "y": "z"} for n in range(5)])
    pages = await call(lambda: [[row.x for row in page] for page in client.list_rows(table, page_size=2).pages])
    assert pages == [[0, 1], [2, 3], [4]]
    assert [row.x for row in await call(lambda: list(client.list_rows(table, start_index=3)))] == [3, 4]
    chosen = await call(lambda: list(client.list_rows(table, selected_fields=table.schema[1:], max_results=1)))
    assert [row.values() for row in chosen] == [("z",)]


async def test_a_view_reads_its_table_and_tells_its_schema(client: bigquery.Client) -> None:
    table = await orders(client)
    await call(client.insert_rows_json, table, [{"id": 1, "day": "2026-11-23"}])
    view = bigquery.Table("shop.sales.today")
    view.view_query = "SELECT id, id * 2 AS twice FROM sales.orders WHERE day = '2026-11-23'"
    made = await call(client.create_table, view)
    assert [(one.name, one.field_type) for one in made.schema] == [("id", "INTEGER"), ("twice", "INTEGER")]
    assert await asking(client)("SELECT t.twice FROM sales.today AS t") == [(2,)]
    broken = bigquery.Table("shop.sales.broken")
    broken.view_query = "SELECT nope FROM sales.orders"
    with pytest.raises(BadRequest, match="Unrecognized name: nope"):
        await call(client.create_table, broken)


async def test_everything_is_there_after_a_restart(tmp_path: Path, clock: ManualClock) -> None:
    async with serving(tmp_path, clock) as address:
        client = client_of(address)
        table = await orders(client)
        await call(client.insert_rows_json, table, [{"id": 1, "day": "2026-11-23"}])
        before = await call(client.get_table, table)
        client.close()
    async with serving(tmp_path, clock) as address:
        client = client_of(address)
        assert (await call(client.get_table, "shop.sales.orders")).to_api_repr() == before.to_api_repr()
        assert await asking(client)("SELECT id FROM sales.orders WHERE day = '2026-11-23'") == [(1,)]
        client.close()
