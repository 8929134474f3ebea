"""What is measured: the provider alone, our chat function, and LiteLLM's proxy, each in a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from infra.manifest.collect import collect
from infra.package.archive import package
from infra.package.environment import environment as required
from infra.package.environment import unpacked

ROOT = Path(__file__).resolve().parents[3]
FUNCTION = "create_chat_completion"
LITELLM_KEY = "sk-bench"  # pragma: allowlist secret


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server that answers POST `path` under `key`; `command` listens on {port}. `share` scales the load down."""

    name: str
    command: list[str]
    path: str
    key: str
    model: str
    environment: Mapping[str, str] = field(default_factory=dict)
    share: float = 1.0

    def head(self, port: int) -> str:
        return (
            f"POST {self.path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {self.key}\r\n"
            "content-type: application/json\r\n"
        )


def upstream() -> Contestant:
    """The provider itself: what is below every other row."""
    command = [sys.executable, "-m", "tests.bench.ai_gateway.upstream", "{port}"]
    return Contestant("bare upstream (the provider alone)", command, "/v1/chat/completions", "none", "bench")


def xynergy(environment: Mapping[str, str], provider: str, key: str, folder: Path) -> Contestant:
    """Our chat function from its archive, with its own requirements alone, and the provider as its internal model."""
    packed = package(ROOT, next(each for each in collect(ROOT).declarations if each.name == FUNCTION))
    python, source = required(folder / "environment", packed.distributions), unpacked(packed, folder / "function")
    app = (
        "from functions_framework.aio import create_asgi_app;"
        f"app = create_asgi_app({FUNCTION!r}, {str(source / 'main.py')!r})"
    )
    run = "import uvicorn; uvicorn.run(app, host='127.0.0.1', port={port}, access_log=False, log_level='warning')"
    known = {**environment, "PYTHONPATH": str(source), "INTERNAL_AI_URL": provider}
    command = [str(python), "-P", "-c", f"{app}; {run}"]
    return Contestant("Xynergy chat function", command, "/api/v1/ai/chat/completions", key, "auto", known)


def litellm(python: Path, provider: str, redis_url: str, folder: Path) -> Contestant:
    """LiteLLM's proxy with its Redis cache, one worker, no database."""
    host, _, port = redis_url.removeprefix("redis://").split("/")[0].partition(":")
    parameters = {"model": "openai/bench", "api_base": f"{provider}/v1", "api_key": "none"}  # pragma: allowlist secret
    config = {
        "model_list": [{"model_name": "auto", "litellm_params": parameters}],
        "litellm_settings": {
            "cache": True,
            "cache_params": {"type": "redis", "host": host, "port": int(port), "namespace": "litellm"},
            "telemetry": False,
        },
        "general_settings": {"master_key": LITELLM_KEY},
    }
    file = folder / "litellm.yaml"
    file.write_text(json.dumps(config))
    command = [str(python.with_name("litellm")), "--config", str(file), "--port", "{port}", "--num_workers", "1"]
    known = {**os.environ, "LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    return Contestant("LiteLLM proxy", command, "/v1/chat/completions", LITELLM_KEY, "auto", known, share=0.1)


class Server:
    """A contestant's running process."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self._process = psutil.Process(process.pid)

    def cpu_seconds(self) -> float:
        """User and system time of the process and its children."""
        spent = 0.0
        for process in (self._process, *self._process.children(recursive=True)):
            times = process.cpu_times()
            spent += times.user + times.system
        return spent

    def mebibytes(self) -> float:
        """Resident memory."""
        everyone = (self._process, *self._process.children(recursive=True))
        return sum(process.memory_info().rss for process in everyone) / 2**20


@contextmanager
def running(contestant: Contestant) -> Iterator[Server]:
    """The contestant, listening on a free port until the context is left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [part.replace("{port}", str(port)) for part in contestant.command]
    environment = dict(contestant.environment) or dict(os.environ)
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        await_port(port, process)
        yield Server(port, process)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the process listens. Raises SystemExit where it ends before, or does not within 90 s."""
    for _ in range(1800):
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the server did not listen within 90 s")
