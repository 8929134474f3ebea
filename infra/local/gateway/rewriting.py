"""What the gateway does to the headers of a call on its way to the function, and of the answer on its way back."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any, Final

from infra.local.gateway.asgi import Headers, Scope
from infra.local.gateway.routing import Route

HOP_BY_HOP: Final = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
"""Headers of one connection (RFC 9110, 7.6.1)."""

_OWN: Final = frozenset(
    (
        b"authorization",
        b"content-length",
        b"expect",
        b"host",
        b"x-apigateway-api-userinfo",
        b"x-forwarded-authorization",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-request-id",
    )
)
"""Headers that the gateway writes itself, whatever the caller sent."""

_DROPPED: Final = HOP_BY_HOP | _OWN
_SANE_REQUEST_ID: Final = re.compile(rb"^[A-Za-z0-9._-]{8,128}$")


@dataclass(frozen=True, slots=True)
class Caller:
    """What the gateway keeps of a call's headers: `passed` are the ones that go on as they are."""

    passed: Headers
    own: dict[bytes, bytes]
    size: int
    request_id: str


def read_headers(headers: Headers) -> Caller:
    """Sort a call's headers. `size` is what they take on the wire, in bytes."""
    passed: Headers = []
    own: dict[bytes, bytes] = {}
    connection = b""
    size = 0
    for pair in headers:
        name, value = pair
        size += len(name) + len(value) + 4
        if name not in _DROPPED:
            passed.append(pair)
        elif name == b"connection":
            connection = value
        elif name == b"x-forwarded-for" and name in own:
            own[name] += b", " + value
        else:
            own[name] = value
    if connection:
        named = {token.strip().lower() for token in connection.split(b",")}
        passed = [pair for pair in passed if pair[0] not in named]
    given = own.get(b"x-request-id", b"")
    request_id = given.decode() if _SANE_REQUEST_ID.match(given) else "req_" + os.urandom(12).hex()
    return Caller(passed, own, size, request_id)


def backend_scope(scope: Scope, route: Route, caller: Caller, authorization: bytes | None, length: int) -> Scope:
    """The scope under which the function sees the call; `length` is its body's, in bytes."""
    own = caller.own
    headers = caller.passed
    headers.append((b"host", route.host))
    client = scope.get("client")
    if client:
        former = own.get(b"x-forwarded-for")
        address = str(client[0]).encode()
        headers.append((b"x-forwarded-for", former + b", " + address if former else address))
    headers.append((b"x-forwarded-proto", str(scope.get("scheme", "http")).encode()))
    headers.append((b"x-forwarded-host", own.get(b"host", b"")))
    headers.append((b"x-request-id", caller.request_id.encode()))
    if length or b"content-length" in own or b"transfer-encoding" in own:
        headers.append((b"content-length", str(length).encode()))
    sent = own.get(b"authorization")
    if authorization is None:
        if sent is not None:
            headers.append((b"authorization", sent))
    else:
        headers.append((b"authorization", authorization))
        if sent is not None:
            headers.append((b"x-forwarded-authorization", sent))
    changed: dict[str, Any] = {**scope, "headers": headers, "root_path": "", "state": {}}
    if route.base_path:
        changed["path"] = route.base_path + scope["path"]
        changed["raw_path"] = route.base_path.encode() + raw_path(scope)
    return changed


def raw_path(scope: Scope) -> bytes:
    """The path as it was sent, undecoded and without the query."""
    raw = scope.get("raw_path")
    return raw if isinstance(raw, bytes) else str(scope["path"]).encode()


def answer_headers(headers: Headers, request_id: str) -> Headers:
    """The function's headers without those of its connection, and with a request id where it gave none."""
    kept = [pair for pair in headers if pair[0].lower() not in HOP_BY_HOP]
    if not any(name.lower() == b"x-request-id" for name, _ in kept):
        kept.append((b"x-request-id", request_id.encode()))
    return kept
