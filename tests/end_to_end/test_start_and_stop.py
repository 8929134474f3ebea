"""`python -m infra.local` as a newcomer starts it: a process of its own, ended in every way that it can be."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from infra.local.options import ROOT

_START_WITHIN = 60.0
_STOP_WITHIN = 5.0


def test_it_starts_answers_stops_and_finds_its_data_and_key_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _platform(data) as process:
        first = _local(data)
        assert stat.S_IMODE((data / "local.json").stat().st_mode) == 0o600
        assert {"firestore", "pubsub", "bigquery", "storage", "redis", "runner"} <= set(first["services"])
        assert _get(first, f"/api/v1/tenants/{first['tenant_id']}").status_code == 200
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=_STOP_WITHIN) == 0
        assert time.monotonic() - began < _STOP_WITHIN
    with _platform(data):
        second = _local(data)
        assert (second["tenant_id"], second["api_key"]) == (first["tenant_id"], first["api_key"])
        assert second["operator_key"] == first["operator_key"]
        assert _get(second, f"/api/v1/tenants/{second['tenant_id']}").json()["name"] == "Demo Bakery"


def test_a_kill_leaves_no_process_behind_and_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _platform(data) as process:
        first = _local(data)
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 2
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(family, timeout=_STOP_WITHIN)
        assert alive == []
    with _platform(data):
        again = _local(data)
        assert again["api_key"] == first["api_key"]
        assert _get(again, f"/api/v1/tenants/{again['tenant_id']}").status_code == 200


def test_a_child_that_is_killed_is_started_again_and_the_platform_answers_as_before(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _platform(data) as process:
        local = _local(data)
        for child in psutil.Process(process.pid).children():
            child.kill()
            _until(lambda: _answers(local))
        assert process.poll() is None


def test_a_port_in_use_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = _run("--port", str(port), "--data", str(tmp_path / "data"))
    assert refused.returncode == 2
    assert f"Port {port} is in use" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_second_platform_on_the_same_data_is_told_in_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _platform(data):
        refused = _run("--port", "0", "--data", str(data))
    assert refused.returncode == 2
    assert f"already runs on {data} (http://localhost:" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_damaged_database_is_told_in_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _platform(data, "--no-demo"):
        assert _local(data)["api_key"] == ""
    databases = [path for path in (data / "firestore").iterdir() if path.is_file()]
    for path in databases:
        path.write_bytes(b"no database at all " * 4096)
    refused = _run("--port", "0", "--data", str(data))
    assert refused.returncode == 2
    assert "firestore" in refused.stderr
    assert "Traceback" not in refused.stderr


@contextmanager
def _platform(data: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A platform on free ports that answers; ended at the end."""
    log = (data.parent / f"{data.name}.out").open("ab")
    former = (data / "local.json").stat().st_mtime_ns if (data / "local.json").exists() else 0
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local", "--port", "0", "--data", str(data), *options],
        cwd=ROOT,
        stdout=log,
        stderr=log,
    )
    try:

        def ready() -> bool:
            assert process.poll() is None, Path(log.name).read_text()
            return (data / "local.json").exists() and (data / "local.json").stat().st_mtime_ns != former

        _until(ready)
        yield process
    finally:
        log.close()
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=2 * _STOP_WITHIN)


def _run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.local", *options],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=_START_WITHIN,
        check=False,
    )


def _local(data: Path) -> dict:
    return json.loads((data / "local.json").read_text())


def _get(local: dict, path: str) -> httpx.Response:
    return httpx.get(local["gateway"] + path, headers={"X-API-Key": local["api_key"]}, timeout=30)


def _answers(local: dict) -> bool:
    try:
        return _get(local, f"/api/v1/tenants/{local['tenant_id']}").status_code == 200
    except httpx.TransportError:
        return False


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _START_WITHIN
    while not condition():
        assert time.monotonic() < end, "the condition did not come true in time"
        time.sleep(0.02)
