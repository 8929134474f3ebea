"""The platform for functional tests: the real local cloud in a process of its own, gateway and functions in this one.

async def test_x(platform):
    tenant_id, api_key = await platform.tenant()
    answer = await platform.gateway.get("/api/v1/campaigns", headers={"X-API-Key": api_key})
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from infra.local import programs
from infra.local.child import Child
from infra.local.environment import platform_variables, process_environment
from infra.local.folder import DataFolder
from infra.local.gateway.asgi import ASGIApp, Receive, Scope, Send
from infra.local.identity import Issuer
from infra.local.options import ROOT
from infra.local.ports import Ports
from infra.local.rest import RestServer
from infra.local.runner import Deployment
from shared_layer.core import endings
from shared_layer.core.settings import settings

_START_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class LocalPlatform:
    """A running platform.

    `gateway` calls the gateway in process (an answer arrives whole; for streams use `url`, where the same gateway
    listens); `functions_url` is where each function is at its slug; `environment` is what the functions see.
    """

    gateway: httpx.AsyncClient
    url: str
    functions_url: str
    operator_key: str
    environment: dict[str, str]
    deployment: Deployment

    async def tenant(self, plan: str = "unlimited") -> tuple[str, str]:
        """A new tenant: `(tenant_id, api_key)`, the key holding every scope that a tenant may have."""
        name = f"Tenant {uuid.uuid4().hex[:8]}"
        made = await self.gateway.post(
            "/api/v1/tenants",
            headers={"X-API-Key": self.operator_key, "Idempotency-Key": uuid.uuid4().hex},
            json={"name": name, "owner_email": "owner@tenant.example", "plan": plan},
        )
        assert made.status_code == 201, made.text
        return made.json()["tenant"]["id"], made.json()["api_key"]["key"]


@asynccontextmanager
async def running_platform(data: Path) -> AsyncIterator[LocalPlatform]:
    """A platform over `data`, on free ports, provisioned; ended when the context is left."""
    folder, ports = DataFolder(data), Ports.choose(0)
    operator_key = folder.operator_key()
    variables = platform_variables({}, ports, folder)
    environment = process_environment(os.environ, variables)
    former = dict(os.environ)
    children = [
        Child(programs.local_cloud(ports, folder, environment), print),
        Child(programs.provisioning(folder, environment), print),
    ]
    os.environ.update(variables)
    settings.cache_clear()
    try:
        for child in children:
            await child.start()
        deployment = Deployment(ROOT, data, ports.gateway, ports.functions, Issuer(data / "identity"), print)
        servers = [
            RestServer(deployment.gateway, ports.gateway_socket),
            RestServer(deployment.runner, ports.functions_socket, websockets=True),
        ]
        for server in servers:
            await server.start()
        for child in children:
            await child.ready(_START_WITHIN)
        transport = httpx.ASGITransport(app=_in_a_task_of_its_own(deployment.gateway))
        async with httpx.AsyncClient(transport=transport, base_url=ports.gateway) as gateway:
            yield LocalPlatform(gateway, ports.gateway, ports.functions, operator_key, variables, deployment)
        await endings.end()
        for server in servers:
            await server.stop(grace=2.0)
    finally:
        for child in reversed(children):
            await child.stop(patience=5.0)
        folder.release()
        os.environ.clear()
        os.environ.update(former)
        settings.cache_clear()


def _in_a_task_of_its_own(app: ASGIApp) -> ASGIApp:
    """As a server calls it: what a request sets for its own length (its deadline, its id) is not left to the test."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.create_task(app(scope, receive, send))  # type: ignore[arg-type]

    return call
