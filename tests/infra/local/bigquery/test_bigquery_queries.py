"""Queries: parameters, results in pages, jobs, and errors that come at once."""

from __future__ import annotations

import asyncio
import datetime
import gzip
import json
import time
import urllib.request
from decimal import Decimal
from typing import Any

import pytest
from google.api_core.exceptions import BadRequest, Conflict, NotFound
from google.cloud import bigquery

from tests.infra.local.bigquery.server import Ask, asking

Scalar, Array, Struct = bigquery.ScalarQueryParameter, bigquery.ArrayQueryParameter, bigquery.StructQueryParameter
MOMENT = datetime.datetime(2026, 11, 23, 1, 2, 3, 123456, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("STRING", "x' OR '1'='1"),
        ("INT64", -(2**63)),
        ("FLOAT64", 0.1),
        ("FLOAT64", float("inf")),
        ("NUMERIC", Decimal("1.000000001")),
        ("BIGNUMERIC", Decimal("1.000000000000000001")),
        ("BOOL", False),
        ("BYTES", b"\x00\xff"),
        ("DATE", datetime.date(2026, 11, 23)),
        ("TIME", datetime.time(1, 2, 3, 4)),
        ("DATETIME", MOMENT.replace(tzinfo=None)),
        ("TIMESTAMP", MOMENT),
        ("JSON", {"a": [1]}),
        ("STRING", None),
        ("TIMESTAMP", None),
    ],
)
async def test_a_parameter_comes_back_as_it_was_bound(ask: Ask, kind: str, value: Any) -> None:
    assert await ask("SELECT @p AS p", Scalar("p", kind, value)) == [(value,)]


async def test_arrays_and_structs_are_parameters_too(ask: Ask) -> None:
    assert await ask("SELECT @a", Array("a", "TIMESTAMP", [MOMENT])) == [([MOMENT],)]
    assert await ask("SELECT @a", Array("a", "INT64", [])) == [([],)]
    struct = Struct("s", Scalar("x", "INT64", 1), Array("y", "STRING", ["a"]), Scalar("b", "BYTES", b"\xff"))
    assert await ask("SELECT @s.x, @s.y, @s AS s", struct) == [(1, ["a"], {"x": 1, "y": ["a"], "b": b"\xff"})]
    structs = Array("rows", "STRUCT", [Struct(None, Scalar("x", "INT64", n)) for n in (1, 2)])
    assert await ask("SELECT r.x FROM UNNEST(@rows) AS r ORDER BY r.x", structs) == [(1,), (2,)]


async def test_positional_parameters_follow_the_text(ask: Ask) -> None:
    sql = "WITH t AS (SELECT ? AS x) SELECT x, '?' AS mark, ? AS y FROM t WHERE x = ?"
    found = await ask(sql, Scalar(None, "INT64", 1), Scalar(None, "STRING", "b"), Scalar(None, "INT64", 1))
    assert found == [(1, "?", "b")]


async def test_parameters_work_in_limit_and_interval(ask: Ask) -> None:
    sql = "SELECT DATE_ADD(DATE '2026-11-23', INTERVAL @n DAY) FROM UNNEST([1, 2, 3]) LIMIT @n"
    assert await ask(sql, Scalar("n", "INT64", 2)) == [(datetime.date(2026, 11, 25),)] * 2


