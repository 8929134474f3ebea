"""`python -m infra.local.cloud` as its users meet it: Google's clients, signals, broken folders, a dead parent."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import httpx
import psutil
import pytest
import redis
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, firestore, functions_v2, pubsub_v1, scheduler_v1, storage
from google.cloud.functions_v2.services.function_service.transports import FunctionServiceGrpcTransport
from google.cloud.scheduler_v1.services.cloud_scheduler.transports import CloudSchedulerGrpcTransport

LOCATION = "projects/p/locations/us-central1"
MIB = 1 << 20


def command(folder: Path, **ports: int) -> list[str]:
    numbers = {"grpc": 0, "rest": 0, "redis": 0, **ports}
    arguments = [text for name, port in numbers.items() for text in (f"--{name}-port", str(port))]
    return [sys.executable, "-m", "infra.local.cloud", "--data", str(folder), *arguments]


@contextmanager
def cloud(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, dict[str, str]]]]:
    process = subprocess.Popen(command(folder), stdout=subprocess.PIPE, text=True)
    try:
        ready = json.loads(process.stdout.readline())
        assert ready["ready"] is True
        yield process, ready
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


@pytest.fixture
def running(tmp_path, monkeypatch):
    with cloud(tmp_path / "data") as (process, ready):
        for name, value in ready["environment"].items():
            monkeypatch.setenv(name, value)
        yield process, ready


def until(condition, seconds: float = 10.0):
    """Poll what another process does."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found


def refused(folder: Path, **ports: int) -> str:
    ended = subprocess.run(command(folder, **ports), capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    return ended.stderr


def test_every_service_answers_googles_clients(running, tmp_path):
    _, ready = running
    services = ready["services"]
    credentials = AnonymousCredentials()

    database = firestore.Client(project="p", credentials=credentials)
    database.document("users/u1").set({"name": "Ada"})
    assert database.document("users/u1").get().to_dict() == {"name": "Ada"}

    with storage.Client(project="p", credentials=credentials) as client:
        bucket = client.create_bucket("files")
        bucket.blob("a").upload_from_string("x")
        assert bucket.blob("a").download_as_bytes() == b"x"

    warehouse = bigquery.Client(project="p", credentials=credentials)
    assert [tuple(row) for row in warehouse.query_and_wait("SELECT 1 + 1 AS two")] == [(2,)]
    warehouse.close()

    with redis.Redis.from_url(services["redis"]) as cache:
        assert cache.set("k", "v")
        assert cache.get("k") == b"v"

    with grpc.insecure_channel(services["functions"]) as channel:
        listing = functions_v2.FunctionServiceClient(transport=FunctionServiceGrpcTransport(channel=channel))
        assert list(listing.list_functions(parent=LOCATION)) == []
        catalogue = tmp_path / "data" / "functions" / "catalogue.json"
        catalogue.parent.mkdir(exist_ok=True)
        catalogue.write_text(json.dumps([{"name": f"{LOCATION}/functions/f"}]))
        assert [function.name for function in listing.list_functions(parent=LOCATION)] == [f"{LOCATION}/functions/f"]

    assert httpx.get(services["identity"] + "/oauth2/v3/certs").json()["keys"]
    assert httpx.get(f"{services['eventarc']}/v1/{LOCATION}/triggers").json().get("triggers", []) == []
    page = httpx.get(services["storage"] + "/").json()
    assert page["services"] == services
    assert set(page["backlog"]) == {"pubsub", "eventarc", "scheduler"}


def test_a_job_of_the_scheduler_publishes_to_pubsub(running):
    _, ready = running
    publisher, subscriber = pubsub_v1.PublisherClient(), pubsub_v1.SubscriberClient()
    topic, subscription = "projects/p/topics/ticks", "projects/p/subscriptions/ticks"
    publisher.create_topic(name=topic)
    subscriber.create_subscription(name=subscription, topic=topic)
    with grpc.insecure_channel(ready["services"]["scheduler"]) as channel:
        client = scheduler_v1.CloudSchedulerClient(transport=CloudSchedulerGrpcTransport(channel=channel))
        job = {"name": f"{LOCATION}/jobs/tick", "schedule": "0 0 1 1 *"}
        job["pubsub_target"] = {"topic_name": topic, "data": b"tick"}
        client.create_job(parent=LOCATION, job=job)
        client.run_job(name=job["name"])
    pulled = subscriber.pull(subscription=subscription, max_messages=1, timeout=10)
    assert pulled.received_messages[0].message.data == b"tick"
    publisher.stop()
    subscriber.close()


def test_it_is_ready_soon_small_and_idle(running):
    process, _ = running
    measured = psutil.Process(process.pid)
    assert measured.memory_info().rss < 180 * MIB
    before = measured.cpu_times()
    time.sleep(1)
    after = measured.cpu_times()
    assert after.user + after.system - before.user - before.system < 0.05


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_time(running, number):
    process, _ = running
    process.send_signal(number)
    assert process.wait(3) == 0


def test_what_was_written_is_there_after_a_kill(tmp_path, monkeypatch):
    for write in (True, False):
        with cloud(tmp_path / "data") as (process, ready):
            monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", ready["services"]["firestore"])
            document = firestore.Client(project="p", credentials=AnonymousCredentials()).document("a/b")
            if write:
                document.set({"kept": True})
            else:
                assert document.get().to_dict() == {"kept": True}
            process.send_signal(signal.SIGKILL)
            process.wait(10)


def test_a_second_cloud_on_the_same_folder_is_refused(running, tmp_path):
    process, _ = running
    assert f"in use by another local cloud (process {process.pid})" in refused(tmp_path / "data")


def test_a_port_that_is_taken_is_refused(running, tmp_path):
    _, ready = running
    grpc_port = int(ready["services"]["firestore"].rsplit(":", 1)[1])
    rest_port = int(ready["services"]["storage"].rsplit(":", 1)[1])
    assert "--grpc-port" in refused(tmp_path / "other", grpc=grpc_port)
    redis_port = int(ready["services"]["redis"].rsplit(":", 1)[1].split("/")[0])
    assert "--rest-port" in refused(tmp_path / "other", rest=rest_port)
    assert "for Redis cannot be opened" in refused(tmp_path / "other", redis=redis_port)


def test_a_data_path_that_is_a_file_is_refused(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    assert "--data" in refused(file)


@pytest.mark.parametrize("damaged", ["scheduler/scheduler.sqlite3", "storage/storage.sqlite3", "pubsub/pubsub.sqlite"])
def test_a_damaged_database_is_told_with_what_to_do(tmp_path, damaged):
    file = tmp_path / damaged
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(file).execute("SELECT * FROM sqlite_master")
    sentence = refused(tmp_path)
    assert str(file.parent) in sentence
    assert "move the folder away" in sentence


def test_it_ends_with_its_parent(tmp_path):
    program = (
        "import subprocess, sys\n"
        "child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, *command(tmp_path / "data")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    child = psutil.Process(int(parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait(10)
    parent.stdin.close()
    parent.stdout.close()
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, seconds=4)
