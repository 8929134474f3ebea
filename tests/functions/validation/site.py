"""A site on loopback whose pages answer as they are told, and which remembers how it was asked."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from infra.local.rest import RestServer
from shared_layer.core.settings import settings


@dataclass(slots=True)
class Site:
    """`pages`: path → the status of each method, `{"HEAD": 405, "GET": 200}`; a number stands for both."""

    url: str
    pages: dict[str, int | dict[str, int]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        self.asked.append(f"{request.method} {request.url.path}")
        told = self.pages.get(request.url.path, 404)
        status = told if isinstance(told, int) else told.get(request.method, 404)
        await Response(b"page" if request.method == "GET" else b"", status)(scope, receive, send)

    def link(self, path: str) -> str:
        """A link to a page, as markup."""
        return f'<a href="{self.url}{path}">{path}</a>'


@asynccontextmanager
async def serving() -> AsyncIterator[Site]:
    """A site that the operator vouches for, until the context is left."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    site = Site(f"http://127.0.0.1:{port}")
    server = RestServer(site, listener)
    await server.start()
    former = os.environ.get("XYNERGY_WEBHOOK_RECEIVERS", "")
    os.environ["XYNERGY_WEBHOOK_RECEIVERS"] = f"{former},127.0.0.1:{port}"
    settings.cache_clear()
    try:
        yield site
    finally:
        os.environ["XYNERGY_WEBHOOK_RECEIVERS"] = former
        settings.cache_clear()
        await server.stop(grace=1.0)
