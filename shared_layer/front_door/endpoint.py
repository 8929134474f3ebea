"""`@endpoint`: one operation, declared where it is written."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypedDict, Unpack

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
from shared_layer.front_door.shedding import BRISK
from shared_layer.messaging.unit import Unit

Handler = Callable[..., Awaitable[Any]]
Served = Callable[[Request], Awaitable[Any]]
INJECTABLE = (Caller, Unit, Request)


class Options(TypedDict, total=False):
    """What an operation may declare beside its method, path and scope. HttpOperation has what holds otherwise."""

    tier: Tier
    """Which rate counts."""
    status: int
    """Of a success."""
    idempotency: Idempotency
    """Whether an Idempotency-Key is ignored, honoured or demanded."""
    sealed: bool
    """A stored answer is encrypted with the caller's key."""
    streams: bool
    """The answer may come piece by piece."""
    websocket: bool
    """It is a conversation, for which the handler takes a WebSocket; a plain call is answered with 426."""
    body_limit: int
    """In bytes."""
    while_suspended: bool
    """A suspended tenant may call it, which is for its bill and its own data only."""
    deferrable: bool
    """A result whose `deferred` is true is answered with 202: its work is still to be done."""
    deadline: float
    """In seconds."""
    emits: tuple[str, ...]
    """Every event type that the function stages."""
    resources: Resources


def endpoint(
    method: str, path: str, *, scope: str, compatible: Dialect | None = None, **options: Unpack[Options]
) -> Callable[[Handler], Served]:
    """Make an async function the HTTP operation `method` on `path`.

    `scope` is what the caller's key must hold ("public": no key); `compatible` adds to every problem the error that
    clients of another API look for.
    """
    if options.get("websocket"):
        options |= {"status": 101, "streams": True}
    injectable = (*INJECTABLE, WebSocket) if options.get("websocket") else INJECTABLE

    def decorate(handler: Handler) -> Served:
        signature = read_signature(handler, tuple(PATH_PARAMETER.findall(path)), injectable)
        known = described(handler)
        operation = HttpOperation(
            **known, method=method.upper(), path=path, scope=scope, handler=handler, signature=signature, **options
        )
        return _served(operation, compatible)

    return decorate


def _served(operation: HttpOperation, compatible: Dialect | None) -> Served:
    """What the framework calls, the declaration attached to it."""
    serve = _admitting(Door(operation, compatible), operation.handler)
    declare(serve, operation)
    if operation.websocket:
        from shared_layer.front_door.socket_door import SocketDoor, attach

        attach(serve, SocketDoor(operation))
    return serve


def _admitting(door: Door, handler: Handler) -> Served:
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
            if capacity.running > BRISK and capacity.pass_is_full():
                await capacity.next_pass()
            return await door.serve(request)
        finally:
            capacity.leave()
            if lifecycle.ending:
                await lifecycle.flush()

    return serve
