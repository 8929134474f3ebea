"""bigquery.datasets: https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from infra.local.bigquery.names import DatasetName
from infra.local.bigquery.tables import Dataset
from infra.local.bigquery.warehouse import Warehouse
from infra.local.bigquery.wire import answer, json_body, page_of

_COMPUTED = {"kind", "id", "etag", "selfLink", "datasetReference", "lastModifiedTime", "creationTime"}


class DatasetRoutes:
    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    async def insert(self, request: Request) -> Response:
        body = await json_body(request)
        name = DatasetName.of(body.get("datasetReference") or {}, request.path_params["project"])
        made = str(int(self._warehouse.clock.now() * 1000))
        resource = {"location": "US", **_given(body), "creationTime": made, "lastModifiedTime": made}
        dataset = Dataset(name, resource)
        await self._warehouse.engine.write(lambda cursor: self._warehouse.catalog.add_dataset(cursor, dataset))
        return answer(dataset.answer())

    async def list(self, request: Request) -> Response:
        found = self._warehouse.catalog.datasets(request.path_params["project"])
        wanted = [one.removeprefix("labels.") for one in request.query_params.get("filter", "").split()]
        chosen = [one for one in found if all(_has_label(one, label) for label in wanted)]
        page, more = page_of(request, chosen)
        return answer({"kind": "bigquery#datasetList", "datasets": [one.item() for one in page], **more})

    async def get(self, request: Request) -> Response:
        return answer(self._warehouse.catalog.dataset(dataset_name(request)).answer())

    async def change(self, request: Request) -> Response:
        """PATCH keeps what it does not name; PUT replaces everything."""
        body, name = _given(await json_body(request)), dataset_name(request)
        patch = request.method == "PATCH"

        def work(cursor: Any) -> Dataset:
            before = self._warehouse.catalog.dataset(name).resource
            kept = before if patch else {key: before[key] for key in ("creationTime", "location")}
            merged = merge(kept, body) | {"lastModifiedTime": str(int(self._warehouse.clock.now() * 1000))}
            changed = Dataset(name, merged)
            self._warehouse.catalog.change_dataset(cursor, changed)
            return changed

        return answer((await self._warehouse.engine.write(work)).answer())

    async def delete(self, request: Request) -> Response:
        name = dataset_name(request)
        contents = request.query_params.get("deleteContents", "").lower() == "true"

        def work(cursor: Any) -> None:
            inside = self._warehouse.catalog.tables(name)
            self._warehouse.catalog.drop_dataset(cursor, name, contents)
            for table in inside:
                self._warehouse.inserts.forget_table(cursor, table.name)
                self._warehouse.sizes.forget(table.name)

        await self._warehouse.engine.write(work)
        return Response(status_code=204)


def dataset_name(request: Request) -> DatasetName:
    return DatasetName(request.path_params["project"], request.path_params["dataset"])


def merge(before: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """`before` changed by `patch`: null takes a property away; labels merge key by key."""
    merged = {**before, **patch}
    if isinstance(before.get("labels"), dict) and isinstance(patch.get("labels"), dict):
        merged["labels"] = {k: v for k, v in {**before["labels"], **patch["labels"]}.items() if v is not None}
    return {key: value for key, value in merged.items() if value is not None}


def _given(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in _COMPUTED}


def _has_label(dataset: Dataset, label: str) -> bool:
    key, colon, value = label.partition(":")
    labels = dataset.resource.get("labels") or {}
    return key in labels and (not colon or labels[key] == value)
