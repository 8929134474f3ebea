"""What the platform does by the clock, kept from a test that does it itself: else the minute's tick falls into it."""

from __future__ import annotations

from functools import cache

import grpc
from google.cloud.scheduler_v1 import CloudSchedulerClient
from google.cloud.scheduler_v1.services.cloud_scheduler.transports import CloudSchedulerGrpcTransport

from tests.support.platform import LocalPlatform


def pause(platform: LocalPlatform, function: str) -> None:
    """Have the Scheduler leave a function alone for the rest of the run."""
    env = platform.environment
    job = f"projects/{env['GOOGLE_CLOUD_PROJECT']}/locations/{env['XYNERGY_REGION']}/jobs/{function.replace('_', '-')}"
    _pause(env["SCHEDULER_EMULATOR_HOST"], job)


@cache
def _pause(target: str, job: str) -> None:
    with grpc.insecure_channel(target) as channel:
        CloudSchedulerClient(transport=CloudSchedulerGrpcTransport(channel=channel)).pause_job(name=job)
