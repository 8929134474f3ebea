"""Load jobs: multipart for small files, resumable for large ones."""

from __future__ import annotations

import asyncio
import datetime
import gzip
import io
import json
from typing import Any

import pytest
from google.api_core.exceptions import BadRequest
from google.cloud import bigquery

from tests.infra.local.bigquery.server import asking, column

TARGET = "shop.sales.loaded"


@pytest.fixture
async def sales(client: bigquery.Client) -> bigquery.Client:
    await asyncio.to_thread(client.create_dataset, "sales")
    return client


async def load(client: bigquery.Client, data: bytes, size: int | None = None, **config: Any) -> bigquery.LoadJob:
    job_config = bigquery.LoadJobConfig(**config)
    make = client.load_table_from_file
    job = await asyncio.to_thread(make, io.BytesIO(data), TARGET, size=size, job_config=job_config)
    return await asyncio.to_thread(job.result)


async def test_json_lines_are_loaded_from_memory(sales: bigquery.Client) -> None:
    rows = [{"id": 1, "at": "2026-11-23T00:00:00Z"}, {"id": 2}]
    config = bigquery.LoadJobConfig(schema=[column("id", "INT64"), column("at", "TIMESTAMP")])
    job = await asyncio.to_thread(lambda: sales.load_table_from_json(rows, TARGET, job_config=config).result())
    assert job.output_rows == 2
    moment = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)
    assert await asking(sales)("SELECT * FROM sales.loaded ORDER BY id") == [(1, moment), (2, None)]


async def test_csv_is_loaded_with_a_detected_schema(sales: bigquery.Client) -> None:
    text = b'id,name,day\n1,"a, b",2026-11-23\n2,,2026-11-24\n'
    await load(sales, text, size=len(text), source_format="CSV", autodetect=True)
    expected = [(1, "a, b", datetime.date(2026, 11, 23)), (2, None, datetime.date(2026, 11, 24))]
    assert await asking(sales)("SELECT * FROM sales.loaded ORDER BY id") == expected


async def test_a_file_of_unknown_size_is_resumed_chunk_by_chunk(
    sales: bigquery.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("google.cloud.bigquery.client._DEFAULT_CHUNKSIZE", 256 * 1024)
    lines = b"\n".join(json.dumps({"id": n, "pad": "x" * 100}).encode() for n in range(6000))
    await load(sales, lines, source_format="NEWLINE_DELIMITED_JSON", autodetect=True)
    assert await asking(sales)("SELECT COUNT(*), MAX(id) FROM sales.loaded") == [(6000, 5999)]


async def test_a_gzip_file_and_the_write_dispositions(sales: bigquery.Client) -> None:
    data = gzip.compress(b'{"id": 1}\n')
    given: dict[str, Any] = {"source_format": "NEWLINE_DELIMITED_JSON", "schema": [column("id", "INT64")]}
    await load(sales, data, size=len(data), **given)
    await load(sales, data, size=len(data), **given)
    assert await asking(sales)("SELECT COUNT(*) FROM sales.loaded") == [(2,)]
    await load(sales, data, size=len(data), write_disposition="WRITE_TRUNCATE", **given)
    assert await asking(sales)("SELECT COUNT(*) FROM sales.loaded") == [(1,)]


async def test_one_bad_row_loads_nothing(sales: bigquery.Client) -> None:
    data = b'{"id": 1}\n{"id": "x"}\n'
    given: dict[str, Any] = {"source_format": "NEWLINE_DELIMITED_JSON", "schema": [column("id", "INT64")]}
    with pytest.raises(BadRequest, match="row 2: Cannot convert value to integer"):
        await load(sales, data, size=len(data), **given)
    await load(sales, data, size=len(data), max_bad_records=1, **given)
    assert await asking(sales)("SELECT id FROM sales.loaded") == [(1,)]


async def test_a_partition_is_replaced_by_its_name_and_no_other_one_is_touched(sales: bigquery.Client) -> None:
    days = [{"day": f"2026-11-2{n}", "clicks": n} for n in (3, 4)]
    config = bigquery.LoadJobConfig(
        schema=[column("day", "DATE"), column("clicks", "INT64")],
        time_partitioning=bigquery.TimePartitioning(field="day"),
        write_disposition="WRITE_TRUNCATE",
    )

    async def replace(place: str, rows: list[dict[str, Any]]) -> None:
        await asyncio.to_thread(lambda: sales.load_table_from_json(rows, place, job_config=config).result())

    await replace(TARGET, days)
    for _ in range(2):
        await replace(f"{TARGET}$20261124", [{"day": "2026-11-24", "clicks": 40}, {"day": "2026-11-24", "clicks": 2}])
    asked = await asking(sales)("SELECT day, SUM(clicks) FROM sales.loaded GROUP BY day ORDER BY day")
    assert asked == [(datetime.date(2026, 11, 23), 3), (datetime.date(2026, 11, 24), 42)]
    await replace(f"{TARGET}$20261124", [])
    assert await asking(sales)("SELECT clicks FROM sales.loaded") == [(3,)]
    with pytest.raises(BadRequest, match="different partitions"):
        await replace(f"{TARGET}$20261123", [{"day": "2026-11-24", "clicks": 1}])
    with pytest.raises(BadRequest, match="Invalid date partition id"):
        await replace(f"{TARGET}$yesterday", days)
    assert await asking(sales)("SELECT clicks FROM sales.loaded") == [(3,)]
