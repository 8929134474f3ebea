"""The front door of a conversation: the same order up to the rate limit, then the handler has the WebSocket.

room for one more → request id and trace → authenticate → tenant and status → authorise → rate limit → parse and
validate → converse → one log line. What is refused is refused before the connection becomes a WebSocket, as a problem.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from starlette.responses import Response
from starlette.websockets import WebSocket

from shared_layer.core.context import RequestContext, enter
from shared_layer.core.declaration import HttpOperation
from shared_layer.core.errors import Overloaded
from shared_layer.front_door import lifecycle
from shared_layer.front_door.admission import Admission
from shared_layer.front_door.answer import Answer, problem_answer
from shared_layer.front_door.arguments import ArgumentReader
from shared_layer.front_door.authentication import RequestHeaders, with_ticket
from shared_layer.front_door.failures import as_problem
from shared_layer.front_door.final_headers import put_final_headers
from shared_layer.front_door.framing import refuse_doubled
from shared_layer.front_door.request_context import context_of, own_path
from shared_layer.front_door.request_line import RequestLine
from shared_layer.front_door.shedding import Capacity
from shared_layer.storage import metrics

ADMISSION_SECONDS: Final = 15.0
_ATTRIBUTE: Final = "xynergy_socket"


class SocketDoor:
    """Admits WebSockets to one operation."""

    def __init__(self, operation: HttpOperation) -> None:
        self._operation = operation
        self._capacity = Capacity(operation.name, operation.resources.concurrency)
        self._admission = Admission(operation)
        self._reader = ArgumentReader(operation)
        self._line = RequestLine(operation)

    async def connect(self, socket: WebSocket) -> None:
        """One conversation, from its handshake to its end; never raises."""
        if self._capacity.running >= self._capacity.limit:
            context = self._context(dict(socket.scope["headers"]))
            await self._deny(socket, problem_answer(Overloaded(retry_after=1), context, own_path(socket.scope)))
            return
        self._capacity.running += 1
        if not lifecycle.watching:
            lifecycle.watch()
        try:
            await self._converse(socket)
        finally:
            self._capacity.leave()

    def _context(self, headers: RequestHeaders) -> RequestContext:
        operation = self._operation
        return context_of(headers, operation.service.name, operation.name, operation.deadline)

    async def _converse(self, socket: WebSocket) -> None:
        started = time.perf_counter()
        headers: RequestHeaders = dict(socket.scope["headers"])
        context = self._context(headers)
        enter(context)
        path, status = own_path(socket.scope), 101
        try:
            arguments = await self._admitted(socket, headers, context, path)
            async with asyncio.timeout_at(context.deadline):
                await self._operation.handler(**arguments)
        except Exception as error:  # noqa: BLE001 (the border: everything becomes a problem, the unknown is logged)
            answer = problem_answer(as_problem(error), context, path)
            put_final_headers(answer, context.request_id, headers.get(b"origin"), [])
            await self._deny(socket, answer)
            status = answer.status_code
        seconds = time.perf_counter() - started
        metrics.record(context.service, status, seconds * 1000, context.cache, context.tenant_id)
        self._line.write(self._operation.method, path, status, seconds, context)

    async def _admitted(
        self, socket: WebSocket, headers: RequestHeaders, context: RequestContext, path: str
    ) -> dict[str, Any]:
        """The handler's arguments, once the caller is admitted."""
        query_string = socket.scope["query_string"]
        async with asyncio.timeout(ADMISSION_SECONDS):
            if len(headers) != len(socket.scope["headers"]):
                refuse_doubled(socket.scope["headers"])
            caller = await self._admission.admit(path, with_ticket(headers, query_string), context, [])
            arguments = self._reader.but_body(path, query_string, headers)
        for name, kind in self._operation.signature.injected.items():
            arguments[name] = socket if kind is WebSocket else caller
        return arguments

    async def _deny(self, socket: WebSocket, answer: Answer) -> None:
        """Refuse the handshake with the problem; a conversation that is under way is closed."""
        if socket.client_state.name == "CONNECTING":
            response = Response(answer.body, answer.status_code)
            response.raw_headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
            await socket.send_denial_response(response)
        elif socket.application_state.name == "CONNECTED" and socket.client_state.name == "CONNECTED":
            await socket.close(1011, "the platform failed")


def attach(function: Callable[..., Any], door: SocketDoor) -> None:
    """Have `function` answer WebSockets, too."""
    function.__dict__[_ATTRIBUTE] = door


def socket_door_of(function: object) -> SocketDoor | None:
    """The door for WebSockets of a function that has one."""
    found = getattr(function, _ATTRIBUTE, None)
    return found if isinstance(found, SocketDoor) else None
