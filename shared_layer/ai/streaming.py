"""A prompt answered as a stream: the provider is settled with the first chunk; what follows is passed on as it comes.

Until the first chunk another provider can take over without a trace; afterwards it goes on with what was sent, and
says so (relay.py). Whoever leaves early pays for what the provider had begun. A stream is answered from the cache where
it can be, and kept there where it came to its end.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from shared_layer.ai.chunks import DONE, as_chunks, event, usage_chunk
from shared_layer.ai.completion import Route, Usage
from shared_layer.ai.credentials import use_keys_of
from shared_layer.ai.fallback import first_answer
from shared_layer.ai.ledger import note
from shared_layer.ai.opening import open_stream
from shared_layer.ai.optimiser import optimise
from shared_layer.ai.prompt import CATEGORY, Prompt
from shared_layer.ai.relay import Relay
from shared_layer.ai.reply import Reply
from shared_layer.ai.routing import route
from shared_layer.ai.stream_plan import StreamPlan
from shared_layer.core.ids import new_id
from shared_layer.storage.cache import lookup


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer that has begun: what is known of it already, and the server-sent events that make it up.

    `cost_micros` is None where the price depends on how long the answer will be. `leave` is to be called when nobody
    reads on: it bills what was begun, and does nothing after the end.
    """

    route: Route
    kind: str
    model: str
    cached: bool
    cost_micros: int | None
    events: AsyncIterator[bytes]
    leave: Callable[[], None]


async def stream(prompt: Prompt, include_usage: bool) -> Stream:
    """Begin the answer to a prompt. Raises as `answer` does, before the first chunk alone."""
    await use_keys_of(prompt.caller)
    if prompt.cacheable and (found := await lookup(prompt.caller.tenant_id, CATEGORY, *prompt.cache_parts)):
        reply = Reply.from_cache(found.value, new_id("call"), 0.0)
        note(prompt.caller, reply.spend(prompt.operation))
        return Stream(reply.route, reply.kind, reply.model, True, 0, _replay(reply, include_usage), _nothing_to_leave)
    started = time.perf_counter()
    body, saved = optimise(prompt.body)
    decision = await route(prompt.caller, prompt.model, body)
    won = await first_answer(decision, lambda target, seconds, _: open_stream(prompt.caller, target, body, seconds))
    plan = StreamPlan(prompt, body, saved, decision, won, started, include_usage)
    relay = Relay(plan)
    price = won.target.price
    known = price.of(Usage(0, 0)) if price.flat else None
    return Stream(plan.route, decision.kind, won.target.model, False, known, relay.events(), relay.leave)


def _nothing_to_leave() -> None:
    """A stored answer is paid for, and holds no connection."""


async def _replay(reply: Reply, include_usage: bool) -> AsyncIterator[bytes]:
    chunks = [event(chunk) for chunk in as_chunks(reply.body)]
    if include_usage:
        extra = {"cached": True, "cost_usd": 0.0, "provider": reply.route.provider, "call_id": reply.call_id}
        chunks.append(event(usage_chunk(reply.body, {"usage": reply.body.get("usage"), "xynergy": extra})))
    yield b"".join([*chunks, DONE])
