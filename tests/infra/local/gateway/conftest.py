"""A gateway before functions of a test's own, called without a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.local.clock import ManualClock
from infra.local.gateway import Gateway

App = Callable[[Any, Any, Any], Awaitable[None]]


class Issuer:
    """Signs tokens that say what they are for, and counts them."""

    def __init__(self) -> None:
        self.issued = 0

    def token(self, audience: str, email: str) -> str:
        self.issued += 1
        return f"{email}->{audience}#{self.issued}"


@dataclass
class Answer:
    """What a caller received. `complete` is false where the end of the body never came."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    chunks: int = 0
    complete: bool = False

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Seen:
    """The call as a function saw it."""

    scope: dict[str, Any] = field(default_factory=dict)
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The only value of a header; None where it was not sent."""
        values = [value for key, value in self.headers if key == name]
        assert len(values) <= 1
        return values[0] if values else None


class Stage:
    """A gateway, the functions behind it by address, and what they saw."""

    def __init__(self) -> None:
        self.seen = Seen()
        self.issuer = Issuer()
        self.clock = ManualClock()
        self.apps: dict[str, App] = {"http://fn": self.echo}
        self.gateway = Gateway(self.spec(), self.apps.__getitem__, self.issuer, "gateway@p.example", self.clock)

    @staticmethod
    def spec(deadline: float = 5.0, path: str = "/api/v1/things/{id}", **backend: Any) -> dict[str, Any]:
        target = {"address": "http://fn", "deadline": deadline, "jwt_audience": "https://fn.example", **backend}
        call = {"operationId": "call", "x-google-backend": target}
        return {"swagger": "2.0", "paths": {path: {"get": call, "post": call}}}

    async def echo(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = [(name.decode(), value.decode()) for name, value in scope["headers"]]
        self.seen = Seen(scope, headers, body)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"done"})

    def serve(self, app: App, **spec: Any) -> None:
        """Put `app` behind the gateway's only operation."""
        self.apps["http://fn"] = app
        self.gateway.reload(self.spec(**spec))

    @staticmethod
    def empty_answer() -> Answer:
        return Answer()

    async def call(
        self,
        method: str = "GET",
        path: str = "/api/v1/things/7",
        headers: dict[str, str] | None = None,
        chunks: tuple[bytes, ...] = (b"",),
        hang_up: asyncio.Event | None = None,
        answer: Answer | None = None,
    ) -> Answer:
        """Call the gateway; the caller hangs up when `hang_up` is set. `answer` is filled while it arrives."""
        answer = answer if answer is not None else Answer()
        pending = list(chunks)

        async def receive() -> dict[str, Any]:
            if pending:
                return {"type": "http.request", "body": pending.pop(0), "more_body": bool(pending)}
            await (hang_up or asyncio.Event()).wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                answer.body += message.get("body", b"")
                answer.chunks += 1
                answer.complete = not message.get("more_body", False)

        bare, _, query = path.partition("?")
        given = {"host": "api.example", **(headers or {})}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": bare,
            "raw_path": bare.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
            "client": ("203.0.113.9", 4711),
            "server": ("127.0.0.1", 8080),
        }
        await self.gateway(scope, receive, send)
        return answer


@pytest.fixture
def stage() -> Stage:
    return Stage()
