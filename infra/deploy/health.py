"""Whether a revision is well: it answers, and what Cloud Monitoring measured is no worse than of the former one."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpx

from infra.deploy.services import Deployed
from infra.deploy.stage import Stage

REQUESTS: Final = "run.googleapis.com/request_count"
LATENCIES: Final = "run.googleapis.com/request_latencies"

FEWEST: Final = 20
"""Requests below which a rate says nothing."""
MOST_ERRORS: Final = 0.02
"""The share of 5xx that a new revision may have above the former one's."""
SLOWER: Final = 1.5
SLOWER_BY_MS: Final = 100.0
"""A new revision is too slow where its p95 is beyond both: this many times the former's, and this much more."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of a revision: requests, how many of them answered 5xx, and the p95 in milliseconds."""

    requests: int = 0
    errors: int = 0
    p95: float = 0.0

    @property
    def error_rate(self) -> float:
        """Errors a request."""
        return self.errors / self.requests if self.requests else 0.0


def judge(new: Figures, former: Figures) -> str:
    """Why the new revision must not get more traffic; empty where it may. Too few requests are no reason."""
    if new.requests < FEWEST:
        return ""
    if new.error_rate > former.error_rate + MOST_ERRORS:
        return f"{new.error_rate:.1%} of {new.requests} requests failed (before: {former.error_rate:.1%})"
    if former.requests >= FEWEST and new.p95 > max(former.p95 * SLOWER, former.p95 + SLOWER_BY_MS):
        return f"the p95 is {new.p95:.0f} ms (before: {former.p95:.0f} ms)"
    return ""


class Measured:
    """Cloud Monitoring's figures of revisions."""

    def __init__(self, stage: Stage, client: Any = None, now: Callable[[], float] = time.time) -> None:
        from google.cloud import monitoring_v3

        self._monitoring = monitoring_v3
        self._client = client or monitoring_v3.MetricServiceClient()
        self._project = f"projects/{stage.project}"
        self._now = now

    def figures(self, service: str, revision: str, seconds: float) -> Figures:
        """What one revision did in the last `seconds`."""
        total = errors = 0
        for series in self._series(REQUESTS, service, revision, seconds, "ALIGN_DELTA"):
            count = sum(int(point.value.int64_value) for point in series.points)
            total += count
            errors += count if series.metric.labels.get("response_code_class") == "5xx" else 0
        slow = [
            float(point.value.double_value)
            for series in self._series(LATENCIES, service, revision, seconds, "ALIGN_PERCENTILE_95")
            for point in series.points
        ]
        return Figures(total, errors, max(slow, default=0.0))

    def _series(self, metric: str, service: str, revision: str, seconds: float, aligner: str) -> Any:
        now, seconds = int(self._now()), max(60, int(seconds))
        aggregation = self._monitoring.Aggregation
        return self._client.list_time_series(
            request={
                "name": self._project,
                "filter": f'metric.type="{metric}" AND resource.type="cloud_run_revision" AND '
                f'resource.labels.service_name="{service}" AND resource.labels.revision_name="{revision}"',
                "interval": {"start_time": {"seconds": now - seconds}, "end_time": {"seconds": now}},
                "aggregation": {
                    "alignment_period": {"seconds": seconds},
                    "per_series_aligner": aggregation.Aligner[aligner],
                },
                "view": self._monitoring.ListTimeSeriesRequest.TimeSeriesView.FULL,
            }
        )


def unwell(deployed: Deployed, headers: Mapping[str, str]) -> str:
    """Why the canary does not answer as our front door does; empty where it does.

    It is called without a key: an API operation then answers 401 with a problem (or serves, where it is public), a
    handler refuses a delivery without an identity. Either shows that the process started and its code was imported.
    """
    method = "GET" if deployed.kind == "http" else "POST"
    try:
        answer = httpx.request(method, deployed.tagged, headers=dict(headers), timeout=30, follow_redirects=False)
    except httpx.HTTPError as error:
        return f"{deployed.tagged} cannot be reached ({type(error).__name__})"
    if answer.status_code >= 500:
        return f"{deployed.tagged} answered {answer.status_code}"
    if answer.status_code == 403 and not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return (
            f"{deployed.tagged} may not be called: sign in with `gcloud auth login`, "
            "as somebody with roles/run.invoker in the project"
        )
    return ""


def caller_headers(audience: str) -> dict[str, str]:
    """An identity token for Cloud Run itself, which leaves Authorization alone; none where this account has no such."""
    token = _token_for(audience) if _is_service() else _token_of_a_person()
    return {"X-Serverless-Authorization": f"Bearer {token}"} if token else {}


@cache
def _is_service() -> bool:
    """Whether this is a service account, as in a pipeline. To find out that it is not takes seconds: asked once."""
    return bool(_token_for("https://run.googleapis.com"))


def _token_for(audience: str) -> str:
    import google.auth.exceptions
    import google.auth.transport.requests
    import google.oauth2.id_token

    try:
        return str(google.oauth2.id_token.fetch_id_token(google.auth.transport.requests.Request(), audience))
    except (google.auth.exceptions.GoogleAuthError, ValueError):
        return ""


@cache
def _token_of_a_person() -> str:
    """A person's application default credentials make no identity token that Cloud Run takes; gcloud's login does."""
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        return ""
    command = [gcloud, "auth", "print-identity-token"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (no outside text)
    return done.stdout.strip() if done.returncode == 0 else ""
