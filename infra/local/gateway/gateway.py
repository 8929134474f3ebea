"""The gateway as an ASGI application."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from infra.local.clock import Clock, SystemClock
from infra.local.gateway import problems
from infra.local.gateway.asgi import ASGIApp, Receive, Scope, Send
from infra.local.gateway.exchange import BodyTooLargeError, CallerGoneError, Exchange, Outcome, read_body
from infra.local.gateway.rewriting import Caller, backend_scope, raw_path, read_headers
from infra.local.gateway.routing import Route, RoutingTable
from infra.local.gateway.tokens import Identity, TokenIssuer

HEADER_LIMIT: Final = 60 << 10

_REFUSALS: Final = {
    Outcome.LATE: problems.DEADLINE_EXCEEDED,
    Outcome.FAILED: problems.BACKEND_FAILED,
    Outcome.MISSING: problems.BACKEND_MISSING,
}


class Gateway:
    """Executes an OpenAPI 2.0 document: finds a call's operation, and calls its backend as itself.

    `forward` answers the application behind an operation's `address` (LookupError where it does not run); `issuer`
    signs the tokens with which the service account `identity` calls. The function sees the whole path it was called
    under, the gateway's token in Authorization, and the caller's own Authorization in X-Forwarded-Authorization.

    The deadline is the backend's for its whole answer, as with Google. An answer that has not begun by then becomes
    504; one that has is cut off, by closing the connection without the end of the body.

    Two things are kinder than Google's gateway: answers pass as they come (Google's buffers them whole, so that a
    stream arrives at its end), and refusals are problem documents. A call's body is read whole before it goes on.
    """

    def __init__(
        self,
        spec: Mapping[str, Any],
        forward: Callable[[str], ASGIApp],
        issuer: TokenIssuer,
        identity: str,
        clock: Clock | None = None,
    ) -> None:
        self._table = RoutingTable(spec)
        self._forward = forward
        self._identity = Identity(issuer, identity, clock or SystemClock())

    def reload(self, spec: Mapping[str, Any]) -> None:
        """Execute another document from the next call on. Calls under way end as they began; a bad one changes nothing.

        Raises ValueError as the constructor does.
        """
        self._table = RoutingTable(spec)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._call(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "API Gateway has no WebSocket"})

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = read_headers(scope["headers"])
        path = raw_path(scope).decode("latin-1")
        if caller.size > HEADER_LIMIT:
            await problems.HEADERS_TOO_LARGE.send(send, caller.request_id, path)
            return
        route, allowed = self._table.find(scope["method"], path)
        if route is None:
            if allowed:
                extra = [(b"allow", ", ".join(allowed).encode())]
                await problems.METHOD_NOT_ALLOWED.send(send, caller.request_id, path, extra)
            else:
                await problems.NOT_FOUND.send(send, caller.request_id, path)
            return
        try:
            body = await read_body(receive, caller.own.get(b"content-length"))
        except BodyTooLargeError:
            await problems.BODY_TOO_LARGE.send(send, caller.request_id, path, [(b"connection", b"close")])
            return
        except CallerGoneError:
            return
        await self._exchange(Exchange(body, caller.request_id, receive, send), scope, route, caller, len(body), send)

    async def _exchange(
        self, exchange: Exchange, scope: Scope, route: Route, caller: Caller, length: int, send: Send
    ) -> None:
        try:
            app = self._forward(route.address)
        except LookupError:
            outcome = Outcome.MISSING
        else:
            token = None if route.audience is None else self._identity.authorization(route.audience)
            outcome = await exchange.run(app, backend_scope(scope, route, caller, token, length), route.deadline)
        refusal = _REFUSALS.get(outcome)
        if refusal is not None and not exchange.begun:
            await refusal.send(send, caller.request_id, raw_path(scope).decode("latin-1"))


async def _live(receive: Receive, send: Send) -> None:
    """Answer a server's lifespan messages: the gateway has nothing to start or stop."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
