"""One call to a function: its body in, its answer out, until it ends, its deadline passes or the caller goes away."""

from __future__ import annotations

import asyncio
import logging
from enum import Enum, auto
from typing import Final

from infra.local.gateway.asgi import ASGIApp, Message, Receive, Scope, Send
from infra.local.gateway.rewriting import answer_headers

BODY_LIMIT: Final = 32 << 20
WATCH_AFTER: Final = 0.05
"""Seconds after which the caller's going away is looked for. Most calls are over by then, and a task is not free."""

_log = logging.getLogger("xynergy.gateway")


class Outcome(Enum):
    """How a call ended. All but ANSWERED leave the response unfinished or not even begun."""

    ANSWERED = auto()
    LATE = auto()
    GONE = auto()
    FAILED = auto()
    MISSING = auto()


class BodyTooLargeError(Exception):
    """The body is larger than BODY_LIMIT."""


class CallerGoneError(Exception):
    """The caller hung up before its body was complete."""


async def read_body(receive: Receive, declared: bytes | None) -> bytes:
    """The whole body of a call. `declared` is its Content-Length.

    Raises BodyTooLargeError as soon as it is known, and CallerGoneError.
    """
    if declared is not None and declared.isdigit() and int(declared) > BODY_LIMIT:
        raise BodyTooLargeError
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and message.get("more_body"):
        return await _read_rest(receive, body)
    if message["type"] != "http.request":
        raise CallerGoneError
    if len(body) > BODY_LIMIT:
        raise BodyTooLargeError
    return body


async def _read_rest(receive: Receive, begun: bytes) -> bytes:
    body = bytearray(begun)
    while len(body) <= BODY_LIMIT:
        message = await receive()
        if message["type"] != "http.request":
            raise CallerGoneError
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    if len(body) > BODY_LIMIT:
        raise BodyTooLargeError
    return bytes(body)


class Exchange:
    """Runs one function for one call, in the caller's own task. `begun` says whether an answer is under way."""

    __slots__ = ("_body", "_finished", "_gone", "_receive", "_request_id", "_send", "_task", "_watcher", "begun")

    def __init__(self, body: bytes, request_id: str, receive: Receive, send: Send) -> None:
        self._body: bytes | None = body
        self._request_id = request_id
        self._receive = receive
        self._send = send
        self._gone: asyncio.Event | None = None
        self._task: asyncio.Task[object] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._finished = False
        self.begun = False

    async def run(self, app: ASGIApp, scope: Scope, deadline: float) -> Outcome:
        """Call `app` and pass its answer on. It is cancelled after `deadline` seconds, or when the caller hangs up."""
        self._task = asyncio.current_task()
        watch = asyncio.get_running_loop().call_later(WATCH_AFTER, self._watch)
        try:
            async with asyncio.timeout(deadline) as limit:
                await app(scope, self._function_receive, self._function_send)
        except asyncio.CancelledError:
            if not self._hung_up or self._task is None or self._task.uncancel():
                raise
            return Outcome.GONE
        except ConnectionError:
            return Outcome.MISSING
        except Exception as error:  # noqa: BLE001 - whatever a function raises is its failure, not the gateway's
            if limit.expired():
                return Outcome.ANSWERED if self._finished else Outcome.LATE
            _log.error("function failed request_id=%s path=%s", self._request_id, scope["path"], exc_info=error)
            return Outcome.FAILED
        finally:
            watch.cancel()
            if self._watcher is not None:
                self._watcher.cancel()
        return Outcome.ANSWERED if self._finished else Outcome.FAILED

    @property
    def _hung_up(self) -> bool:
        return self._gone is not None and self._gone.is_set()

    def _watch(self) -> asyncio.Event:
        if self._gone is None:
            self._gone = asyncio.Event()
            self._watcher = asyncio.get_running_loop().create_task(self._wait_for_hang_up(self._gone))
        return self._gone

    async def _wait_for_hang_up(self, gone: asyncio.Event) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            continue
        gone.set()
        if not self._finished and self._task is not None:
            self._task.cancel()

    async def _function_receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._watch().wait()
        return {"type": "http.disconnect"}

    async def _function_send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            message = {**message, "headers": answer_headers(list(message.get("headers", ())), self._request_id)}
        elif message["type"] == "http.response.body" and not message.get("more_body"):
            self._finished = True
        await self._send(message)
