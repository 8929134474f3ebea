"""An answer on its way out: status, headers and bytes, sent as two ASGI messages and nothing more."""

from __future__ import annotations

from typing import Any, Final, Literal

from starlette.types import Receive, Scope, Send

from shared_layer.core.context import RequestContext
from shared_layer.core.errors import Problem
from shared_layer.core.json import dumps

Headers = list[tuple[bytes, bytes]]

SECURITY_HEADERS: Final[Headers] = [
    (b"x-content-type-options", b"nosniff"),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
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
        length = (b"content-length", b"%d" % len(self.body))
        headers = self.headers if self.status_code == 204 else [*self.headers, length]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


Dialect = Literal["openai"]
"""Another API whose clients are to understand our problems."""

_OPENAI_TYPES: Final = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def problem_answer(problem: Problem, context: RequestContext, path: str, dialect: Dialect | None = None) -> Answer:
    """The problem as application/problem+json; in OpenAI's dialect with the `error` member that its clients read, and
    with 400 for what is 422 here: they know of a BadRequestError.
    """
    document, status = problem.document(context.request_id, path), problem.status
    if dialect == "openai":
        status = 400 if status == 422 else status
        document |= {"status": status, "error": _openai_error(problem)}
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in problem.headers.items()]
    return Answer(status, [PROBLEM_JSON, *headers], dumps(document))


def _openai_error(problem: Problem) -> dict[str, Any]:
    """OpenAI's error object: the provider's own code where a provider refused, ours otherwise."""
    kind = "server_error" if problem.status >= 500 else "invalid_request_error"
    errors = problem.fields.get("errors")
    return {
        "message": f"{problem.detail} {errors[0]['pointer']}: {errors[0]['detail']}" if errors else problem.detail,
        "type": _OPENAI_TYPES.get(problem.status, kind),
        "param": problem.fields.get("param") or (errors[0]["pointer"][1:].replace("/", ".") if errors else None),
        "code": problem.fields.get("provider_code") or _openai_code(problem),
    }


def _openai_code(problem: Problem) -> str:
    """OpenAI's own code where there is one that says the same."""
    if problem.status == 404 and problem.fields.get("param") == "model":
        return "model_not_found"
    return {"unauthenticated": "invalid_api_key", "rate_limited": "rate_limit_exceeded"}.get(problem.code, problem.code)
