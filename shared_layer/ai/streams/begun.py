"""An answer that has begun to be streamed: what is known of it already, its pieces, and at the end the whole."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from shared_layer.ai.asking.reply import Reply, Route
from shared_layer.ai.providers.chunks import as_chunks, event, usage_chunk
from shared_layer.ai.providers.provider import MICROS


@dataclass(frozen=True, slots=True)
class Begun:
    """`pieces` are server-sent events without the last ones, `reply` the whole answer once they are all there (None:
    it broke off, and the pieces say so).

    `cost_micros` is None where the price depends on how long the answer will be. `leave` is to be called when nobody
    reads on: it bills what was begun, and does nothing after the end.
    """

    route: Route
    kind: str
    model: str
    cost_micros: int | None
    pieces: AsyncIterator[bytes]
    leave: Callable[[], None]
    reply: Callable[[], Reply | None]
    cached: bool = False
    semantic: bool = False

    def free(self) -> Begun:
        """The same for somebody who does not pay for it."""
        return dataclasses.replace(self, cost_micros=0, cached=True)


def whole(reply: Reply) -> Begun:
    """An answer that is there already, as one piece of many events."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"".join([event(chunk) for chunk in as_chunks(reply.body)])

    return Begun(
        route=reply.route,
        kind=reply.kind,
        model=reply.model,
        cost_micros=reply.cost_micros,
        pieces=pieces(),
        leave=_nothing_to_leave,
        reply=lambda: reply,
        cached=reply.cached,
        semantic=reply.semantic,
    )


def _nothing_to_leave() -> None:
    """A whole answer is paid for, and holds no connection."""


def usage_event(reply: Reply) -> bytes:
    """The event that ends a stream for who asked for `include_usage`."""
    extra: dict[str, Any] = {
        "cached": reply.cached,
        "cost_usd": reply.cost_micros / MICROS,
        "provider": reply.route.provider,
        "call_id": reply.call_id,
        "tokens_saved": reply.tokens_saved,
    }
    return event(usage_chunk(reply.body, {"usage": reply.body.get("usage"), "xynergy": extra}))
