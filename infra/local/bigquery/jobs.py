"""Jobs: what was asked, what came of it, and how Google's Job resource tells it."""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from typing import Any

import orjson

from infra.local.bigquery.errors import AlreadyExists, ApiError, NotFound
from infra.local.bigquery.names import TableName
from infra.local.bigquery.queries import Outcome
from infra.local.clock import Clock

_REMEMBERED = 500
_KEPT_SECONDS = 24 * 3600.0
_SETUP = "CREATE TABLE IF NOT EXISTS _catalog.jobs (project VARCHAR, job_id VARCHAR, resource VARCHAR, moment DOUBLE)"


class Job:
    def __init__(self, project: str, job_id: str, configuration: dict[str, Any], created: float) -> None:
        self.project = project
        self.job_id = job_id
        self.configuration = configuration
        self.created = created
        self.ended: float | None = None
        self.error: ApiError | None = None
        self.outcome: Outcome | None = None
        self.task: asyncio.Task[None] | None = None
        self.stored: dict[str, Any] | None = None

    @property
    def done(self) -> bool:
        return self.ended is not None

    @property
    def kind(self) -> str:
        return "LOAD" if "load" in self.configuration else "QUERY"

    def reference(self) -> dict[str, str]:
        return {"projectId": self.project, "jobId": self.job_id, "location": "US"}

    def finish(self, moment: float, outcome: Outcome | None, error: ApiError | None = None) -> None:
        self.outcome, self.error, self.ended = outcome, error, moment

    def answer(self) -> dict[str, Any]:
        if self.stored is not None:
            return self.stored
        status: dict[str, Any] = {"state": "DONE" if self.done else "RUNNING"}
        if self.error is not None:
            status |= {"errorResult": self.error.proto(), "errors": [self.error.proto()]}
        return {
            "kind": "bigquery#job",
            "etag": uuid.uuid5(uuid.NAMESPACE_OID, f"{self.job_id}{status}").hex,
            "id": f"{self.project}:US.{self.job_id}",
            "selfLink": f"/bigquery/v2/projects/{self.project}/jobs/{self.job_id}?location=US",
            "jobReference": self.reference(),
            "configuration": {"jobType": self.kind, **self.configuration},
            "status": status,
            "statistics": self._statistics(),
            "user_email": "local@xynergy.invalid",
        }

    def _statistics(self) -> dict[str, Any]:
        times: dict[str, Any] = {"creationTime": _millis(self.created), "startTime": _millis(self.created)}
        if self.ended is not None:
            times["endTime"] = _millis(self.ended)
        if self.outcome is None:
            return times
        if self.kind == "LOAD":
            return times | {"load": self.outcome.extra}
        query = query_statistics(self.outcome)
        return times | {"totalBytesProcessed": query["totalBytesProcessed"], "query": query}


class JobStore:
    """The jobs of late, in memory; those that changed something are on disk too, beside their change."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: OrderedDict[tuple[str, str], Job] = OrderedDict()

    def setup(self, cursor: Any) -> None:
        cursor.execute(_SETUP)
        for project, job_id, text, at in cursor.execute("SELECT * FROM _catalog.jobs ORDER BY moment").fetchall():
            job = Job(project, job_id, {}, at)
            job.stored, job.ended = orjson.loads(text), at
            self._jobs[project, job_id] = job

    def record(self, cursor: Any, job: Job) -> None:
        """Write down, in the transaction of its change, that `job` is done."""
        text = orjson.dumps(job.answer()).decode()
        cursor.execute("INSERT INTO _catalog.jobs VALUES (?, ?, ?, ?)", [job.project, job.job_id, text, job.created])

    def forget_before(self, cursor: Any, now: float) -> None:
        cursor.execute("DELETE FROM _catalog.jobs WHERE moment < ?", [now - _KEPT_SECONDS])

    def create(self, project: str, job_id: str | None, configuration: dict[str, Any]) -> Job:
        name = job_id or f"job_{uuid.uuid4().hex}"
        if (project, name) in self._jobs:
            raise AlreadyExists(f"Already Exists: Job {project}:US.{name}")
        job = self._jobs[project, name] = Job(project, name, configuration, self._clock.now())
        self._evict()
        return job

    def get(self, project: str, job_id: str) -> Job:
        job = self.find(project, job_id)
        if job is None:
            raise NotFound(f"Not found: Job {project}:{job_id}")
        return job

    def find(self, project: str, job_id: str) -> Job | None:
        return self._jobs.get((project, job_id))

    def remove(self, job: Job) -> None:
        self._jobs.pop((job.project, job.job_id), None)

    def all(self, project: str) -> list[Job]:
        """Newest first."""
        return [job for (owner, _), job in reversed(self._jobs.items()) if owner == project]

    async def close(self) -> None:
        """Let the running jobs end."""
        await asyncio.gather(*(job.task for job in self._jobs.values() if job.task), return_exceptions=True)
        for job in self._jobs.values():
            _drop_rows(job)

    def _evict(self) -> None:
        for key in list(self._jobs):
            if len(self._jobs) <= _REMEMBERED:
                return
            if self._jobs[key].done:
                _drop_rows(self._jobs.pop(key))


def query_statistics(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = {
        "totalBytesProcessed": str(outcome.bytes_processed),
        "totalBytesBilled": str(outcome.bytes_billed),
        "totalSlotMs": "1",
        "cacheHit": False,
        "billingTier": 1,
        "statementType": outcome.kind,
        "referencedTables": [name.reference() for name in outcome.referenced],
    }
    if outcome.fields:
        found["schema"] = {"fields": [one.resource() for one in outcome.fields]}
    if outcome.affected is not None:
        found["numDmlAffectedRows"] = str(sum(outcome.affected.values()))
        found["dmlStats"] = {name: str(count) for name, count in outcome.affected.items()}
    if outcome.ddl_target is not None:
        found |= {"ddlTargetTable": outcome.ddl_target.reference(), "ddlOperationPerformed": outcome.ddl_operation}
    return found


def table_reference(reference: dict[str, Any] | None, project: str) -> TableName | None:
    return TableName.of(reference, project) if reference else None


def _drop_rows(job: Job) -> None:
    if job.outcome is not None and job.outcome.results is not None:
        job.outcome.results.close()
        job.outcome.results = None


def _millis(moment: float) -> str:
    return str(int(moment * 1000))
