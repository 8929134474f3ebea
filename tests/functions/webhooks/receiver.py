"""A receiver of webhooks on loopback: remembers what it was sent, and answers as it is told."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from infra.local.rest import RestServer
from shared_layer.core.settings import settings


@dataclass(frozen=True, slots=True)
class Got:
    """One call."""

    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> Any:
        return orjson.loads(self.body)


@dataclass(slots=True)
class Receiver:
    """`answers` are used up one by one, as (status, headers); then it answers 204."""

    url: str
    got: list[Got] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    body: bytes = b""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        self.got.append(Got(dict(request.headers), await request.body()))
        status, headers = self.answers.pop(0) if self.answers else (204, {})
        await Response(self.body if status != 204 else b"", status, headers)(scope, receive, send)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that the operator vouches for, until the context is left."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    receiver = Receiver(f"http://127.0.0.1:{port}/hooks")
    server = RestServer(receiver, listener)
    await server.start()
    former = os.environ.get("XYNERGY_WEBHOOK_RECEIVERS", "")
    os.environ["XYNERGY_WEBHOOK_RECEIVERS"] = f"{former},127.0.0.1:{port}"
    settings.cache_clear()
    try:
        yield receiver
    finally:
        os.environ["XYNERGY_WEBHOOK_RECEIVERS"] = former
        settings.cache_clear()
        await server.stop(grace=1.0)
