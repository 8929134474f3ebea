"""An archive in an environment of its own requirements: it starts as the buildpack starts it, and answers."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from infra.local.options import ROOT
from infra.manifest.collect import collect
from infra.package.archive import Package
from infra.package.cold_start import Scale
from infra.package.environment import unpacked
from infra.package.reach import reach_of
from tests.infra.package.conftest import Packed

SOCKET = "follow_live_socket"

IMPORT_ALL = """
import importlib, json, sys
for name in json.load(sys.stdin):
    module, _, attribute = name.rpartition(".")
    try:
        importlib.import_module(name)
    except ImportError:
        getattr(importlib.import_module(module), attribute)
"""


@asynccontextmanager
async def running(package: Package, python: Path, folder: Path, *command: str) -> AsyncIterator[httpx.AsyncClient]:
    """The archive, served; nothing of this repository or its environment is on its path."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    unpacked(package, folder)
    variables = {"PATH": os.environ["PATH"], "PORT": str(port), "HOST": "127.0.0.1", "REDIS_URL": "redis://127.0.0.1:1"}
    with subprocess.Popen(  # noqa: ASYNC220 (it is started, not waited for)
        [str(python), *[part.replace("PORT", str(port)) for part in command]],
        cwd=folder,
        env={**variables, "FIRESTORE_EMULATOR_HOST": "127.0.0.1:1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as server:
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                await _listening(client, server)
                yield client
        finally:
            server.terminate()


async def _listening(client: httpx.AsyncClient, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise AssertionError(server.stderr.read().decode() if server.stderr else "it ended")
        try:
            await client.get("/robots.txt")
            return
        except httpx.TransportError:
            await asyncio.sleep(0.05)
    raise AssertionError("it does not listen")


async def answers(package: Package, scale: Scale, folder: Path) -> None:
    framework = ("-m", "functions_framework", "--target", package.name)
    async with running(package, scale.python_of(package), folder, *framework) as client:
        answer = await client.post("/nowhere", content=b"{}")
        assert answer.status_code < 500, package.name
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", (package.name, answer.text)
            assert answer.json()["request_id"]
    shutil.rmtree(folder)


async def all_answer(packages: Iterable[Package], scale: Scale, folder: Path) -> None:
    """Each starts and answers, as many at a time as there are processors."""
    waiting = [package for package in packages if package.name != SOCKET]
    free = asyncio.Semaphore(os.cpu_count() or 1)

    async def one(package: Package) -> None:
        async with free:
            await answers(package, scale, folder / package.name)

    await asyncio.gather(*(one(package) for package in waiting))


def everything_that_they_may_import_is_there(packages: Iterable[Package], scale: Scale) -> None:
    """Also what is imported inside functions; those of like requirements share an environment and are asked at once."""
    modules = {declaration.name: declaration.module for declaration in collect(ROOT).declarations}
    wanted: dict[Path, set[str]] = defaultdict(set)
    for package in packages:
        wanted[scale.python_of(package)] |= reach_of(ROOT, modules[package.name]).external
    for python, names in wanted.items():
        done = subprocess.run(
            [str(python), "-c", IMPORT_ALL], input=json.dumps(sorted(names)), text=True, capture_output=True
        )
        assert done.returncode == 0, done.stderr[-2000:]


async def test_a_few_archives_with_every_distribution_among_them_start_alone_and_answer(
    representatives: list[Package], scale: Scale, folder: Path
) -> None:
    assert len(representatives) > 1
    await all_answer(representatives, scale, folder)
    everything_that_they_may_import_is_there(representatives, scale)


@pytest.mark.long
async def test_every_archive_starts_alone_and_answers(packed: Packed, scale: Scale, folder: Path) -> None:
    await all_answer(packed.values(), scale, folder)


@pytest.mark.long
def test_every_archive_can_import_all_that_it_may(packed: Packed, scale: Scale) -> None:
    everything_that_they_may_import_is_there(packed.values(), scale)


async def test_a_function_with_a_websocket_is_served_whole_by_its_own_server(
    packed: Packed, scale: Scale, folder: Path
) -> None:
    package = packed[SOCKET]
    uvicorn = ("-m", "uvicorn", "main:app", "--port", "PORT", "--ws", "websockets-sansio", "--log-level", "error")
    async with running(package, scale.python_of(package), folder, *uvicorn) as client:
        answer = await client.get("/api/v1/live/socket")
        assert answer.headers["content-type"] == "application/problem+json"
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        refused = await client.get("/", headers={**upgrade, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})
        assert refused.status_code == 401
        assert refused.json()["code"] == "unauthenticated"


def test_the_environments_hold_nothing_else(packed: Packed, scale: Scale) -> None:
    listing = "import importlib.metadata as m, json; print(json.dumps([d.metadata['Name'] for d in m.distributions()]))"
    package = packed["get_campaign"]
    told = subprocess.run([str(scale.python_of(package)), "-c", listing], text=True, capture_output=True, check=True)
    found = {name.lower().replace("_", "-").replace(".", "-") for name in json.loads(told.stdout)}
    assert found == set(package.distributions)
    assert Path(sys.prefix) not in scale.python_of(package).parents