QUERIES: list[tuple[str, list[Any]]] = [
    ("SELECT 1, 'a', 1 + 1 AS two", [(1, "a", 2)]),
    ("WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT x, y FROM a CROSS JOIN b", [(1, 2)]),
    ("SELECT x, off FROM UNNEST(['a', 'b']) AS x WITH OFFSET AS off ORDER BY off", [("a", 0), ("b", 1)]),
    ("SELECT x, offset FROM UNNEST(['a']) AS x WITH OFFSET", [("a", 0)]),
    (
        "SELECT * FROM UNNEST([STRUCT('kale' AS item, 23 AS n), STRUCT('leek', 4)]) ORDER BY n",
        [("leek", 4), ("kale", 23)],
    ),
    ("SELECT s.item FROM UNNEST([STRUCT('kale' AS item)]) AS s", [("kale",)]),
    ("SELECT id, v FROM (SELECT 1 AS id, [10, 20] AS vs), UNNEST(vs) AS v ORDER BY v", [(1, 10), (1, 20)]),
    ("SELECT id, v, o FROM (SELECT 1 AS id, [5] AS vs) AS t, UNNEST(t.vs) AS v WITH OFFSET AS o", [(1, 5, 0)]),
    ("SELECT id, v FROM (SELECT 1 AS id, [] AS vs) AS t LEFT JOIN UNNEST(t.vs) AS v", [(1, None)]),
    ("SELECT i FROM (SELECT [1, 2] AS items) AS o, o.items AS i ORDER BY i", [(1,), (2,)]),
    (
        "SELECT k, n FROM (SELECT 'a' AS k, 2 AS n UNION ALL SELECT 'b', 8) "
        "QUALIFY ROW_NUMBER() OVER (ORDER BY n DESC) = 1",
        [("b", 8)],
    ),
    (
        "SELECT x, LAG(x) OVER (ORDER BY x), SUM(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) "
        "FROM UNNEST([1, 2, 3]) AS x ORDER BY x DESC",
        [(3, 2, 5), (2, 1, 3), (1, None, 1)],
    ),
    ("SELECT PERCENTILE_CONT(x, 0.5) OVER () FROM UNNEST([0, 3, 1, 2]) AS x LIMIT 1", [(1.5,)]),
    ("SELECT * EXCEPT (b) FROM (SELECT 1 AS a, 2 AS b)", [(1,)]),
    ("SELECT * REPLACE (a + 1 AS a) FROM (SELECT 1 AS a)", [(2,)]),
    ("SELECT k, COUNT(*) AS n FROM UNNEST(['a', 'b', 'a']) AS k GROUP BY k HAVING n > 1", [("a", 2)]),
    ("SELECT COUNT(*) FROM (SELECT 1 UNION DISTINCT SELECT 1)", [(1,)]),
    ("SELECT a, SUM(b) FROM (SELECT 1 AS a, 2 AS b) GROUP BY ROLLUP (a) ORDER BY a", [(None, 2), (1, 2)]),
    ("SELECT DATE_ADD(MAX(d), INTERVAL 1 DAY) FROM UNNEST([DATE '2026-11-23']) AS d", [(datetime.date(2026, 11, 24),)]),
    ("SELECT SUM(x) / COUNT(*) FROM UNNEST([1, 2]) AS x", [(1.5,)]),
    ("SELECT 'a' AS `end`, 1 AS `group`", [("a", 1)]),
]


@pytest.mark.parametrize(("sql", "rows"), QUERIES, ids=[one[0][:70] for one in QUERIES])
async def test_a_query_has_bigquerys_answer(ask: Ask, sql: str, rows: list[Any]) -> None:
    assert await ask(sql) == rows


async def test_columns_without_a_name_get_bigquerys(shared_client: bigquery.Client) -> None:
    rows = await asyncio.to_thread(shared_client.query_and_wait, "SELECT 1, 2 AS x, CAST('3' AS INT64)")
    assert [(one.name, one.field_type) for one in rows.schema] == [
        ("f0_", "INTEGER"),
        ("x", "INTEGER"),
        ("f1_", "INTEGER"),
    ]


ERRORS = [
    ("SELEC 1", "Syntax error"),
    ("SELECT FROM", "Syntax error"),
    ("SELECT (1", "Syntax error"),
    ("", "Required parameter is missing: query"),
    ("SELECT nofunc(1)", "Function not found: nofunc"),
    ("SELECT FARM_FINGERPRINT('a')", "Function not found: farm_fingerprint"),
    ("SELECT nope FROM (SELECT 1 AS x)", r"Unrecognized name: nope at \[1:8\]"),
    ("SELECT DATE '2026-02-30'", "Invalid date: '2026-02-30'"),
    ("SELECT CAST('x' AS INT64)", "Bad int64 value: x"),
    ("SELECT 1 / 0", "division by zero: 1 / 0"),
    ("SELECT [1][OFFSET(3)]", "Array index 3 is out of bounds"),
    ("SELECT @nope", r"Query parameter 'nope' not found at \[1:8\]"),
    ("SELECT 1 AS a, 2 AS a", r"Duplicate column names in the result are not supported. Found duplicate\(s\): a"),
    ("SELECT x, COUNT(*) FROM (SELECT 1 AS x, 2 AS y) GROUP BY y", "column x which is neither grouped nor aggregated"),
    ("SELECT 1; SELECT 2", "Only single statements"),
    ("SELECT 1 FROM orders", "must be qualified with a dataset"),
    ("SELECT ERROR('boom')", "boom"),
    ("SELECT 9223372036854775807 + 1", "int64 overflow"),
    ("SELECT * FROM read_csv('/etc/passwd')", "disabled"),
]


