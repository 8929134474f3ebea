"""tabledata.insertAll: what is taken, what is refused, and what is remembered."""

from __future__ import annotations

import asyncio
import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from google.cloud import bigquery

from infra.local.clock import ManualClock
from tests.infra.local.bigquery.server import MIDNIGHT, asking, client_of, column, serving

SCHEMA = [
    column("id", "INT64", "REQUIRED"),
    column("name", "STRING"),
    column("price", "NUMERIC"),
    column("big", "BIGNUMERIC"),
    column("ratio", "FLOAT64"),
    column("good", "BOOL"),
    column("at", "TIMESTAMP"),
    column("day", "DATE"),
    column("hour", "TIME"),
    column("local", "DATETIME"),
    column("raw", "BYTES"),
    column("extra", "JSON"),
    column("tags", "STRING", "REPEATED"),
    column(
        "lines",
        "RECORD",
        "REPEATED",
        fields=[column("sku", "STRING"), column("at", "TIMESTAMP"), column("raw", "BYTES")],
    ),
]
ROW: dict[str, Any] = {
    "id": 7,
    "name": "Grüße",
    "price": "12345678901234567890.123456789",
    "big": "1.000000000000000001",
    "ratio": 0.1,
    "good": True,
    "at": "2026-11-23T01:02:03.123456Z",
    "day": "2026-11-23",
    "hour": "01:02:03.5",
    "local": "2026-11-23T01:02:03",
    "raw": "AAH/",
    "extra": '{"a": [1, null]}',
    "tags": ["x", "y"],
    "lines": [{"sku": "s", "at": 1795392000, "raw": "AAH/"}, {"sku": None}],
}


async def make(client: bigquery.Client, schema: list[bigquery.SchemaField] | None = None) -> bigquery.Table:
    await asyncio.to_thread(client.create_dataset, "sales", exists_ok=True)
    return await asyncio.to_thread(client.create_table, bigquery.Table("shop.sales.orders", schema or SCHEMA))


async def insert(client: bigquery.Client, rows: list[dict[str, Any]], ids: Any = None, **more: Any) -> list[Any]:
    return await asyncio.to_thread(client.insert_rows_json, "shop.sales.orders", rows, row_ids=ids, **more)


async def ids_in(client: bigquery.Client) -> list[int]:
    return [row[0] for row in await asking(client)("SELECT id FROM sales.orders ORDER BY id")]


async def test_every_type_comes_back_as_it_went_in(client: bigquery.Client) -> None:
    await make(client)
    assert await insert(client, [ROW]) == []
    moment = datetime.datetime(2026, 11, 23, 1, 2, 3, 123456, tzinfo=datetime.UTC)
    midnight = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)
    expected = (
        7, "Grüße", Decimal(ROW["price"]), Decimal(ROW["big"]), 0.1, True, moment, datetime.date(2026, 11, 23),
        datetime.time(1, 2, 3, 500000), datetime.datetime(2026, 11, 23, 1, 2, 3), b"\x00\x01\xff", {"a": [1, None]},
        ["x", "y"],
        [{"sku": "s", "at": midnight, "raw": b"\x00\x01\xff"}, {"sku": None, "at": None, "raw": None}],
    )  # fmt: skip
    assert await asking(client)("SELECT * FROM sales.orders") == [expected]
    listed = await asyncio.to_thread(lambda: list(client.list_rows("shop.sales.orders")))
    assert [tuple(row.values()) for row in listed] == [expected]


async def test_nulls_come_back_as_none_and_a_null_array_as_an_empty_one(client: bigquery.Client) -> None:
    await make(client)
    await insert(client, [{"id": 1}])
    assert await asking(client)("SELECT * FROM sales.orders") == [(1, *[None] * 11, [], [])]


@pytest.mark.parametrize(
    ("row", "location", "words"),
    [
        ({"id": 1, "nope": 1}, "nope", "no such field: nope."),
        ({"name": "x"}, "", "Missing required field: id."),
        ({"id": "x"}, "id", "Cannot convert value to integer (bad value): x"),
        ({"id": 1, "day": "2026-02-30"}, "day", "Invalid date: '2026-02-30'"),
        ({"id": 1, "at": "soon"}, "at", "Could not parse 'soon' as a timestamp."),
        ({"id": 1, "name": ["x"]}, "name", "Array specified for non-repeated field: name."),
        ({"id": 1, "tags": [None]}, "tags", "Only optional fields can be set to NULL."),
        ({"id": 1, "lines": ["x"]}, "lines", "This field: lines is not a record."),
        ({"id": 1, "lines": [{"nope": 1}]}, "lines.nope", "no such field: lines.nope."),
        ({"id": 2**63}, "id", "Cannot convert value to integer"),
        ({"id": 1, "extra": "{"}, "extra", "Invalid JSON"),
        ({"id": 1, "price": "0.0000000001"}, "price", "Invalid NUMERIC value"),
    ],
)
async def test_a_bad_row_is_refused_with_its_field_and_the_others_stop(
    client: bigquery.Client, row: dict[str, Any], location: str, words: str
) -> None:
    await make(client)
    errors = await insert(client, [{"id": 1}, row])
    told = {entry["index"]: entry["errors"][0] for entry in errors}
    assert told[0]["reason"] == "stopped"
    assert (told[1]["reason"], told[1]["location"]) == ("invalid", location)
    assert words in told[1]["message"]
    assert await ids_in(client) == []


