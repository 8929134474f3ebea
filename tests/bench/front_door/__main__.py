"""The front door against the bare framework and against FastAPI doing the same work, in one run.

    ./deploy.sh bench front_door [--instructions]

CPU is the server process's own (user + system); Redis and the load run in processes of their own. All servers stand
beside each other and take turns, round by round, so that whatever else the machine does falls on all of them; the
medians of the rounds are told. With --instructions the front door and the floor are counted under callgrind instead,
which a busy machine does not disturb.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests.bench.instructions import counted
from tests.bench.peer_environment import peer_python
from tests.support.platform import running_platform

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
ROUNDS = 7
REQUESTS = 6_000
CONNECTIONS = 16
BODY = b'{"name":"Ada","times":1}'


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server to measure: `command` listens on {port}."""

    name: str
    command: list[str]


def _framework(target: str, source: Path) -> list[str]:
    app = f"from functions_framework.aio import create_asgi_app; app = create_asgi_app({target!r}, {str(source)!r})"
    run = "import uvicorn; uvicorn.run(app, host='127.0.0.1', port={port}, access_log=False, log_level='warning')"
    return [sys.executable, "-c", f"{app}; {run}"]


def _uvicorn(python: Path, module: str) -> list[str]:
    options = ["--app-dir", str(HERE), "--port", "{port}", "--no-access-log", "--log-level", "warning"]
    return [str(python), "-m", "uvicorn", f"{module}:app", *options]


@contextmanager
def _server(contestant: Contestant, key: str, environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """The contestant's server, warm: its process id and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [part.replace("{port}", str(port)) for part in contestant.command]
    server = subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL, cwd=ROOT)
    try:
        _await_port(port, server)
        _load(_job(port, key) | {"requests": 2000, "connections": CONNECTIONS})
        yield server.pid, port
    finally:
        server.terminate()
        server.wait(10)


def _measure(contestants: list[Contestant], key: str, environment: Mapping[str, str]) -> list[dict[str, float]]:
    """The medians of each contestant's rounds; `cpu_ms` and the share of the floor's in the same round among them."""
    with ExitStack() as stack:
        servers = [stack.enter_context(_server(each, key, environment)) for each in contestants]
        rounds = [[_round(pid, port, key) for pid, port in servers] for _ in range(ROUNDS)]
    for each in rounds:
        for row in each:
            row["floors"] = row["cpu_ms"] / each[0]["cpu_ms"]
    own = [[each[place] for each in rounds] for place in range(len(contestants))]
    return [{name: statistics.median(row[name] for row in rows) for name in rows[0]} for rows in own]


def _round(pid: int, port: int, key: str) -> dict[str, float]:
    before = _cpu_nanoseconds(pid)
    figures = _load(_job(port, key) | {"requests": REQUESTS, "connections": CONNECTIONS})
    figures["cpu_ms"] = (_cpu_nanoseconds(pid) - before) / 1e6 / figures["requests"]
    figures["rss_mib"] = psutil.Process(pid).memory_info().rss / 2**20
    return figures


def _cpu_nanoseconds(pid: int) -> int:
    """The processor time of all threads; Linux's own count, which is finer than the hundredths that `times` tells."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def _job(port: int, key: str) -> dict[str, object]:
    """What the load is told, but for how much of it there is."""
    head = f"POST /api/v1/greetings HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n"
    request = f"{head}Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY
    return {"url": f"http://127.0.0.1:{port}", "request": request.decode(), "expected": 200}


def _count(contestants: list[Contestant], key: str, environment: Mapping[str, str]) -> None:
    """Print the instructions a request of each, the first being the floor."""
    floor = 0.0
    for contestant in contestants:
        found = counted(
            contestant.command,
            environment,
            _await_port,
            lambda port, requests: _load(_job(port, key) | {"requests": requests, "connections": CONNECTIONS}),
        )
        floor = floor or found
        print(f"{contestant.name:38}{found:12,.0f} instructions a request{found / floor:7.2f} x floor", flush=True)


def _await_port(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(2400):
        if server.poll() is not None:
            raise SystemExit(f"the server ended with {server.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the server did not listen within 120 s")


def _load(job: dict[str, object]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"], input=json.dumps(job), text=True, capture_output=True, cwd=ROOT
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


async def _key(gateway: httpx.AsyncClient, owner: str) -> str:
    body = {"name": "bench", "scopes": ["ai:use"], "requests_per_minute": 100_000}
    made = await gateway.post("/api/v1/api-keys", json=body, headers={"X-API-Key": owner})
    made.raise_for_status()
    return str(made.json()["key"])


def _kind_of_redis(environment: Mapping[str, str]) -> str:
    """What the local cloud says its Redis is: a server where one is installed, else fakeredis."""
    return str(httpx.get(environment["EVENTARC_EMULATOR_HOST"]).json()["redis"])


async def main() -> None:
    """Measure, print the table."""
    fastapi = Path(sys.executable) if "--instructions" in sys.argv[1:] else peer_python("fastapi", ROOT / ".bench")
    with tempfile.TemporaryDirectory() as folder:
        async with running_platform(Path(folder) / "data") as platform:
            _, owner = await platform.tenant()
            key = await _key(platform.gateway, owner)
            environment = {**os.environ, **platform.environment, "PYTHONPATH": str(ROOT), "BENCH_KEY": key}
            environment["BENCH_KEY_HASH"] = hashlib.sha256(key.encode()).hexdigest()
            contestants = [
                Contestant("bare functions_framework.aio (floor)", _framework("hello", HERE / "bare.py")),
                Contestant("Xynergy front door", _framework("greet", HERE / "functions/runtime/greet.py")),
                Contestant("FastAPI + Redis Lua GCRA", _uvicorn(fastapi, "fastapi_gcra")),
                Contestant("FastAPI + slowapi (the document's)", _uvicorn(fastapi, "fastapi_slowapi")),
            ]
            if "--instructions" in sys.argv[1:]:
                await asyncio.to_thread(_count, contestants[:2], key, environment)
                return
            rows = await asyncio.to_thread(_measure, contestants, key, environment)
            redis = _kind_of_redis(platform.environment)
            print(f"\n{ROUNDS} rounds of {REQUESTS:,} requests each, {CONNECTIONS} connections, {redis}; medians\n")
            print(f"{'':38}{'req/s':>9}{'CPU-ms':>9}{'x floor':>9}{'p50 ms':>9}{'p99 ms':>9}{'MiB':>7}{'not 200':>9}")
            for contestant, row in zip(contestants, rows, strict=True):
                print(
                    f"{contestant.name:38}{row['rate']:9,.0f}{row['cpu_ms']:9.3f}{row['floors']:9.2f}"
                    f"{row['p50']:9.2f}{row['p99']:9.2f}{row['rss_mib']:7.0f}{row['unexpected']:9.0f}"
                )


if __name__ == "__main__":
    asyncio.run(main())
