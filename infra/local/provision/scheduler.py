"""Scheduler jobs, through Google's client."""

from __future__ import annotations

import math
from typing import Any, Final

import grpc
from google.cloud.scheduler_v1 import CloudSchedulerClient
from google.cloud.scheduler_v1.services.cloud_scheduler.transports import CloudSchedulerGrpcTransport
from google.cloud.scheduler_v1.types import HttpMethod, HttpTarget, Job, OidcToken, RetryConfig
from google.protobuf.duration_pb2 import Duration

from infra.local.provision.plan import Job as PlannedJob
from infra.local.provision.plan import Plan

_MARK: Final = "Provisioned from the manifest."
_COMPARED: Final = ("schedule", "time_zone", "http_target", "attempt_deadline", "retry_config")


def apply(plan: Plan, target: str, project: str, location: str) -> None:
    """Create, change and remove until the Scheduler at `target` is as planned. Jobs that others made are left alone."""
    channel = grpc.insecure_channel(target)
    try:
        client = CloudSchedulerClient(transport=CloudSchedulerGrpcTransport(channel=channel))
        parent = f"projects/{project}/locations/{location}"
        present = {job.name: job for job in client.list_jobs(parent=parent)}
        wanted = {job.name: job for job in (_resource(planned, parent) for planned in plan.jobs)}
        for name, job in wanted.items():
            found = present.get(name)
            if found is None:
                client.create_job(parent=parent, job=job)
            elif any(_changed(found, job, field) for field in _COMPARED):
                client.update_job(job=job)
        for name, found in present.items() if plan.complete else ():
            if name not in wanted and found.description == _MARK:
                client.delete_job(name=name)
    finally:
        channel.close()


def _changed(found: Any, wanted: Any, field: str) -> bool:
    """Whether a field differs; of an HTTP target only what is planned counts, the service adds headers of its own."""
    if field != "http_target":
        return bool(getattr(found, field) != getattr(wanted, field))
    left, right = found.http_target, wanted.http_target
    return bool(left.uri != right.uri or left.oidc_token != right.oidc_token)


def _resource(planned: PlannedJob, parent: str) -> Any:
    return Job(
        name=f"{parent}/jobs/{planned.target.slug}",
        description=_MARK,
        schedule=planned.cron,
        time_zone=planned.time_zone,
        attempt_deadline=Duration(seconds=min(1800, max(15, math.ceil(planned.deadline)))),
        retry_config=RetryConfig(
            retry_count=3,
            max_retry_duration=Duration(),
            min_backoff_duration=Duration(seconds=5),
            max_backoff_duration=Duration(seconds=300),
            max_doublings=5,
        ),
        http_target=HttpTarget(
            uri=planned.target.address,
            http_method=HttpMethod.POST,
            oidc_token=OidcToken(service_account_email=planned.target.account, audience=planned.target.address),
        ),
    )
