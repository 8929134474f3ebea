"""`python -m infra.local` as a newcomer starts it: a process of its own, ended in every way that it can be."""

from __future__ import annotations

import contextlib
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

from infra.demo.platform_process import PlatformProcess
from infra.local.options import ROOT

_START_WITHIN = 60.0
_STOP_WITHIN = 5.0


def test_it_starts_answers_stops_and_finds_its_data_and_key_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _platform(data) as platform:
        first = platform.local
        assert stat.S_IMODE((data / "local.json").stat().st_mode) == 0o600
        assert {"firestore", "pubsub", "bigquery", "storage", "redis", "runner"} <= set(first["services"])
        assert _get(first, f"/api/v1/tenants/{first['tenant_id']}").status_code == 200
        began = time.monotonic()
        assert platform.stop(signal.SIGINT) == 0
        assert time.monotonic() - began < _STOP_WITHIN
    with _platform(data) as platform:
        second = platform.local
        assert (second["tenant_id"], second["api_key"]) == (first["tenant_id"], first["api_key"])
        assert second["operator_key"] == first["operator_key"]
        assert _get(second, f"/api/v1/tenants/{second['tenant_id']}").json()["name"] == "Demo Bakery"


def test_a_kill_leaves_no_process_behind_and_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _platform(data) as platform:
        first = platform.local
        family = psutil.Process(platform.pid).children(recursive=True)
        assert len(family) >= 2
        platform.kill()
        _, alive = psutil.wait_procs(family, timeout=_STOP_WITHIN)
        assert alive == []
    with _platform(data) as platform:
        again = platform.local
        assert again["api_key"] == first["api_key"]
        assert _get(again, f"/api/v1/tenants/{again['tenant_id']}").status_code == 200


def test_a_child_that_is_killed_is_started_again_and_the_platform_answers_as_before(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _platform(data) as platform:
        local = platform.local
        for child in psutil.Process(platform.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):  # provisioning ends by itself when its work is done
                child.kill()
            _until(lambda: _answers(local))
        assert platform.is_ready


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
    with _platform(data, "--no-demo") as platform:
        assert platform.local["api_key"] == ""
    databases = [path for path in (data / "firestore").iterdir() if path.is_file()]
    for path in databases:
        path.write_bytes(b"no database at all " * 4096)
    refused = _run("--port", "0", "--data", str(data))
    assert refused.returncode == 2
    assert "firestore" in refused.stderr
    assert "Traceback" not in refused.stderr


@contextmanager
def _platform(data: Path, *options: str) -> Iterator[PlatformProcess]:
    """A platform on free ports that answers; ended at the end."""
    platform = PlatformProcess(data, *options)
    platform.start()
    try:
        platform.wait_ready()
        yield platform
    finally:
        platform.stop()


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
