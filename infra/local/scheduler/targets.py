"""One attempt of a job: its HTTP call or its message, told as the google.rpc.Status that Job.status will hold."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from grpc import StatusCode

from infra.local.clock import Clock
from infra.local.scheduler.publishing import Publish, PublishError
from infra.local.scheduler.schedule import zone
from infra.local.scheduler.wire import HttpTarget, Job, Status, http_method, seconds

if TYPE_CHECKING:
    import httpx

_CODES = {
    400: StatusCode.INVALID_ARGUMENT,
    401: StatusCode.UNAUTHENTICATED,
    403: StatusCode.PERMISSION_DENIED,
    404: StatusCode.NOT_FOUND,
    409: StatusCode.ABORTED,
    429: StatusCode.RESOURCE_EXHAUSTED,
    499: StatusCode.CANCELLED,
    500: StatusCode.INTERNAL,
    501: StatusCode.UNIMPLEMENTED,
    503: StatusCode.UNAVAILABLE,
    504: StatusCode.DEADLINE_EXCEEDED,
}
_REPLACED = ("host", "content-length", "user-agent", "x-google-", "x-appengine-", "x-cloudscheduler")


class TokenIssuer(Protocol):
    """Whoever signs the OIDC tokens that receivers check."""

    def token(self, audience: str, email: str) -> str:
        """A signed ID token for `audience` in the name of the service account `email`."""


class Targets:
    """Sends attempts. `publish` None means that no Pub/Sub runs beside: such attempts fail as UNAVAILABLE."""

    def __init__(self, issuer: TokenIssuer, publish: Publish | None, clock: Clock) -> None:
        self._issuer = issuer
        self._publish = publish
        self._clock = clock
        self._http: httpx.AsyncClient | None = None

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def attempt(self, job: Job, scheduled: float) -> Status:
        """Run the job once for the moment `scheduled`, within its attempt deadline on the service's clock."""
        if job.WhichOneof("target") == "pubsub_target":
            return await self._message(job)
        return await self._within(seconds(job.attempt_deadline), self._call(job, scheduled))

    async def _within(self, limit: float, attempt: Awaitable[Status]) -> Status:
        running = asyncio.ensure_future(attempt)
        deadline = asyncio.ensure_future(self._clock.sleep(limit))
        try:
            await asyncio.wait((running, deadline), return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return running.result()
            return _failure(StatusCode.DEADLINE_EXCEEDED, f"No answer within {limit:g} s.")
        finally:
            for task in (running, deadline):
                task.cancel()
            await asyncio.gather(running, deadline, return_exceptions=True)

    async def _call(self, job: Job, scheduled: float) -> Status:
        import httpx  # a tenth of a second that a start without a due job need not wait

        if self._http is None:
            self._http = httpx.AsyncClient(follow_redirects=True, timeout=None, trust_env=False)  # noqa: S113 - raced
        target = job.http_target
        try:
            response = await self._http.request(
                http_method(target), target.uri, content=target.body, headers=self._headers(job, scheduled)
            )
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            return _failure(StatusCode.UNAVAILABLE, f"{target.uri}: {type(failure).__name__}: {failure}")
        if response.is_success:
            return Status()
        code = _CODES.get(response.status_code, StatusCode.UNKNOWN)
        return _failure(code, f"{target.uri} answered {response.status_code}.")

    def _headers(self, job: Job, scheduled: float) -> dict[str, str]:
        target = job.http_target
        headers = {name: value for name, value in target.headers.items() if not name.lower().startswith(_REPLACED)}
        if target.body and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/octet-stream"
        moment = datetime.fromtimestamp(scheduled, zone(job.time_zone)).isoformat(timespec="seconds")
        headers |= {
            "User-Agent": "Google-Cloud-Scheduler",
            "X-CloudScheduler": "true",
            "X-CloudScheduler-JobName": job.name.rsplit("/", 1)[-1],
            "X-CloudScheduler-ScheduleTime": moment.replace("+00:00", "Z"),
        }
        return headers | self._authorization(target)

    def _authorization(self, target: HttpTarget) -> dict[str, str]:
        if target.WhichOneof("authorization_header") != "oidc_token":
            return {}
        oidc = target.oidc_token
        token = self._issuer.token(oidc.audience or target.uri, oidc.service_account_email)
        return {"Authorization": f"Bearer {token}"}

    async def _message(self, job: Job) -> Status:
        target = job.pubsub_target
        if self._publish is None:
            return _failure(StatusCode.UNAVAILABLE, "No Pub/Sub runs beside this Scheduler.")
        try:
            await self._publish(target.topic_name, target.data, dict(target.attributes))
        except PublishError as refused:
            return _failure(refused.code, str(refused))
        return Status()


def _failure(code: StatusCode, message: str) -> Status:
    return Status(code=code.value[0], message=message)
