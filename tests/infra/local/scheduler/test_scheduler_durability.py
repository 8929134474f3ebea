"""Jobs survive a kill -9, and what fell due meanwhile runs once."""

from __future__ import annotations

import signal
import subprocess
import sys

import grpc
import pytest
from google.cloud import scheduler_v1
from google.cloud.scheduler_v1.services.cloud_scheduler.transports import CloudSchedulerGrpcTransport

from tests.infra.local.scheduler.conftest import PARENT, until

_PROGRAM = """
import asyncio, sys, time
from pathlib import Path
import grpc
from infra.local.clock import SystemClock
from infra.local.scheduler import SchedulerService

class Later(SystemClock):
    def now(self):
        return time.time() + float(sys.argv[2])

class Tokens:
    def token(self, audience, email):
        return "t"

async def main():
    service = SchedulerService(Path(sys.argv[1]), Tokens(), None, Later())
    server = grpc.aio.server()
    service.register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await service.start()
    await server.start()
    print(port, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(ahead: float):
        command = [sys.executable, "-c", _PROGRAM, str(tmp_path / "scheduler"), str(ahead)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        channel = grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}")
        started.append((process, channel))
        return process, scheduler_v1.CloudSchedulerClient(transport=CloudSchedulerGrpcTransport(channel=channel))

    yield begin
    for process, channel in started:
        channel.close()
        process.kill()
        process.wait(10)
        process.stdout.close()


async def test_a_run_that_fell_due_while_the_process_was_dead_happens_once(start, endpoint):
    process, client = start(0)
    job = {"name": f"{PARENT}/jobs/j", "schedule": "0 * * * *", "http_target": {"uri": endpoint.url}}
    created = client.create_job(parent=PARENT, job=job)
    process.send_signal(signal.SIGKILL)
    process.wait(10)

    _, client = start(3 * 3600)
    await until(lambda: len(endpoint.calls) == 1)
    headers = endpoint.calls[0][1]
    assert headers["x-cloudscheduler-scheduletime"] == created.schedule_time.strftime("%Y-%m-%dT%H:%M:%SZ")
    await until(lambda: client.get_job(name=created.name).schedule_time > created.schedule_time)
    assert len(endpoint.calls) == 1