async def test_skip_invalid_rows_takes_the_good_ones(client: bigquery.Client) -> None:
    await make(client)
    errors = await insert(client, [{"id": 1}, {"id": "x"}, {"id": 3}], skip_invalid_rows=True)
    assert [entry["index"] for entry in errors] == [1]
    assert await ids_in(client) == [1, 3]


async def test_unknown_values_are_passed_over_on_demand(client: bigquery.Client) -> None:
    await make(client)
    assert await insert(client, [{"id": 1, "nope": 1}], ignore_unknown_values=True) == []
    assert await ids_in(client) == [1]


async def test_an_insert_id_is_taken_once_within_a_request_and_between_requests(client: bigquery.Client) -> None:
    await make(client)
    await insert(client, [{"id": 1}, {"id": 2}], ids=["a", "a"])
    await insert(client, [{"id": 3}, {"id": 4}], ids=["a", "b"])
    assert await ids_in(client) == [1, 4]


async def test_rows_without_insert_ids_are_all_taken(client: bigquery.Client) -> None:
    await make(client)
    none = bigquery.AutoRowIDs.DISABLED
    await insert(client, [{"id": 1}], ids=none)
    await insert(client, [{"id": 1}], ids=none)
    assert await ids_in(client) == [1, 1]


async def test_insert_ids_are_remembered_for_more_than_an_hour_and_over_a_restart(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with serving(tmp_path, clock) as address:
        client = client_of(address)
        await make(client)
        await insert(client, [{"id": 1}], ids=["a"])
        client.close()
    await clock.advance(3700)
    async with serving(tmp_path, clock) as address:
        client = client_of(address)
        await insert(client, [{"id": 2}], ids=["a"])
        assert await ids_in(client) == [1]
        await clock.advance(3 * 3600)
        await insert(client, [{"id": 3}], ids=["a"])
        assert await ids_in(client) == [1, 3]
        client.close()


async def test_a_row_that_is_refused_leaves_its_insert_id_free(client: bigquery.Client) -> None:
    await make(client)
    await insert(client, [{"id": 1}, {"id": "x"}], ids=["a", "b"])
    await insert(client, [{"id": 1}], ids=["a"])
    assert await ids_in(client) == [1]


async def test_a_table_made_anew_has_seen_no_insert_ids(client: bigquery.Client) -> None:
    await make(client)
    await insert(client, [{"id": 1}], ids=["a"])
    await asyncio.to_thread(client.delete_table, "shop.sales.orders")
    await make(client)
    await insert(client, [{"id": 2}], ids=["a"])
    assert await ids_in(client) == [2]


async def test_concurrent_inserts_all_arrive(client: bigquery.Client) -> None:
    await make(client, [column("id", "INT64")])
    await asyncio.gather(*(insert(client, [{"id": n}], ids=[str(n % 20)]) for n in range(40)))
    assert len(await ids_in(client)) == 20


async def test_the_clock_places_a_row_of_a_table_partitioned_by_ingestion_time(
    client: bigquery.Client, clock: ManualClock
) -> None:
    await asyncio.to_thread(client.create_dataset, "sales")
    table = bigquery.Table("shop.sales.orders", [column("id", "INT64")])
    table.time_partitioning = bigquery.TimePartitioning()
    await asyncio.to_thread(client.create_table, table)
    await insert(client, [{"id": 1}])
    await clock.advance(86_400)
    await insert(client, [{"id": 2}])
    ask = asking(client)
    await ask("INSERT INTO sales.orders VALUES (3)")
    await ask("INSERT INTO sales.orders (id) SELECT 4")
    assert await ask("SELECT * FROM sales.orders ORDER BY id") == [(1,), (2,), (3,), (4,)]
    later = "SELECT id FROM sales.orders WHERE _PARTITIONDATE = '2026-11-24' ORDER BY id"
    assert await ask(later) == [(2,), (3,), (4,)]
    day = datetime.datetime.fromtimestamp(MIDNIGHT, datetime.UTC)
    assert await ask("SELECT _PARTITIONTIME AS day FROM sales.orders WHERE id = 1") == [(day,)]
