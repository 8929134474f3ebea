"""What happens around every delivery: the caller's identity, the trace, the inbox, the deadline, and what is told.

A 2xx answer acknowledges; anything else asks for another delivery. What no retry can mend is acknowledged, and kept
as a dead letter with the reason.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request

from shared_layer.access.identity_tokens import verify_identity
from shared_layer.core import json, logs
from shared_layer.core.context import RequestContext, enter
from shared_layer.core.declaration import Declaration, EventHandler
from shared_layer.core.errors import Conflict, Overloaded, Problem, Unauthenticated
from shared_layer.core.ids import new_request_id
from shared_layer.core.settings import settings
from shared_layer.core.trace import trace_ids
from shared_layer.front_door import lifecycle
from shared_layer.front_door.answer import Answer, problem_answer
from shared_layer.front_door.failures import as_problem
from shared_layer.front_door.shedding import BRISK, Capacity
from shared_layer.messaging import inbox
from shared_layer.messaging.dead_letters import send_to_dead_letters, settle, settle_replayed
from shared_layer.messaging.envelope import Envelope
from shared_layer.messaging.message import Message, read_push
from shared_layer.messaging.redelivery import DEAD_LETTER, REPLAY_FOR
from shared_layer.messaging.registry import EVENT_TYPES, EventPayload, read_payload
from shared_layer.messaging.unit import Unit
from shared_layer.storage import metrics
from shared_layer.storage.retry_budget import pause

Work = Callable[[Request, RequestContext], Awaitable[None]]
ACKNOWLEDGED: Final = 204
CONTENDED_TRIES: Final = 12
PASSING: Final = frozenset({409, 429, 502, 503, 504})
"""The problems that are none of the event's own: somebody else was quicker, or what the handler needs is away."""


async def deliver(request: Request, declaration: Declaration, work: Work, capacity: Capacity) -> Answer:
    """Run `work` for one verified delivery; never raises. A delivery that there is no room for comes again later."""
    if capacity.running < capacity.limit:
        capacity.running += 1
    elif not await capacity.wait():
        return Answer(Overloaded.status, [(b"retry-after", b"1")])
    if not lifecycle.watching:
        lifecycle.watch()
    try:
        if capacity.running > BRISK and capacity.pass_is_full():
            await capacity.next_pass()
        answer = await _deliver(request, declaration, work)
    finally:
        capacity.leave()
    if lifecycle.ending:
        await lifecycle.flush()
    return answer


async def _deliver(request: Request, declaration: Declaration, work: Work) -> Answer:
    started = time.perf_counter()
    headers = dict(request.scope["headers"])
    trace_id, span_id = trace_ids(headers.get(b"traceparent", b"").decode("latin-1"), None)
    context = RequestContext(
        request_id=new_request_id(),
        trace_id=trace_id,
        span_id=span_id,
        service=declaration.service.name,
        function=declaration.name,
        deadline=asyncio.get_running_loop().time() + declaration.deadline,
    )
    enter(context)
    try:
        async with asyncio.timeout_at(context.deadline):
            await _verify(headers)
            await work(request, context)
        answer = Answer(ACKNOWLEDGED, [])
    except Exception as error:  # noqa: BLE001 (the border: everything becomes a problem, the unknown is logged)
        answer = problem_answer(as_problem(error), context, request.scope["path"])
    seconds = time.perf_counter() - started
    waited_for = None if declaration.kind == "schedule" else seconds * 1000
    metrics.record(context.service, answer.status_code, waited_for, "")
    logs.write(
        {
            "severity": "INFO" if answer.status_code < 400 else "ERROR",
            "event": "delivery",
            "message": f"{declaration.kind} {declaration.name} {answer.status_code}",
            "latency_ms": round(seconds * 1000, 3),
            **logs.request_fields(context),
            **logs.labels(context),
        }
    )
    return answer


async def _verify(headers: dict[bytes, bytes]) -> None:
    """Only Google's own delivery services, by a service account of this project, may call a trigger."""
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("A trigger is called by Pub/Sub, Eventarc or Scheduler with an identity token.")
    claims = await verify_identity(token, headers.get(b"host", b"").decode("latin-1"))
    if not str(claims.get("email", "")).endswith(f"@{settings().project}.iam.gserviceaccount.com"):
        raise Unauthenticated("The identity token belongs to no service account of this project.")


