"""The platform on one machine: starts its processes, tells where it is, keeps them running, ends them in order.

    local cloud ─┐
    provisioning ├─ at once; each waits for what it needs ─→ demo tenant ─→ local.json ─→ banner
    functions   ─┘

At the end the functions finish what they have begun, then the cloud closes its files.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Coroutine, Sequence
from typing import Any, Final

from infra.local import programs
from infra.local.banner import Facts, banner
from infra.local.child import Child
from infra.local.environment import platform_variables, process_environment
from infra.local.folder import DataFolder
from infra.local.follow import follow
from infra.local.keeper import Keeper
from infra.local.options import Options, parse
from infra.local.ports import Ports
from infra.local.refusal import Refusal
from infra.local.screen import refuse, say
from infra.local.tenant import demo_tenant

_FUNCTIONS_DRAIN: Final = 2.5
_FUNCTIONS_PATIENCE: Final = 3.5
_CLOUD_PATIENCE: Final = 1.3
_PROVISION_WITHIN: Final = 60.0


class Platform:
    """Everything that runs on `folder` and `ports`."""

    def __init__(self, options: Options, folder: DataFolder, ports: Ports) -> None:
        self._options, self._folder, self._ports = options, folder, ports
        self._operator_key = folder.operator_key()
        self._variables = platform_variables(os.environ, ports, folder)
        environment = process_environment(os.environ, self._variables)
        self._cloud = Keeper(programs.local_cloud(ports, folder, environment, options.deliveries), say)
        self._functions = Keeper(programs.functions(ports, folder, environment, _FUNCTIONS_DRAIN), say)
        self._provisioning = Child(programs.provisioning(folder, environment), say)

    async def start(self) -> Facts:
        """Return once the platform answers and local.json says so. Raises Refusal where it cannot."""
        cloud, *_ = await _together(self._cloud.start(), self._functions.start(), self._provision())
        remembered = self._folder.remembered()
        state: dict[str, Any] = {
            "gateway": self._ports.gateway,
            "api_key": remembered.get("api_key", ""),
            "operator_key": self._operator_key,
            "tenant_id": remembered.get("tenant_id", ""),
            "services": {**cloud["services"], "runner": self._ports.functions},
            "environment": self._variables,
        }
        if self._options.demo:
            state["tenant_id"], state["api_key"] = await asyncio.to_thread(
                demo_tenant, self._ports.gateway, self._operator_key, remembered, unlimited=self._options.unlimited
            )
        self._folder.remember(state)
        api_key = state["api_key"] if self._options.demo else ""
        return Facts(self._ports.gateway, api_key, self._operator_key, str(self._folder.path))

    async def keep(self) -> None:
        """Keep both processes running. Raises Refusal where one of them cannot be."""
        await _together(self._cloud.keep(), self._functions.keep())

    async def stop(self) -> None:
        """End everything in order, within five seconds."""
        await self._provisioning.stop(0)
        await self._functions.stop(_FUNCTIONS_PATIENCE)
        await self._cloud.stop(_CLOUD_PATIENCE)

    def kill(self) -> None:
        """End everything now."""
        for part in (self._provisioning, self._functions, self._cloud):
            part.kill()

    async def _provision(self) -> None:
        await self._provisioning.start()
        await self._provisioning.ready(_PROVISION_WITHIN)


class Interrupts:
    """Ctrl-C, SIGTERM and a closed terminal: the first one ends the platform in order, the second one at once."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._asked = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._received)

    async def wait(self) -> None:
        """Return at the first one."""
        await self._asked.wait()

    def _received(self) -> None:
        if self._asked.is_set():
            self._platform.kill()
            return
        self._asked.set()
        say("\nStopping …")


async def supervise(options: Options, folder: DataFolder, ports: Ports, began: float) -> None:
    """Run the platform until it is told to end. Raises Refusal where it cannot start or go on.

    `began` is the moment of the monotonic clock from which the banner counts.
    """
    platform = Platform(options, folder, ports)
    interrupts = Interrupts(platform)
    logs = [folder.logs / "functions.log", folder.logs / "cloud.log"]
    following = asyncio.create_task(follow(logs if options.verbose else []))
    try:
        await _until(interrupts.wait(), _run(platform, began))
    finally:
        await platform.stop()
        following.cancel()


def main(arguments: Sequence[str] | None = None) -> int:
    """`./deploy.sh local`; answers the exit code."""
    began = time.monotonic()
    options = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        folder = DataFolder(options.data, fresh=options.fresh)
        asyncio.run(supervise(options, folder, Ports.choose(options.port), began))
    except Refusal as refusal:
        return refuse(refusal)
    say("Stopped.")
    return 0


async def _run(platform: Platform, began: float) -> None:
    facts = await platform.start()
    say(banner(facts, time.monotonic() - began))
    await platform.keep()


async def _until(end: Coroutine[Any, Any, None], work: Coroutine[Any, Any, None]) -> None:
    """Run `work` until it ends or `end` comes, whichever is first; what `work` raises is raised."""
    ending, working = asyncio.create_task(end), asyncio.create_task(work)
    await asyncio.wait((ending, working), return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if working.done():
        working.result()
        return
    working.cancel()
    await asyncio.wait((working,))


async def _together(*parts: Coroutine[Any, Any, Any]) -> list[Any]:
    """Run all at once; the first error cancels the others and is raised as it is."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
