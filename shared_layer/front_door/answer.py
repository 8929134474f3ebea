"""An answer on its way out: status, headers and bytes, sent as two ASGI messages and nothing more."""

from __future__ import annotations

from typing import Final

from starlette.types import Receive, Scope, Send

from shared_layer.core.context import RequestContext
from shared_layer.core.errors import Problem
from shared_layer.core.json import dumps

Headers = list[tuple[bytes, bytes]]

SECURITY_HEADERS: Final[Headers] = [
    (b"x-content-type-options", b"nosniff"),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
    (b"cache-control", b"no-store"),
]
JSON: Final = (b"content-type", b"application/json")
PROBLEM_JSON: Final = (b"content-type", b"application/problem+json")


class Answer:
    """A complete answer. It is an ASGI application, so that the framework sends it like any Response."""

    __slots__ = ("body", "headers", "status_code")

    def __init__(self, status_code: int, headers: Headers, body: bytes = b"") -> None:
        self.status_code = status_code
        self.headers = headers
        self.body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (ASGI)
        length = (b"content-length", str(len(self.body)).encode())
        headers = self.headers if self.status_code == 204 else [*self.headers, length]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def problem_answer(problem: Problem, context: RequestContext, path: str) -> Answer:
    """The problem as application/problem+json."""
    body = dumps(problem.document(context.request_id, path))
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in problem.headers.items()]
    return Answer(problem.status, [PROBLEM_JSON, *headers], body)
