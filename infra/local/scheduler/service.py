"""google.cloud.scheduler.v1.CloudScheduler, served."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty

from infra.local.clock import Clock, SystemClock
from infra.local.scheduler.errors import InvalidJob, SchedulerError, WrongState
from infra.local.scheduler.publishing import Publish
from infra.local.scheduler.runner import Runner
from infra.local.scheduler.schedule import next_fire
from infra.local.scheduler.store import JobStore
from infra.local.scheduler.targets import Targets, TokenIssuer
from infra.local.scheduler.validation import check_parent, checked, named
from infra.local.scheduler.wire import ENABLED, PAUSED, Job, ListJobsResponse, message_class

_NAME = "google.cloud.scheduler.v1.CloudScheduler"
_LARGEST_PAGE = 500


class SchedulerService:
    """Cloud Scheduler over one folder.

    `issuer` signs the OIDC tokens of HTTP jobs and `publish` carries the messages of Pub/Sub jobs. Unlike Google's,
    jobs with an OAuth token, App Engine targets and English-like schedules are refused with INVALID_ARGUMENT.
    """

    def __init__(
        self, folder: Path, issuer: TokenIssuer, publish: Publish | None = None, clock: Clock | None = None
    ) -> None:
        self._clock = clock or SystemClock()
        self._store = JobStore(Path(folder))
        self._targets = Targets(issuer, publish, self._clock)
        self._runner = Runner(self._store, self._targets, self._clock)
        self._loop: asyncio.Task[None] | None = None

    def register(self, server: grpc.aio.Server) -> None:
        """Add the service to a server that has not started yet."""
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_NAME, self._handlers()),))

    async def start(self) -> None:
        """Begin to fire: first what was missed by less than a day."""
        self._runner.drop_long_missed()
        self._loop = asyncio.create_task(self._runner.run())

    async def stop(self) -> None:
        """Stop firing and close the folder. An attempt under way is cut short and made again after the next start."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        await self._targets.close()
        self._store.close()

    def backlog(self) -> int:
        """Executions that are due or under way."""
        return self._runner.waiting

    def create_job(self, request: Any) -> Job:
        now = self._clock.now()
        job = checked(named(request.job, request.parent), now)
        job.state = ENABLED
        due = self._arm(job, now)
        self._store.create(job, due)
        self._runner.wake()
        return job

    def get_job(self, request: Any) -> Job:
        return self._store.get(request.name)

    def list_jobs(self, request: Any) -> ListJobsResponse:
        check_parent(request.parent)
        size = min(request.page_size or _LARGEST_PAGE, _LARGEST_PAGE)
        jobs = self._store.page(request.parent, _after(request.page_token), size + 1)
        token = base64.urlsafe_b64encode(jobs[size - 1].name.encode()).decode() if len(jobs) > size else ""
        return ListJobsResponse(jobs=jobs[:size], next_page_token=token)

    def update_job(self, request: Any) -> Job:
        now = self._clock.now()
        stored = self._store.get(request.job.name)
        job = Job.FromString(stored.SerializeToString())
        if request.update_mask.paths:
            try:
                request.update_mask.MergeMessage(
                    request.job, job, replace_message_field=True, replace_repeated_field=True
                )
            except ValueError as unknown:
                raise InvalidJob(f"update_mask: {unknown}") from unknown
        else:
            job.CopyFrom(request.job)
        job.name = stored.name
        checked(job, now)
        for kept in ("status", "last_attempt_time"):
            if stored.HasField(kept):
                getattr(job, kept).CopyFrom(getattr(stored, kept))
        job.state = stored.state
        due = self._arm(job, now)
        self._store.replace(job, due if job.state == ENABLED else None)
        self._runner.wake()
        return job

    def delete_job(self, request: Any) -> Empty:
        self._store.delete(request.name)
        return Empty()

    def pause_job(self, request: Any) -> Job:
        job = self._store.get(request.name)
        if job.state != ENABLED:
            raise WrongState(f"Job {job.name} is not enabled: only an enabled job can be paused.")
        job.state = PAUSED
        job.ClearField("schedule_time")
        self._store.replace(job, None)
        return job

    def resume_job(self, request: Any) -> Job:
        job = self._store.get(request.name)
        if job.state != PAUSED:
            raise WrongState(f"Job {job.name} is not paused: only a paused job can be resumed.")
        job.state = ENABLED
        due = self._arm(job, self._clock.now(), moved=False)
        self._store.replace(job, due)
        self._runner.wake()
        return job

    def run_job(self, request: Any) -> Job:
        job = self._store.get(request.name)
        self._store.force(job.name, self._clock.now())
        self._runner.wake()
        return job

    def _arm(self, job: Job, now: float, moved: bool = True) -> float:
        """Stamp the job with its next moment, and as changed by its owner where `moved`."""
        due = next_fire(job.schedule, job.time_zone, now)
        job.schedule_time.FromNanoseconds(int(due * 1e9))
        if moved:
            job.user_update_time.FromNanoseconds(int(now * 1e9))
        return due

    def _handlers(self) -> dict[str, grpc.RpcMethodHandler]:
        methods: dict[str, Callable[[Any], Any]] = {
            "CreateJob": self.create_job,
            "GetJob": self.get_job,
            "ListJobs": self.list_jobs,
            "UpdateJob": self.update_job,
            "DeleteJob": self.delete_job,
            "PauseJob": self.pause_job,
            "ResumeJob": self.resume_job,
            "RunJob": self.run_job,
        }
        return {
            name: grpc.unary_unary_rpc_method_handler(
                _answer(method), message_class(f"google.cloud.scheduler.v1.{name}Request").FromString, _serialise
            )
            for name, method in methods.items()
        }


def _serialise(message: Any) -> bytes:
    return bytes(message.SerializeToString())


def _after(page_token: str) -> str:
    try:
        return base64.urlsafe_b64decode(page_token).decode()
    except (binascii.Error, UnicodeDecodeError) as broken:
        raise InvalidJob("page_token is not one that ListJobs gave out.") from broken


def _answer(method: Callable[[Any], Any]) -> Callable[[Any, grpc.aio.ServicerContext], Awaitable[Any]]:
    async def handle(request: Any, context: grpc.aio.ServicerContext) -> Any:
        try:
            return method(request)
        except SchedulerError as refused:
            await context.abort(refused.code, str(refused))

    return handle
