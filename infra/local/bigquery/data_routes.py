"""bigquery.tabledata: https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata"""

# ruff: noqa: S608 - identifiers are quoted and values bound; both come from the catalog or the planner

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from infra.local.bigquery.encoding import column_names, encoder, fetchable, with_float_timestamps
from infra.local.bigquery.errors import ApiError
from infra.local.bigquery.fields import Field
from infra.local.bigquery.names import quoted
from infra.local.bigquery.table_routes import table_name
from infra.local.bigquery.tables import Table
from infra.local.bigquery.warehouse import Warehouse
from infra.local.bigquery.wire import answer, json_body, page_start, page_token, whole_number

_PAGE_ROWS = 10_000


class DataRoutes:
    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    async def insert_all(self, request: Request) -> Response:
        body, name, now = await json_body(request), table_name(request), self._warehouse.clock.now()
        errors = await self._warehouse.engine.write(
            lambda cursor: self._warehouse.inserts.insert(cursor, name, body, now)
        )
        found = {"kind": "bigquery#tableDataInsertAllResponse"}
        return answer(found | ({"insertErrors": errors} if errors else {}))

    async def list(self, request: Request) -> Response:
        table = self._warehouse.catalog.table(table_name(request))
        if table.kind == "VIEW":
            raise ApiError(f"Cannot list a table of type VIEW: {table.name}")
        fields = _selected(table, request.query_params.get("selectedFields"))
        start = page_start(request.query_params.get("pageToken")) or whole_number(request, "startIndex") or 0
        limit = whole_number(request, "maxResults")
        count = _PAGE_ROWS if limit is None else min(limit, _PAGE_ROWS)
        whole, rows = await self._warehouse.engine.read(lambda cursor: _read(cursor, table, fields, start, count))
        if request.query_params.get("formatOptions.useInt64Timestamp", "").lower() != "true":
            rows = [with_float_timestamps(fields, row) for row in rows]
        body: dict[str, Any] = {"kind": "bigquery#tableDataList", "totalRows": str(whole), "rows": rows}
        if start + len(rows) < whole and rows:
            body["pageToken"] = page_token(start + len(rows))
        return answer(body)


def _selected(table: Table, names: str | None) -> list[Field]:
    if not names:
        return list(table.fields)
    wanted = {name.strip().lower().split(".")[0] for name in names.split(",")}
    missing = wanted - table.columns.keys()
    if missing:
        raise ApiError(f"Invalid value for selectedFields: no such field: {min(missing)}", "selectedFields")
    return [one for one in table.fields if one.name.lower() in wanted]


def _read(cursor: Any, table: Table, fields: list[Field], start: int, count: int) -> tuple[int, list[dict[str, Any]]]:
    whole = cursor.execute(f"SELECT count(*) FROM {table.name.physical}").fetchone()[0]
    if count == 0 or not fields:
        return whole, []
    columns = ", ".join(quoted(one.name) for one in fields)
    cursor.execute(
        f"SELECT {fetchable(fields)} FROM (SELECT {columns} FROM {table.name.physical} "
        f"ORDER BY rowid LIMIT {count} OFFSET {start}) AS _r({column_names(fields)})"
    )
    encode = encoder(fields)
    return whole, [encode(row) for row in cursor.fetchall()]
