"""bigquery.tables: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from infra.local.bigquery.dataset_routes import dataset_name, merge
from infra.local.bigquery.errors import PreconditionFailed
from infra.local.bigquery.fields import check_evolution
from infra.local.bigquery.names import TableName
from infra.local.bigquery.tables import Table, etag
from infra.local.bigquery.warehouse import Warehouse
from infra.local.bigquery.wire import answer, json_body, page_of

_COMPUTED = {
    "kind", "id", "etag", "selfLink", "tableReference", "type", "numRows", "numBytes", "numLongTermBytes",
    "numTotalLogicalBytes", "creationTime", "lastModifiedTime", "location",
}  # fmt: skip


class TableRoutes:
    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    async def insert(self, request: Request) -> Response:
        body, parent = await json_body(request), dataset_name(request)
        reference = {"datasetId": parent.dataset, **(body.get("tableReference") or {})}
        name = TableName.of(reference, parent.project)
        made = str(int(self._warehouse.clock.now() * 1000))
        location = self._warehouse.catalog.dataset(name.parent).resource.get("location", "US")
        resource = {**_given(body), "creationTime": made, "lastModifiedTime": made, "location": location}
        if resource.get("view"):
            resource["schema"] = await self._warehouse.queries.view_schema(name, resource["view"].get("query", ""))
        table = Table(name, resource)

        def work(cursor: Any) -> None:
            self._warehouse.catalog.add_table(cursor, table)
            self._warehouse.inserts.forget_table(cursor, name)

        await self._warehouse.engine.write(work)
        return answer(table.answer(0, 0))

    async def list(self, request: Request) -> Response:
        name = dataset_name(request)
        self._warehouse.catalog.dataset(name)
        found = self._warehouse.catalog.tables(name)
        page, more = page_of(request, found)
        body = {"kind": "bigquery#tableList", "tables": [one.item() for one in page], "totalItems": len(found)}
        return answer(body | more)

    async def get(self, request: Request) -> Response:
        return await self._answer(self._warehouse.catalog.table(table_name(request)))

    async def change(self, request: Request) -> Response:
        """PATCH keeps what it does not name; PUT replaces everything."""
        body, name = _given(await json_body(request)), table_name(request)
        expected, patch = request.headers.get("if-match"), request.method == "PATCH"
        if (body.get("view") or {}).get("query"):
            body["schema"] = await self._warehouse.queries.view_schema(name, body["view"]["query"])

        def work(cursor: Any) -> Table:
            before = self._warehouse.catalog.table(name)
            if expected and expected.strip('"') not in ("*", etag(before.resource)):
                raise PreconditionFailed("Precondition check failed.")
            kept = before.resource if patch else {key: before.resource[key] for key in ("creationTime", "location")}
            merged = merge({"schema": before.resource.get("schema"), **kept}, body)
            changed = Table(name, merged | {"lastModifiedTime": str(int(self._warehouse.clock.now() * 1000))})
            if before.kind == "TABLE":
                check_evolution(before.fields, changed.fields, str(name))
            self._warehouse.catalog.change_table(cursor, changed)
            return changed

        return await self._answer(await self._warehouse.engine.write(work))

    async def delete(self, request: Request) -> Response:
        name = table_name(request)

        def work(cursor: Any) -> None:
            self._warehouse.catalog.drop_table(cursor, name)
            self._warehouse.inserts.forget_table(cursor, name)

        await self._warehouse.engine.write(work)
        self._warehouse.sizes.forget(name)
        return Response(status_code=204)

    async def _answer(self, table: Table) -> Response:
        if table.kind == "VIEW":
            return answer(table.answer(0, 0))
        rows, size = await self._warehouse.engine.read(lambda cursor: self._warehouse.sizes.whole(cursor, table))
        return answer(table.answer(rows, size))


def table_name(request: Request) -> TableName:
    parts = request.path_params
    return TableName(parts["project"], parts["dataset"], parts["table"])


def _given(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in _COMPUTED}
