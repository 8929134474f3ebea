"""What happens around every call, once, in one order:

room for one more → request id and trace → authenticate → tenant and status → authorise by scope → rate limit →
authorise by the tenant's policies → parse and validate → idempotent replay → call within the deadline → commit →
respond → one log line and the metrics.

In the common case that is one Redis round trip and no Firestore read.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from shared_layer.access.credentials import remembered_credential, renewed
from shared_layer.access.period import Period, current_period
from shared_layer.access.plans import Plan
from shared_layer.core import clock, json
from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext, enter
from shared_layer.core.declaration import HttpOperation
from shared_layer.core.errors import (
    IdempotencyKeyMissing,
    MethodNotAllowed,
    QuotaExceeded,
    RateLimited,
    Unauthenticated,
    UpgradeRequired,
)
from shared_layer.core.ids import new_request_id, random_hex
from shared_layer.core.models import Entity
from shared_layer.core.redaction import redact_text
from shared_layer.core.scopes import PUBLIC
from shared_layer.core.trace import carried_trace
from shared_layer.front_door import idempotency
from shared_layer.front_door.answer import JSON, SECURITY_HEADERS, Answer, Dialect, Headers, problem_answer
from shared_layer.front_door.arguments import ArgumentReader
from shared_layer.front_door.authentication import (
    RequestHeaders,
    authorise,
    known_credential,
    presented_key,
    tenant_of,
    with_ticket,
)
from shared_layer.front_door.cors import cors_headers, preflight_answer
from shared_layer.front_door.deadline import Deadline
from shared_layer.front_door.failures import as_problem
from shared_layer.front_door.framing import refuse_doubled
from shared_layer.front_door.gate import Verdict, pass_gate
from shared_layer.front_door.refusal import Refusal
from shared_layer.front_door.request_line import RequestLine
from shared_layer.front_door.shedding import Capacity
from shared_layer.messaging.unit import Unit
from shared_layer.storage import metrics

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{8,128}")
_PLAIN_REQUEST_ID: Final = re.compile(rb"req_[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Door:
    """The front door of one operation."""

    def __init__(self, operation: HttpOperation, compatible: Dialect | None = None) -> None:
        self._operation = operation
        self._compatible = compatible
        self._reader = ArgumentReader(operation)
        self._method = operation.method
        self._public = operation.scope == PUBLIC
        self._refusal = Refusal(compatible)
        self._deadline = Deadline()
        self._line = RequestLine(operation)
        self.capacity = Capacity(operation.name, operation.resources.concurrency)
        answer = operation.signature.answer
        self._handler = operation.handler
        self._service, self._name, self._seconds = operation.service.name, operation.name, operation.deadline
        self._injected = tuple(operation.signature.injected.items())
        self._takes_unit = Unit in operation.signature.injected.values()
        self._takes_body = operation.signature.body is not None
        self._takes_query = operation.signature.query is not None
        self._takes_version = operation.signature.if_match is not None
        self._once = operation.idempotency != "none"
        self._to_json: Callable[[Any], bytes] | None = None
        if answer not in (None, type(None), Any) and not _is_response(answer):
            self._to_json = TypeAdapter(answer).serializer.to_json

    async def serve(self, request: Request) -> Any:
        """The answer to a request that has a place in `capacity`; never raises."""
        started = time.perf_counter()
        scope = request.scope
        headers: RequestHeaders = dict(scope["headers"])
        context = self._context(headers)
        enter(context)
        verdict: list[tuple[bytes, bytes]] = []
        path = own_path(scope)
        try:
            answer = await self._answer(request, path, headers, context, verdict)
        except Exception as error:  # noqa: BLE001 (the border: everything becomes a problem, the unknown is logged)
            answer = problem_answer(as_problem(error), context, path, self._compatible)
        self._complete(answer, headers, context, verdict)
        self._tell(answer, scope, path, context, time.perf_counter() - started)
        return answer

    def refuse(self, request: Request) -> Answer:
        """The answer to a request that there is no room for: nothing is read or asked for it."""
        headers: RequestHeaders = dict(request.scope["headers"])
        told = _told_id(headers[b"x-request-id"]) if b"x-request-id" in headers else None
        answer = self._refusal.answer(told or new_request_id(), own_path(request.scope), headers.get(b"origin"))
        metrics.record(self._service, answer.status_code, 0.0, "")
        return answer

    def _context(self, headers: RequestHeaders) -> RequestContext:
        drawn = random_hex(288)
        request_id, trace_id, span_id = "req_" + drawn[:24], drawn[24:56], drawn[56:]
        if b"x-request-id" in headers:
            request_id = _told_id(headers[b"x-request-id"]) or request_id
        if b"traceparent" in headers or b"x-cloud-trace-context" in headers:
            carried = carried_trace(_text(headers, b"traceparent"), _text(headers, b"x-cloud-trace-context"))
            trace_id = carried or trace_id
        context = RequestContext(request_id, trace_id, span_id, self._service, self._name)
        context.deadline = time.monotonic() + self._seconds
        return context

    async def _answer(
        self, request: Request, path: str, headers: RequestHeaders, context: RequestContext, verdict: Headers
    ) -> Any:
        method = request.scope["method"]
        if method == "OPTIONS":
            return preflight_answer(headers.get(b"origin"))
        if method != self._method:
            raise MethodNotAllowed(headers={"Allow": f"{self._method}, OPTIONS"})
        if len(headers) != len(request.scope["headers"]):
            refuse_doubled(request.scope["headers"])
        with self._deadline.until(context.deadline):
            if self._operation.streams:
                headers = with_ticket(headers, request.scope["query_string"])
            caller = None if self._public else await self._admit(path, headers, context, verdict)
            arguments, value = self._arguments(request, path, headers), None
            if self._takes_body:
                raw = await self._reader.read_body(request.receive, headers.get(b"content-length"))
                value = self._reader.body(raw, headers.get(b"content-type"), arguments)
            if self._once and caller is not None:
                return await self._call_once(request, path, headers, arguments, value, caller)
            unit = self._unit(context, caller) if self._takes_unit else None
            answer = self._told(await self._handler(**self._injected_into(arguments, request, caller, unit)))
            if unit is not None:
                await unit.commit()
            return answer

    async def _admit(self, path: str, headers: RequestHeaders, context: RequestContext, verdict: Headers) -> Caller:
        """The caller, authenticated, authorised by scope and policy, within its rate and its quota."""
        given = headers.get(b"x-api-key")
        key = given.decode("latin-1").strip() if given is not None else await presented_key(headers)
        credential = remembered_credential(key) or await known_credential(key)
        tenant_id = credential.tenant_id
        if credential.operator or b"x-tenant-id" in headers:
            tenant_id = await tenant_of(credential, headers, self._operation.scope)
        context.tenant_id = tenant_id
        passed = await pass_gate(credential, tenant_id, self._operation.tier)
        if passed.epoch is not None and passed.epoch != credential.epoch:
            again = await renewed(key, passed.epoch)
            if again is None:
                raise Unauthenticated("This API key was revoked.")
            credential = again
        verdict += passed.headers
        caller = authorise(credential, tenant_id, self._operation, key, context, passed.epoch)
        if not passed.admitted:
            raise _rate_limited(passed)
        if passed.exhausted and not self._operation.while_suspended:
            raise _quota_exceeded(credential.plan)
        if credential.governed:
            from shared_layer.access.policies import uphold

            await uphold(credential, self._operation, path)
        return caller

    def _arguments(self, request: Request, path: str, headers: RequestHeaders) -> dict[str, Any]:
        """The handler's arguments, but for the body."""
        reader = self._reader
        arguments = reader.path(path)
        if self._takes_query:
            reader.query(request.scope["query_string"], arguments)
        if self._takes_version:
            reader.if_match(headers.get(b"if-match"), arguments)
        return arguments

    def _unit(self, context: RequestContext, caller: Caller | None) -> Unit:
        return Unit(context, caller.tenant_id if caller else "", self._operation.emits)

    def _injected_into(
        self, arguments: dict[str, Any], request: Request, caller: Caller | None, unit: Unit | None
    ) -> dict[str, Any]:
        """The arguments with what the door gives beside them. Raises UpgradeRequired: a conversation is no call."""
        if self._operation.websocket:
            raise UpgradeRequired()
        for name, kind in self._injected:
            arguments[name] = caller if kind is Caller else unit if kind is Unit else request
        return arguments

    def _told(self, result: Any) -> Any:
        """The handler's result as an answer."""
        if self._to_json is None:
            return result if result is not None else Answer(self._operation.status, [])
        headers: Headers = [JSON]
        kind: Any = type(result)
        if _is_entity(kind):
            headers.append((b"etag", b'"%d"' % result.version))
        return Answer(self._operation.status, headers, self._to_json(result))

    async def _call_once(
        self,
        request: Request,
        path: str,
        headers: RequestHeaders,
        arguments: dict[str, Any],
        value: Any,
        caller: Caller,
    ) -> Any:
        """The call under its Idempotency-Key: replayed, refused, or done with the record in the same commit."""
        context = caller.context
        unit = self._unit(context, caller)
        header = headers.get(b"idempotency-key")
        if header is None:
            if self._operation.idempotency == "required":
                raise IdempotencyKeyMissing()
            answer = self._told(await self._handler(**self._injected_into(arguments, request, caller, unit)))
            await unit.commit()
            return answer
        held = await idempotency.claim(
            caller.tenant_id,
            f"{self._operation.method} {path}",
            idempotency.read_key(header),
            json.fingerprint([value, request.scope["query_string"].decode("latin-1")]),
            caller.seal if self._operation.sealed else None,
        )
        if isinstance(held, Answer):
            return held
        try:
            async with held.renewed():
                answer = self._told(await self._handler(**self._injected_into(arguments, request, caller, unit)))
            if isinstance(answer, Answer):
                held.finish(unit, answer)
            await unit.commit()
        except BaseException:
            if not unit.in_doubt:
                await asyncio.shield(held.release())
            raise
        if not isinstance(answer, Answer):
            await held.release()  # a stream cannot be replayed: its key only keeps two from running at once
        return answer

    def _complete(self, answer: Any, headers: RequestHeaders, context: RequestContext, verdict: Headers) -> None:
        """Put the headers of every answer on this one."""
        request_id = (b"x-request-id", context.request_id.encode())
        cors = cors_headers(headers.get(b"origin"))
        if type(answer) is Answer:
            answer.headers = [*answer.headers, request_id, *verdict, *cors, *SECURITY_HEADERS]
            return
        taken = {name for name, _ in answer.raw_headers}
        missing = [header for header in SECURITY_HEADERS if header[0] not in taken]
        answer.raw_headers += [request_id, *verdict, *cors, *missing]

    def _tell(self, answer: Any, scope: Any, path: str, context: RequestContext, seconds: float) -> None:
        """The request's log line and its metrics."""
        status = answer.status_code
        metrics.record(context.service, status, seconds * 1000, context.cache, context.tenant_id)
        self._line.write(scope["method"], path, status, seconds, context)


