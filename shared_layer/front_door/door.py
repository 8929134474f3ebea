"""What happens around every call, once, in one order; each step is the module that it is named after.

shedding           room for one more
request_context    request id and trace
admission          authenticate, tenant and status, authorise, rate limit and quota
arguments          parse and validate
calling            idempotent replay, the call within its deadline, commit
result             respond
final_headers      what every answer bears
request_line       one log line, and the metrics
"""

from __future__ import annotations

import time
from typing import Any

from starlette.requests import Request

from shared_layer.core.context import RequestContext, enter
from shared_layer.core.declaration import HttpOperation
from shared_layer.core.errors import MethodNotAllowed, ValidationFailed
from shared_layer.core.ids import new_request_id
from shared_layer.core.scopes import PUBLIC
from shared_layer.front_door.admission import Admission
from shared_layer.front_door.answer import Answer, Dialect, Headers, problem_answer
from shared_layer.front_door.arguments import ArgumentReader
from shared_layer.front_door.authentication import RequestHeaders, with_ticket
from shared_layer.front_door.calling import Calling
from shared_layer.front_door.cors import preflight_answer
from shared_layer.front_door.deadline import Deadline
from shared_layer.front_door.failures import as_problem
from shared_layer.front_door.final_headers import put_final_headers
from shared_layer.front_door.framing import refuse_doubled
from shared_layer.front_door.refusal import Refusal
from shared_layer.front_door.request_context import context_of, own_path, told_id
from shared_layer.front_door.request_line import RequestLine
from shared_layer.front_door.shedding import Capacity
from shared_layer.storage import metrics


class Door:
    """The front door of one operation."""

    def __init__(self, operation: HttpOperation, compatible: Dialect | None = None) -> None:
        self.capacity = Capacity(operation.name, operation.resources.concurrency)
        self._service, self._name, self._seconds = operation.service.name, operation.name, operation.deadline
        self._method, self._streams, self._compatible = operation.method, operation.streams, compatible
        self._admit = None if operation.scope == PUBLIC else Admission(operation).admit
        self._deadline = Deadline()
        self._reader = ArgumentReader(operation)
        self._takes_body = operation.signature.body is not None
        self._once = operation.idempotency != "none"
        self._calling = Calling(operation)
        self._line = RequestLine(operation)
        self._refusal = Refusal(compatible)

    async def serve(self, request: Request) -> Any:
        """The answer to a request that has a place in `capacity`; never raises."""
        started = time.perf_counter()
        scope = request.scope
        headers: RequestHeaders = dict(scope["headers"])
        context = context_of(headers, self._service, self._name, self._seconds)
        enter(context)
        told: Headers = []
        path = own_path(scope)
        try:
            answer = await self._answer(request, path, headers, context, told)
        except Exception as error:  # noqa: BLE001 (the border: everything becomes a problem, the unknown is logged)
            answer = problem_answer(as_problem(error), context, path, self._compatible)
        put_final_headers(answer, context.request_id, headers.get(b"origin"), told)
        seconds, status = time.perf_counter() - started, answer.status_code
        metrics.record(context.service, status, seconds * 1000, context.cache, context.tenant_id)
        self._line.write(scope["method"], path, status, seconds, context)
        return answer

    def refuse(self, request: Request) -> Answer:
        """The answer to a request that there is no room for: nothing is read or asked for it."""
        headers: RequestHeaders = dict(request.scope["headers"])
        told = told_id(headers[b"x-request-id"]) if b"x-request-id" in headers else None
        answer = self._refusal.answer(told or new_request_id(), own_path(request.scope), headers.get(b"origin"))
        metrics.record(self._service, answer.status_code, 0.0, "")
        return answer

    async def _answer(
        self, request: Request, path: str, headers: RequestHeaders, context: RequestContext, told: Headers
    ) -> Any:
        scope, reader, value = request.scope, self._reader, None
        if scope["method"] != self._method:
            if scope["method"] == "OPTIONS":
                return preflight_answer(headers.get(b"origin"))
            raise MethodNotAllowed(headers={"Allow": f"{self._method}, OPTIONS"})
        if len(headers) != len(scope["headers"]):
            refuse_doubled(scope["headers"])
        with self._deadline.until(context.deadline):
            if self._streams:
                headers = with_ticket(headers, scope["query_string"])
            caller = await self._admit(path, headers, context, told) if self._admit is not None else None
            arguments = reader.but_body(path, scope["query_string"], headers)
            if self._takes_body:
                raw = await reader.read_body(request.receive, headers.get(b"content-length"))
                value = reader.value(raw, headers.get(b"content-type"))
                try:
                    reader.body(raw, arguments)
                except ValidationFailed:
                    if (former := await self._calling.former(request, path, headers, value, caller)) is not None:
                        return former
                    raise
            if self._once and caller is not None:
                return await self._calling.call_once(request, path, headers, arguments, value, caller)
            return await self._calling.call(request, arguments, context, caller)
