"""Several instances of one function, each a process of its own, over the platform's Firestore and Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx

from infra.local.environment import process_environment
from infra.local.options import ROOT
from tests.support.function_process import function_process
from tests.support.platform import LocalPlatform


@asynccontextmanager
async def instances(
    platform: LocalPlatform, file: str, count: int, folder: Path
) -> AsyncIterator[list[httpx.AsyncClient]]:
    """`count` instances of the function in `file`, each by a client at its root; their logs are in `folder`."""
    environment = process_environment({}, platform.environment)
    async with AsyncExitStack() as running:
        clients = []
        for number in range(count):
            log = folder / f"instance-{number}.log"
            instance = await running.enter_async_context(function_process(ROOT / file, environment, log))
            client = httpx.AsyncClient(base_url=instance.url, trust_env=False, timeout=20)
            clients.append(await running.enter_async_context(client))
        yield clients