def _told_id(given: bytes) -> str | None:
    """The caller's request id where it is one, and tells nothing that a log line must not."""
    if _PLAIN_REQUEST_ID.fullmatch(given):
        return given.decode()
    if _REQUEST_ID.fullmatch(given) and redact_text(given.decode()) == given.decode():
        return given.decode()
    return None


def own_path(scope: Any) -> str:
    """The path below the address that the function is mounted at."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(root) else path


def _rate_limited(passed: Verdict) -> RateLimited:
    seconds = max(1, -int(-passed.wait // 1))
    limit = passed.rate.limit if passed.rate else 0
    return RateLimited(
        f"{limit} requests a minute are allowed here. Retry in {seconds} s.",
        headers={"Retry-After": str(seconds)},
        retry_after=seconds,
    )


def _quota_exceeded(plan: Plan) -> QuotaExceeded:
    reset_at = Period(current_period()).reset_at
    seconds = max(1, int((reset_at - clock.utcnow()).total_seconds()))
    return QuotaExceeded(
        f"The plan's {plan.quotas['api_calls']} API calls of this month are used up until {reset_at.isoformat()}.",
        headers={"Retry-After": str(seconds)},
        meter="api_calls",
        limit=plan.quotas["api_calls"],
        reset_at=reset_at.isoformat(),
    )


def _text(headers: RequestHeaders, name: bytes) -> str | None:
    value = headers.get(name)
    return value.decode("latin-1") if value is not None else None


@cache
def _is_entity(kind: type) -> bool:
    """`isinstance` of a pydantic model is asked of its metaclass, which is dear."""
    return issubclass(kind, Entity)


def _is_response(answer: Any) -> bool:
    return isinstance(answer, type) and issubclass(answer, Response | Answer)