@pytest.mark.parametrize("legacy", [False, True], ids=["query_and_wait", "query"])
@pytest.mark.parametrize(("sql", "words"), ERRORS, ids=[one[0] for one in ERRORS])
async def test_an_error_comes_at_once_as_a_bad_request(
    shared_client: bigquery.Client, sql: str, words: str, legacy: bool
) -> None:
    run = (lambda: shared_client.query(sql).result()) if legacy else (lambda: shared_client.query_and_wait(sql))
    begun = time.monotonic()
    with pytest.raises(BadRequest, match=words):
        await asyncio.to_thread(run)
    assert time.monotonic() - begun < 5


async def test_a_table_that_is_not_there_is_not_found(ask: Ask) -> None:
    with pytest.raises(NotFound, match="Not found: Dataset shop:nope"):
        await ask("SELECT * FROM nope.orders")


async def test_results_come_page_by_page(shared_client: bigquery.Client) -> None:
    sql = "SELECT x FROM UNNEST(GENERATE_ARRAY(1, 25)) AS x ORDER BY x"
    rows = await asyncio.to_thread(lambda: shared_client.query(sql).result(page_size=10))
    assert rows.total_rows == 25
    pages = await asyncio.to_thread(lambda: [[row.x for row in page] for page in rows.pages])
    assert [len(page) for page in pages] == [10, 10, 5]
    assert pages[2] == list(range(21, 26))
    first = await asyncio.to_thread(lambda: list(shared_client.query_and_wait(sql, page_size=4)))
    assert [row.x for row in first] == list(range(1, 26))
    late = await asyncio.to_thread(lambda: list(shared_client.query(sql).result(start_index=20, max_results=2)))
    assert [row.x for row in late] == [21, 22]


async def test_many_rows_spill_to_a_file_and_come_back_in_order(ask: Ask) -> None:
    found = await ask("SELECT x, REPEAT('y', 50) AS y FROM UNNEST(GENERATE_ARRAY(1, 20000)) AS x ORDER BY x")
    assert [row[0] for row in found] == list(range(1, 20001))


async def test_a_job_id_is_used_once(shared_client: bigquery.Client) -> None:
    def run() -> bigquery.QueryJob:
        return shared_client.query("SELECT 1 AS x", job_id="once", job_retry=None, retry=None)

    job = await asyncio.to_thread(run)
    assert (job.state, job.statement_type) == ("DONE", "SELECT")
    with pytest.raises(Conflict, match=r"Already Exists: Job shop:US\.once"):
        await asyncio.to_thread(post, shared_client, "jobs", {
            "jobReference": {"jobId": "once"}, "configuration": {"query": {"query": "SELECT 1"}}})  # fmt: skip
    again = await asyncio.to_thread(shared_client.get_job, "once")
    assert [row.x for row in await asyncio.to_thread(lambda: list(again.result()))] == [1]
    assert "once" in [one.job_id for one in await asyncio.to_thread(lambda: list(shared_client.list_jobs()))]
    assert await asyncio.to_thread(shared_client.cancel_job, "once")


async def test_a_request_id_makes_a_change_happen_once(client: bigquery.Client) -> None:
    await asyncio.to_thread(client.create_dataset, "sales")
    await asking(client)("CREATE TABLE sales.t (x INT64)")
    body = {"query": "INSERT INTO sales.t VALUES (1)", "requestId": "r", "useLegacySql": False}
    answers = [await asyncio.to_thread(post, client, "queries", body) for _ in range(2)]
    assert [one["numDmlAffectedRows"] for one in answers] == ["1", "1"]
    assert await asking(client)("SELECT COUNT(*) FROM sales.t") == [(1,)]


async def test_a_gzip_body_is_read_and_timestamps_are_seconds_unless_asked_otherwise(
    shared_client: bigquery.Client,
) -> None:
    sql = "SELECT TIMESTAMP '2026-11-23 00:00:00.5+00' AS t, [TIMESTAMP '1970-01-01'] AS ts"
    plain = await asyncio.to_thread(post, shared_client, "queries", {"query": sql}, True)
    assert plain["rows"] == [{"f": [{"v": "1795392000.5"}, {"v": [{"v": "0.0"}]}]}]
    options = {"query": sql, "formatOptions": {"useInt64Timestamp": True}}
    micros = await asyncio.to_thread(post, shared_client, "queries", options, True)
    assert micros["rows"] == [{"f": [{"v": "1795392000500000"}, {"v": [{"v": "0"}]}]}]


def post(client: bigquery.Client, path: str, body: dict[str, Any], zipped: bool = False) -> Any:
    """A request without the client's retries; errors become its exceptions."""
    if not zipped:
        return client._connection.api_request(method="POST", path=f"/projects/shop/{path}", data=body)
    url = f"{client._connection.API_BASE_URL}/bigquery/v2/projects/shop/{path}"
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    request = urllib.request.Request(url, gzip.compress(json.dumps(body).encode()), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)
