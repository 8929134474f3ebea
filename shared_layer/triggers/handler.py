"""`@on_event`, `@on_document`, `@on_schedule`, `@on_object`: one handler, declared where it is written.

Each is served over HTTP like an operation; Pub/Sub push, Eventarc and Scheduler are its callers. Handlers run at least
once: an event handler's effects belong on its Unit, which is committed with its inbox record; other effects must be
harmless when repeated.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Literal

import orjson
from starlette.requests import Request

from shared_layer.core.context import RequestContext
from shared_layer.core.declaration import (
    AnyDeclaration,
    DocumentHandler,
    EventHandler,
    ObjectHandler,
    Resources,
    ScheduleHandler,
    declare,
    described,
)
from shared_layer.core.logs import log
from shared_layer.core.signature import read_signature
from shared_layer.front_door.shedding import Capacity
from shared_layer.messaging.envelope import Envelope
from shared_layer.messaging.message import (
    DocumentChange,
    Message,
    UnreadableDelivery,
    document_pattern,
    read_document_change,
)
from shared_layer.messaging.object_change import ObjectChange
from shared_layer.messaging.unit import Unit
from shared_layer.triggers.delivery import Work, deliver, take_event, take_message

Handler = Callable[..., Awaitable[Any]]
Served = Callable[[Request], Awaitable[Any]]
Take = Callable[[Request, RequestContext, EventHandler], Awaitable[None]]


def _served(handler: Handler, declaration: AnyDeclaration, work: Work) -> Served:
    capacity = Capacity(declaration.name, declaration.resources.concurrency)

    @functools.wraps(handler)
    async def serve(request: Request) -> Any:
        return await deliver(request, declaration, work, capacity)

    declare(serve, declaration)
    return serve


async def _carry_out(declaration: AnyDeclaration, context: RequestContext, found: Any = None) -> None:
    """Give the handler what it asks for, by type: what was `found` and a unit of work, which is then committed."""
    unit = Unit(context, context.tenant_id, declaration.emits)
    given = {type(found): found, Unit: unit}
    await declaration.handler(**{name: given[kind] for name, kind in declaration.signature.injected.items()})
    await unit.commit()


async def _take(take: Take, declaration: EventHandler, request: Request, context: RequestContext) -> None:
    try:
        await take(request, context, declaration)
    except UnreadableDelivery as error:
        log("ERROR", "unreadable_delivery", str(error))


def on_event(
    topics: tuple[str, ...],
    *,
    event_types: tuple[str, ...] = (),
    raw: bool = False,
    contended: bool = False,
    max_attempts: int = 5,
    deadline: float = 60.0,
    emits: tuple[str, ...] = (),
    resources: Resources | None = None,
) -> Callable[[Handler], Served]:
    """Call an async function for each event of `topics` (of `event_types`, where given).

    Its parameters are taken by type: Envelope, a payload model, Message, Unit. With `raw` it gets any message as it is,
    without envelope and inbox. After `max_attempts` (5 to 100) failures of its own the event becomes a dead letter;
    while what it needs is away it is delivered further, for hours. One that is `contended` reads and stages anew at
    once where its commit finds that somebody else came first.
    """

    def decorate(handler: Handler) -> Served:
        declaration = EventHandler(
            **described(handler),
            topics=topics,
            event_types=event_types,
            raw=raw,
            contended=contended,
            max_attempts=max_attempts,
            deadline=deadline,
            emits=emits,
            resources=resources or Resources(),
            handler=handler,
            signature=read_signature(handler, (), (Envelope, Message, Unit)),
        )
        return _served(handler, declaration, partial(_take, take_message if raw else take_event, declaration))

    return decorate


def on_document(
    document: str,
    *,
    change: Literal["created", "updated", "deleted", "written"] = "written",
    deadline: float = 60.0,
    emits: tuple[str, ...] = (),
    resources: Resources | None = None,
) -> Callable[[Handler], Served]:
    """Call an async function for each change of the documents that match `document`: takes DocumentChange, Unit."""

    def decorate(handler: Handler) -> Served:
        declaration = DocumentHandler(
            **described(handler),
            document=document,
            change=change,
            deadline=deadline,
            emits=emits,
            resources=resources or Resources(),
            handler=handler,
            signature=read_signature(handler, (), (DocumentChange, Unit)),
        )
        pattern = document_pattern(document)

        async def work(request: Request, context: RequestContext) -> None:
            try:
                found = read_document_change(dict(request.scope["headers"]), await request.body(), pattern)
            except UnreadableDelivery as error:
                log("ERROR", "unreadable_delivery", str(error))
                return
            context.tenant_id = found.parameters.get("tenant_id", "")
            await _carry_out(declaration, context, found)

        return _served(handler, declaration, work)

    return decorate


def on_schedule(
    cron: str,
    *,
    time_zone: str = "UTC",
    deadline: float = 300.0,
    emits: tuple[str, ...] = (),
    resources: Resources | None = None,
) -> Callable[[Handler], Served]:
    """Call an async function at each tick of a cron expression; it may take a Unit."""

    def decorate(handler: Handler) -> Served:
        declaration = ScheduleHandler(
            **described(handler),
            cron=cron,
            time_zone=time_zone,
            deadline=deadline,
            emits=emits,
            resources=resources or Resources(),
            handler=handler,
            signature=read_signature(handler, (), (Unit,)),
        )

        async def work(request: Request, context: RequestContext) -> None:
            moment = request.headers.get("x-cloudscheduler-scheduletime", "")
            context.labels["schedule_time"] = moment
            await _carry_out(declaration, context)

        return _served(handler, declaration, work)

    return decorate


def on_object(
    bucket: str,
    *,
    deadline: float = 300.0,
    emits: tuple[str, ...] = (),
    resources: Resources | None = None,
) -> Callable[[Handler], Served]:
    """Call an async function when an object of `bucket` is finalized; it takes ObjectChange and Unit."""

    def decorate(handler: Handler) -> Served:
        declaration = ObjectHandler(
            **described(handler),
            bucket=bucket,
            deadline=deadline,
            emits=emits,
            resources=resources or Resources(),
            handler=handler,
            signature=read_signature(handler, (), (ObjectChange, Unit)),
        )

        async def work(request: Request, context: RequestContext) -> None:
            found = ObjectChange.of(orjson.loads(await request.body()))
            context.tenant_id = found.metadata.get("tenant_id", "")
            await _carry_out(declaration, context, found)

        return _served(handler, declaration, work)

    return decorate
