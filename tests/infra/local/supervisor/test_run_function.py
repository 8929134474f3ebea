from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from infra.local.options import ROOT
from infra.local.ports import free_ports
from infra.local.refusal import Refusal
from infra.local.run_function import function_environment, function_file


def test_a_function_is_found_by_its_name_and_by_its_slug(tmp_path: Path) -> None:
    file = tmp_path / "triggers" / "runtime" / "sweep_outbox.py"
    file.parent.mkdir(parents=True)
    file.touch()
    assert function_file(tmp_path, "sweep_outbox") == function_file(tmp_path, "sweep-outbox") == file


def test_an_unknown_function_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "functions" / "crm").mkdir(parents=True)
    (tmp_path / "functions" / "crm" / "create_contact.py").touch()
    with pytest.raises(Refusal, match="no function nobody; there are: create_contact"):
        function_file(tmp_path, "nobody")


def test_the_function_sees_the_running_platforms_cloud_and_what_google_sets(tmp_path: Path) -> None:
    (tmp_path / "local.json").write_text(json.dumps({"environment": {"REDIS_URL": "redis://here"}}))
    made = function_environment({"HOME": "/root"}, tmp_path, "create_contact", 8090)
    assert made == {
        "HOME": "/root",
        "REDIS_URL": "redis://here",
        "K_SERVICE": "create-contact",
        "FUNCTION_TARGET": "create_contact",
        "PORT": "8090",
    }


def test_a_function_runs_alone_on_googles_framework(tmp_path: Path) -> None:
    port = free_ports(0)[0]
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local.run_function", "show_docs", "--port", str(port), "--data", str(tmp_path)],
        cwd=ROOT,
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 30
        while True:
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}/docs")
                break
            except httpx.TransportError:
                assert time.monotonic() < until
                time.sleep(0.05)
        assert answer.status_code == 200
        assert "x-request-id" in answer.headers
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)
