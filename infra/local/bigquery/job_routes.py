"""bigquery.jobs: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from infra.local.bigquery.errors import ApiError
from infra.local.bigquery.jobs import Job
from infra.local.bigquery.runs import Runs
from infra.local.bigquery.warehouse import Warehouse
from infra.local.bigquery.wire import answer, json_body, page_of, page_start, page_token, whole_number

_WAIT_SECONDS = 10.0


class JobRoutes:
    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self.runs = Runs(warehouse)

    async def query(self, request: Request) -> Response:
        """jobs.query: run, wait up to timeoutMs, answer with the first page."""
        body, project = await json_body(request), request.path_params["project"]
        asked = body.get("requestId")
        job = self._warehouse.jobs.find(project, f"request_{asked}") if asked else None
        if job is None:
            configuration = {"query": _query_configuration(body), "labels": body.get("labels") or {}}
            if body.get("dryRun"):
                configuration["dryRun"] = True
            job = await self.runs.start(project, f"request_{asked}" if asked else None, configuration)
        await _wait(job, int(body.get("timeoutMs") or _WAIT_SECONDS * 1000) / 1000)
        limit = body.get("maxResults")
        int64 = bool((body.get("formatOptions") or {}).get("useInt64Timestamp"))
        return answer(
            {"kind": "bigquery#queryResponse"} | results_body(job, 0, None if limit is None else int(limit), int64)
        )

    async def insert(self, request: Request) -> Response:
        body, project = await json_body(request), request.path_params["project"]
        configuration = body.get("configuration") or {}
        if "load" in configuration:
            raise ApiError("Load jobs take their data by upload here: gs:// sources are not supported")
        if "query" not in configuration:
            raise ApiError("Only query and load jobs are supported here")
        job_id = (body.get("jobReference") or {}).get("jobId")
        job = await self.runs.start(project, job_id, configuration)
        await _wait(job, _WAIT_SECONDS)
        return answer(job.answer())

    async def get(self, request: Request) -> Response:
        return answer(self._job(request).answer())

    async def list(self, request: Request) -> Response:
        jobs = self._warehouse.jobs.all(request.path_params["project"])
        state = request.query_params.get("stateFilter")
        answers = [one.answer() for one in jobs]
        chosen = [one | {"state": one["status"]["state"]} for one in answers]
        page, more = page_of(request, [one for one in chosen if state in (None, one["state"].lower())])
        return answer({"kind": "bigquery#jobList", "jobs": list(page), **more})

    async def cancel(self, request: Request) -> Response:
        """A job that changes nothing any more, since it is done, stays as it is; Google says the same."""
        return answer({"kind": "bigquery#jobCancelResponse", "job": self._job(request).answer()})

    async def delete(self, request: Request) -> Response:
        self._warehouse.jobs.remove(self._job(request))
        return Response(status_code=204)

    async def results(self, request: Request) -> Response:
        job = self._job(request)
        milliseconds = whole_number(request, "timeoutMs")
        await _wait(job, _WAIT_SECONDS if milliseconds is None else milliseconds / 1000)
        start = page_start(request.query_params.get("pageToken")) or whole_number(request, "startIndex") or 0
        int64 = request.query_params.get("formatOptions.useInt64Timestamp", "").lower() == "true"
        found = results_body(job, start, whole_number(request, "maxResults"), int64)
        return answer({"kind": "bigquery#getQueryResultsResponse"} | found)

    def _job(self, request: Request) -> Job:
        return self._warehouse.jobs.get(request.path_params["project"], request.path_params["job"])


def results_body(job: Job, start: int, limit: int | None, int64: bool) -> dict[str, Any]:
    """What jobs.query and jobs.getQueryResults share."""
    body: dict[str, Any] = {"jobReference": job.reference(), "location": "US", "jobComplete": job.done}
    if job.error is not None:
        raise job.error
    outcome = job.outcome
    if outcome is None:
        return body
    body |= {"totalBytesProcessed": str(outcome.bytes_processed), "cacheHit": False}
    if outcome.affected is not None:
        body["numDmlAffectedRows"] = str(sum(outcome.affected.values()))
        body["dmlStats"] = {name: str(count) for name, count in outcome.affected.items()}
    if outcome.fields:
        body["schema"] = {"fields": [one.resource() for one in outcome.fields]}
    if outcome.results is not None:
        rows = outcome.results.page(start, limit, int64)
        body |= {"totalRows": str(len(outcome.results)), "rows": rows}
        if start + len(rows) < len(outcome.results):
            body["pageToken"] = page_token(start + len(rows))
    return body


async def _wait(job: Job, seconds: float) -> None:
    if job.task is not None and not job.done:
        await asyncio.wait([job.task], timeout=max(seconds, 0.001))


def _query_configuration(body: dict[str, Any]) -> dict[str, Any]:
    shared = ("query", "defaultDataset", "parameterMode", "queryParameters", "maximumBytesBilled", "useLegacySql")
    return {key: body[key] for key in shared if key in body}