async def take_event(request: Request, context: RequestContext, declaration: EventHandler) -> None:
    """One push delivery to an event handler: read, deduped by the inbox, handled, committed."""
    message = read_push(await request.body())
    replayed_for = message.attributes.get(REPLAY_FOR)
    if replayed_for not in (None, declaration.name):
        context.labels["replayed_for"] = replayed_for
        return
    try:
        envelope = Envelope.model_validate(json.parse(message.data))
        payload = _payload(envelope)
    except (ValidationError, LookupError, Problem) as error:
        await _bury(declaration, message, f"{type(error).__name__}: {error}")
        return
    _follow(context, envelope, message)
    if declaration.event_types and envelope.event_type not in declaration.event_types:
        return
    again = message.delivery_attempt > 1 or replayed_for is not None
    if again and await inbox.taken(envelope.tenant_id, declaration.name, envelope.event_id):
        await _had_already(Unit(context, envelope.tenant_id), message, declaration.name, envelope.event_id)
        return
    try:
        await _handle(declaration, envelope, payload, message, context)
    except Exception as error:
        if isinstance(error, Conflict) and await inbox.taken(envelope.tenant_id, declaration.name, envelope.event_id):
            await _had_already(Unit(context, envelope.tenant_id), message, declaration.name, envelope.event_id)
            return
        if message.delivery_attempt < declaration.max_attempts or as_problem(error).status in PASSING:
            raise
        logs.log_exception("delivery_given_up", error)
        await _bury(declaration, message, f"{type(error).__name__}: {error}")


async def _handle(
    declaration: EventHandler, envelope: Envelope, payload: EventPayload, message: Message, context: RequestContext
) -> None:
    """Call the handler and commit its effect with the inbox record; a contended one as often as it takes, up to 12."""
    tries = CONTENDED_TRIES if declaration.contended else 1
    for number in range(1, tries + 1):
        unit = Unit(context, envelope.tenant_id, declaration.emits)
        await declaration.handler(**_arguments(declaration, envelope, payload, message, unit))
        inbox.take(unit, declaration.name, envelope.event_id)
        await _settle(unit, message, declaration.name, envelope.event_id)
        try:
            await unit.commit()
            return
        except Conflict:
            if number == tries or await inbox.taken(envelope.tenant_id, declaration.name, envelope.event_id):
                raise
        await asyncio.sleep(pause(min(number, 3)))


async def _had_already(unit: Unit, message: Message, handler: str, event_id: str) -> None:
    """The handler took this event before: nothing is done but to close the dead letter, where there is one."""
    unit.context.labels["duplicate"] = True
    await _settle(unit, message, handler, event_id)
    await unit.commit()


async def _settle(unit: Unit, message: Message, handler: str, event_id: str) -> None:
    """Stage that the dead letter which this delivery redrives, or which a replayed event left once, is resolved."""
    if REPLAY_FOR in message.attributes and DEAD_LETTER not in message.attributes:
        await settle_replayed(unit, handler, event_id)
    else:
        settle(unit, message)


async def take_message(request: Request, context: RequestContext, declaration: EventHandler) -> None:
    """One push delivery to a handler of raw messages: no envelope is expected, and no inbox kept."""
    message = read_push(await request.body())
    context.tenant_id = message.attributes.get("tenant_id", "")
    unit = Unit(context, context.tenant_id, declaration.emits)
    given: dict[type, Any] = {Message: message, Unit: unit}
    await declaration.handler(**{name: given[kind] for name, kind in declaration.signature.injected.items()})
    await unit.commit()


def _payload(envelope: Envelope) -> EventPayload:
    """The event's payload as its model. A handler's own types are known; of others all are read when one comes."""
    if envelope.event_type not in EVENT_TYPES:
        from shared_layer.messaging.events import every  # noqa: F401 (importing it registers the event types)
    return read_payload(envelope.event_type, envelope.schema_version, envelope.payload)


def _follow(context: RequestContext, envelope: Envelope, message: Message) -> None:
    """Go on under the request and the trace that caused the event."""
    context.tenant_id = envelope.tenant_id
    context.request_id = envelope.metadata.correlation_id
    context.causation_id = envelope.event_id
    context.actor = envelope.metadata.actor or ""
    context.automation_depth = envelope.metadata.automation_depth
    context.trace_id, context.span_id = trace_ids(envelope.metadata.traceparent, None)
    context.labels |= {"event_id": envelope.event_id, "attempt": message.delivery_attempt}


def _arguments(
    declaration: EventHandler, envelope: Envelope, payload: EventPayload, message: Message, unit: Unit
) -> dict[str, Any]:
    given: dict[type, Any] = {Envelope: envelope, Message: message, Unit: unit}
    arguments = {name: given[kind] for name, kind in declaration.signature.injected.items()}
    if declaration.signature.body:
        arguments[declaration.signature.body[0]] = payload
    return arguments


async def _bury(declaration: EventHandler, message: Message, reason: str) -> None:
    logs.log("ERROR", "dead_letter", reason, handler=declaration.name, attempts=message.delivery_attempt)
    await send_to_dead_letters(declaration.name, message, reason)
