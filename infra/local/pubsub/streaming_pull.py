"""StreamingPull: messages flow to the subscriber as they come, within the flow control that it asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from infra.local.pubsub.backlog import Lease
from infra.local.pubsub.broker import LiveSubscription
from infra.local.pubsub.errors import InvalidArgument
from infra.local.pubsub.pull import received
from infra.local.pubsub.wire import StreamingPullResponse

_MOST_A_RESPONSE = 100


class PullStream:
    """One open stream. `first` is its opening request."""

    def __init__(self, live: LiveSubscription, first: Any) -> None:
        if not 10 <= first.stream_ack_deadline_seconds <= 600:
            raise InvalidArgument("stream_ack_deadline_seconds must be between 10 and 600.")
        self._live = live
        self._deadline = float(first.stream_ack_deadline_seconds)
        self._most_messages: int | None = first.max_outstanding_messages or None
        self._most_bytes: int | None = first.max_outstanding_bytes or None
        self._messages = self._bytes = 0
        self._changed = asyncio.Event()
        self._finished = False

    async def responses(self, requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Responses until the subscriber half-closes the stream or the subscription goes away."""
        self._live.backlog.listen(self._changed.set)
        reader = asyncio.create_task(self._read(requests))
        try:
            yield self._response([])
            while not self._finished and not self._live.deleted:
                self._changed.clear()
                leases = self._live.backlog.take(self._credit(), self._deadline, self._ended)
                if not leases:
                    await self._changed.wait()
                    continue
                self._messages += len(leases)
                self._bytes += sum(len(lease.body) for lease in leases)
                yield self._response(leases)
            if reader.done():
                await reader
        finally:
            reader.cancel()
            self._live.backlog.unlisten(self._changed.set)

    def _credit(self) -> int:
        if self._most_bytes is not None and 0 < self._most_bytes <= self._bytes:
            return 0
        if self._most_messages is None or self._most_messages < 0:
            return _MOST_A_RESPONSE
        return min(max(self._most_messages - self._messages, 0), _MOST_A_RESPONSE)

    def _ended(self, lease: Lease) -> None:
        self._messages -= 1
        self._bytes -= len(lease.body)
        self._changed.set()

    async def _read(self, requests: AsyncIterator[Any]) -> None:
        try:
            async for request in requests:
                self._apply(request)
        finally:
            self._finished = True
            self._changed.set()

    def _apply(self, request: Any) -> None:
        if request.stream_ack_deadline_seconds:
            self._deadline = float(request.stream_ack_deadline_seconds)
        self._live.backlog.acknowledge(request.ack_ids)
        if len(request.modify_deadline_seconds) != len(request.modify_deadline_ack_ids):
            raise InvalidArgument("modify_deadline_seconds and modify_deadline_ack_ids must have the same length.")
        for ack_id, deadline in zip(request.modify_deadline_ack_ids, request.modify_deadline_seconds, strict=True):
            self._live.backlog.modify([ack_id], deadline)

    def _response(self, leases: list[Lease]) -> Any:
        response = StreamingPullResponse(received_messages=received(self._live, leases))
        response.subscription_properties.message_ordering_enabled = self._live.backlog.settings.ordered
        return response
