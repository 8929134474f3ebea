"""Our AI gateway beside LiteLLM's proxy and the bare provider, in one run.

    ./deploy.sh bench ai_gateway [--without-litellm | --instructions]

CPU is the server process's own (user + system), per request; the provider, Redis, Firestore and the load run in
processes of their own. Prompts that miss differ from each other; prompts that hit were asked before. Hits come first:
what misses leave to do for the platform's event handlers is done on the same processors. With --instructions our
function's hits are counted under callgrind instead, which a busy machine does not disturb.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.bench.ai_gateway.contestants import (
    ROOT,
    Contestant,
    Server,
    await_port,
    litellm,
    running,
    upstream,
    xynergy,
)
from tests.bench.instructions import counted
from tests.bench.peer_environment import peer_python
from tests.support.platform import running_platform

PROMPT = "Summarise this note about our bakery for the team, please (note %08d)."
REQUESTS = 4000
CONNECTIONS = 16
PROMPTS_OF_REPLAY = 80
REPLAY = 5000
ZIPF = 1.1


def job_of(contestant: Contestant, port: int, numbers: list[int], connections: int, **body: Any) -> dict[str, Any]:
    """What the load is told: the prompts of these numbers, one each."""
    asked = {"model": contestant.model, "messages": [{"role": "user", "content": body.pop("prompt", PROMPT)}], **body}
    url, head = f"http://127.0.0.1:{port}", contestant.head(port)
    return {"url": url, "head": head, "body": json.dumps(asked), "numbers": numbers, "connections": connections}


def send(job: dict[str, Any]) -> Any:
    """The figures of a load that another process sends."""
    command = [sys.executable, "-m", "tests.bench.ai_gateway.load"]
    done = subprocess.run(command, input=json.dumps(job), text=True, capture_output=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def load(
    contestant: Contestant, server: Server, numbers: list[int], connections: int = CONNECTIONS, **body: Any
) -> Any:
    """The figures of a load, with the server's CPU-ms a request."""
    before = server.cpu_seconds()
    figures = send(job_of(contestant, server.port, numbers, connections, **body))
    figures["cpu_ms"] = (server.cpu_seconds() - before) * 1000 / figures["requests"]
    return figures


def instructions(contestant: Contestant) -> str:
    """The row of a contestant's hits under callgrind."""

    def hits(port: int, requests: int) -> None:
        send(job_of(contestant, port, [7] * requests, CONNECTIONS))

    found = counted(contestant.command, contestant.environment, await_port, hits)
    return f"\n{contestant.name}\n  {'exact hit, c=16':26}{found:9,.0f} instructions a request"


def count(provider: str) -> int:
    """How many completions the provider was asked for so far."""
    with urllib.request.urlopen(f"{provider}/count") as answer:
        return int(answer.read())


def measure(contestant: Contestant, provider: str, requests: int) -> Iterator[str]:
    """A contestant's rows."""
    yield f"\n{contestant.name}"
    with running(contestant) as server:
        size, started = int(requests * contestant.share), server.mebibytes()
        load(contestant, server, [7] * (size // 10))
        yield row("exact hit, c=16", load(contestant, server, [7] * size))
        yield row("exact hit, c=1", load(contestant, server, [7] * (size // 4), 1))
        yield row("cache miss, c=16", load(contestant, server, list(range(30_000_000, 30_000_000 + size))))
        streamed = list(range(10_000_000, 10_000_000 + size // 8))
        yield row("33-event stream, c=16", load(contestant, server, streamed, stream=True))
        before = count(provider)
        load(contestant, server, [1] * 50, 50, prompt="wait=300 %08d")
        yield f"  {'50 identical in flight':26}{count(provider) - before:9} provider calls"
        before, replay = count(provider), _zipf(int(REPLAY * contestant.share))
        load(contestant, server, replay)
        hits = 1 - (count(provider) - before) / len(replay)
        yield f"  {'Zipf replay':26}{hits:9.1%} hits of {len(replay)} requests for {len(set(replay))} prompts"
        yield f"  {'memory':26}{server.mebibytes():9.0f} MiB ({started:.0f} before the first request)"


def _zipf(size: int) -> list[int]:
    """Prompts as they are asked again: the n-th most asked one 1/n^1.1 as often as the first."""
    ranks = range(1, PROMPTS_OF_REPLAY + 1)
    chosen = random.Random(11).choices(ranks, [rank**-ZIPF for rank in ranks], k=size)
    return [20_000_000 + rank for rank in chosen]


def row(name: str, figures: Any) -> str:
    """One line of the table."""
    return (
        f"  {name:26}{figures['rate']:9,.0f} req/s{figures['cpu_ms']:9.3f} CPU-ms{figures['p50']:9.2f} p50 ms"
        f"{figures['p99']:9.2f} p99 ms{figures['unexpected']:6.0f} not 200"
    )


async def _key(gateway: httpx.AsyncClient, owner: str) -> str:
    body = {"name": "bench", "scopes": ["ai:use"], "requests_per_minute": 10_000_000}
    made = await gateway.post("/api/v1/api-keys", json=body, headers={"X-API-Key": owner})
    return str(made.json()["key"]) if made.is_success else owner


async def main() -> None:
    """Measure, print the table."""
    parser = argparse.ArgumentParser(prog="./deploy.sh bench ai_gateway", description=__doc__)
    parser.add_argument("--without-litellm", action="store_true", help="neither install nor measure the peer")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each kind; the peer gets a tenth")
    parser.add_argument("--instructions", action="store_true", help="count the instructions of our hits, and no more")
    options = parser.parse_args()
    alone = options.without_litellm or options.instructions
    python = None if alone else peer_python("litellm", ROOT / ".bench")
    bare, lines = upstream(), list[str]()
    with tempfile.TemporaryDirectory() as folder, running(bare) as provider_server:
        provider = f"http://127.0.0.1:{provider_server.port}"
        async with running_platform(Path(folder) / "data") as platform:
            _, owner = await platform.tenant()
            key = await _key(platform.gateway, owner)
            environment = {**os.environ, **platform.environment}
            if options.instructions:
                ours = xynergy(environment, provider, key, Path(folder))
                print(await asyncio.to_thread(instructions, ours))
                return
            numbers = list(range(options.requests))
            floor = await asyncio.to_thread(load, bare, provider_server, numbers)
            lines += [f"\n{bare.name}", row("whole answer, c=16", floor)]
            contestants = [xynergy(environment, provider, key, Path(folder))]
            if python is not None:
                contestants.append(litellm(python, provider, environment["REDIS_URL"], Path(folder)))
            for contestant in contestants:
                rows = await asyncio.to_thread(list, measure(contestant, provider, options.requests))
                lines += rows
    print("\n".join(lines))  # at the end: the platform logs what it delivers meanwhile


if __name__ == "__main__":
    asyncio.run(main())
