"""`@endpoint`: one operation, declared where it is written."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.websockets import WebSocket

from shared_layer.core.caller import Caller
from shared_layer.core.declaration import (
    PATH_PARAMETER,
    HttpOperation,
    Idempotency,
    Resources,
    Tier,
    declare,
    described,
)
from shared_layer.core.signature import read_signature
from shared_layer.front_door import lifecycle
from shared_layer.front_door.answer import Dialect
from shared_layer.front_door.door import Door
from shared_layer.messaging.unit import Unit

Served = Callable[[Request], Awaitable[Any]]
INJECTABLE = (Caller, Unit, Request)


def endpoint(
    method: str,
    path: str,
    *,
    scope: str,
    tier: Tier = "standard",
    status: int = 200,
    idempotency: Idempotency = "none",
    sealed: bool = False,
    streams: bool = False,
    websocket: bool = False,
    body_limit: int = 1 << 20,
    while_suspended: bool = False,
    deadline: float = 15.0,
    emits: tuple[str, ...] = (),
    resources: Resources | None = None,
    compatible: Dialect | None = None,
) -> Callable[[Callable[..., Awaitable[Any]]], Served]:
    """Make an async function the HTTP operation `method` on `path`.

    `scope` is what the caller's key must hold ("public": no key); `tier` which rate counts; `idempotency` whether an
    Idempotency-Key is ignored, honoured or demanded; `sealed` that a stored answer is encrypted with the caller's key;
    `streams` that the answer may come piece by piece; `websocket` that this is a conversation, for which the handler
    takes a WebSocket (a plain call is answered with 426); `deadline` is in seconds, `body_limit` in bytes; `emits`
    names every event type that the function stages; `while_suspended` that a suspended tenant may call it, which is
    for its bill and its own data only;
    `compatible` adds to every problem the error that clients of another API look for.
    """

    def decorate(handler: Callable[..., Awaitable[Any]]) -> Served:
        names = tuple(PATH_PARAMETER.findall(path))
        operation = HttpOperation(
            **described(handler),
            method=method.upper(),
            path=path,
            scope=scope,
            tier=tier,
            status=101 if websocket else status,
            idempotency=idempotency,
            sealed=sealed,
            streams=streams or websocket,
            websocket=websocket,
            body_limit=body_limit,
            while_suspended=while_suspended,
            deadline=deadline,
            emits=emits,
            resources=resources or Resources(),
            handler=handler,
            signature=read_signature(handler, names, (*INJECTABLE, WebSocket) if websocket else INJECTABLE),
        )
        serve = _admitting(Door(operation, compatible), handler)
        declare(serve, operation)
        if websocket:
            from shared_layer.front_door.socket_door import SocketDoor, attach

            attach(serve, SocketDoor(operation))
        return serve

    return decorate


def _admitting(door: Door, handler: Callable[..., Awaitable[Any]]) -> Served:
    """What the framework calls: a place in the capacity, the door, and what is left to do when the instance ends."""
    capacity = door.capacity

    @functools.wraps(handler)
    async def serve(request: Request) -> Any:
        if capacity.running < capacity.limit:
            capacity.running += 1
        elif not await capacity.wait():
            return door.refuse(request)
        if not lifecycle.watching:
            lifecycle.watch()
        try:
            return await door.serve(request)
        finally:
            capacity.leave()
            if lifecycle.ending:
                await lifecycle.flush()

    return serve
