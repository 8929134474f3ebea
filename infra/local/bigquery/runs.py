"""Starting jobs: a query is found sound before its job exists, then runs on by itself."""

from __future__ import annotations

import asyncio
from typing import Any

from infra.local.bigquery.errors import ApiError, InvalidQuery
from infra.local.bigquery.execution import Prepared
from infra.local.bigquery.jobs import Job, table_reference
from infra.local.bigquery.loads import load
from infra.local.bigquery.names import DatasetName
from infra.local.bigquery.parameters import parameters_of
from infra.local.bigquery.queries import Outcome, QueryRequest
from infra.local.bigquery.warehouse import Warehouse


class Runs:
    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    async def start(self, project: str, job_id: str | None, configuration: dict[str, Any]) -> Job:
        """A job that runs the query of `configuration`; a dry run is done at once and leaves no job behind."""
        job = self._warehouse.jobs.create(project, job_id, configuration)
        try:
            prepared = await self._warehouse.queries.prepare(query_request(project, configuration))
        except BaseException:
            self._warehouse.jobs.remove(job)
            raise
        if prepared.request.dry_run:
            self._warehouse.jobs.remove(job)
            job.finish(self._warehouse.clock.now(), prepared.outcome)
        else:
            job.task = asyncio.create_task(self._run(job, prepared))
        return job

    async def load(self, project: str, job_id: str | None, configuration: dict[str, Any], data: bytes) -> Job:
        """A load job over `data`, run to its end."""
        warehouse = self._warehouse
        job, now = warehouse.jobs.create(project, job_id, configuration), warehouse.clock.now()

        def work(cursor: Any) -> Outcome:
            found = load(cursor, configuration["load"], project, data, warehouse.catalog, warehouse.sizes, now)
            job.finish(now, found)
            warehouse.jobs.record(cursor, job)
            return found

        try:
            await warehouse.engine.write(work)
        except ApiError as error:
            job.finish(now, None, error)
        return job

    async def _run(self, job: Job, prepared: Prepared) -> None:
        def record(cursor: Any, outcome: Outcome) -> None:
            job.finish(self._warehouse.clock.now(), outcome)
            self._warehouse.jobs.record(cursor, job)
            job.ended = None

        try:
            outcome = await self._warehouse.queries.execute(prepared, record)
        except ApiError as error:
            job.finish(self._warehouse.clock.now(), prepared.outcome, error)
        else:
            job.finish(self._warehouse.clock.now(), outcome)


def query_request(project: str, configuration: dict[str, Any]) -> QueryRequest:
    """The query of a job's configuration."""
    query = configuration["query"]
    if query.get("useLegacySql"):
        raise InvalidQuery("Legacy SQL is not supported here")
    if not str(query.get("query") or "").strip():
        raise ApiError("Required parameter is missing: query", "query")
    default = query.get("defaultDataset")
    maximum = query.get("maximumBytesBilled")
    return QueryRequest(
        sql=query["query"],
        project=project,
        default=DatasetName.of(default, project) if default and default.get("datasetId") else None,
        parameters=parameters_of(query.get("queryParameters")),
        dry_run=bool(configuration.get("dryRun")),
        maximum_bytes=int(maximum) if maximum not in (None, "0", 0) else None,
        destination=table_reference(query.get("destinationTable"), project),
        write_disposition=query.get("writeDisposition") or "WRITE_EMPTY",
        create_disposition=query.get("createDisposition") or "CREATE_IF_NEEDED",
    )
