"""The local BigQuery's REST API, version 2, as routes for a Starlette application."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import BaseRoute, Route

from infra.local.bigquery.data_routes import DataRoutes
from infra.local.bigquery.dataset_routes import DatasetRoutes
from infra.local.bigquery.job_routes import JobRoutes
from infra.local.bigquery.table_routes import TableRoutes
from infra.local.bigquery.upload_routes import UploadRoutes
from infra.local.bigquery.warehouse import Warehouse
from infra.local.bigquery.wire import Handler, guarded
from infra.local.clock import Clock, SystemClock

_ROOT = "/bigquery/v2/projects/{project}"
_DATASET = _ROOT + "/datasets/{dataset}"
_TABLE = _DATASET + "/tables/{table}"
_UPLOAD = "/upload" + _ROOT + "/jobs"
_JOB = _ROOT + "/jobs/{job}"


class BigQueryService:
    """Datasets, tables, streaming inserts and queries over DuckDB, kept in one file in `folder`.

    Mount `routes()` at the root of a server and name that server in BIGQUERY_EMULATOR_HOST. What has been answered
    with 200 is on disk: it survives a kill -9.
    """

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._warehouse = Warehouse(folder, clock or SystemClock())

    async def start(self) -> None:
        await self._warehouse.open()

    async def stop(self) -> None:
        await self._warehouse.close()

    def routes(self) -> list[BaseRoute]:
        datasets, tables = DatasetRoutes(self._warehouse), TableRoutes(self._warehouse)
        data, jobs = DataRoutes(self._warehouse), JobRoutes(self._warehouse)
        uploads = UploadRoutes(jobs)
        table: list[tuple[str, str, Handler]] = [
            ("POST", _ROOT + "/datasets", datasets.insert),
            ("GET", _ROOT + "/datasets", datasets.list),
            ("GET", _DATASET, datasets.get),
            ("PATCH", _DATASET, datasets.change),
            ("PUT", _DATASET, datasets.change),
            ("DELETE", _DATASET, datasets.delete),
            ("POST", _DATASET + "/tables", tables.insert),
            ("GET", _DATASET + "/tables", tables.list),
            ("GET", _TABLE, tables.get),
            ("PATCH", _TABLE, tables.change),
            ("PUT", _TABLE, tables.change),
            ("DELETE", _TABLE, tables.delete),
            ("POST", _TABLE + "/insertAll", data.insert_all),
            ("GET", _TABLE + "/data", data.list),
            ("POST", _ROOT + "/queries", jobs.query),
            ("GET", _ROOT + "/queries/{job}", jobs.results),
            ("POST", _ROOT + "/jobs", jobs.insert),
            ("GET", _ROOT + "/jobs", jobs.list),
            ("GET", _JOB, jobs.get),
            ("POST", _JOB + "/cancel", jobs.cancel),
            ("DELETE", _JOB + "/delete", jobs.delete),
            ("POST", _UPLOAD, uploads.begin),
            ("PUT", _UPLOAD, uploads.receive),
        ]
        return [Route(path, guarded(handler), methods=[method]) for method, path, handler in table]
