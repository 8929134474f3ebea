"""A prompt answered as a stream: from the cache, from a stream of the same that is under way, or by a provider.

Until the first chunk another provider can take over without a trace; afterwards it goes on with what was sent, and
says so (relay.py). Whoever asks the same meanwhile reads the same stream (flight.py); in another process, waits for it
for `PATIENCE` seconds and gets the whole. Whoever leaves early pays for what the provider had begun. What came to its
end is kept, and replayed to whoever asks the same later.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from shared_layer.ai.answers.answering import answer
from shared_layer.ai.asking.reply import Reply, Route
from shared_layer.ai.cache.semantic import find_like, learn, question_of
from shared_layer.ai.money.ledger import next_call_id, note
from shared_layer.ai.prompts.prompt import CATEGORY, Prompt
from shared_layer.ai.providers.chunks import DONE, as_chunks, event
from shared_layer.ai.providers.credentials import use_keys_of
from shared_layer.ai.streams.beginning import begin
from shared_layer.ai.streams.begun import Begun, usage_event, whole
from shared_layer.ai.streams.flight import Flight, Reader
from shared_layer.storage.cache import cache_key, keep, leased, look

PATIENCE: Final = 10.0

_flights: dict[str, Flight] = {}
"""The streams under way that can still be joined, by their key in the cache."""


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
    semantic: bool
    cost_micros: int | None
    events: AsyncIterator[bytes]
    leave: Callable[[], None]


async def stream(prompt: Prompt, include_usage: bool) -> Stream:
    """Begin the answer to a prompt. Raises as `answer` does, before the first chunk alone."""
    await use_keys_of(prompt.caller)
    if not prompt.cacheable:
        begun = await begin(prompt)
        return _stream(begun, _told(begun, begun.pieces, begun.leave, include_usage), begun.leave)
    found = await look(prompt.caller.tenant_id, CATEGORY, *prompt.cache_parts)
    if found is None:
        return await _joined(prompt, include_usage)
    stored, fresh = found
    if fresh:
        reply = Reply.from_cache(stored.value, next_call_id(prompt.caller.tenant_id), 0.0)
        note(prompt.caller, reply.spend(prompt.operation))
    else:
        reply = await answer(prompt)  # the old one, at once, while it is renewed
    return _stream(whole(reply), _replay(reply, include_usage), lambda: None)


async def _joined(prompt: Prompt, include_usage: bool) -> Stream:
    """The stream of those who ask the same now, this caller's own where nobody does. Who began it pays."""
    key = cache_key(prompt.caller.tenant_id, CATEGORY, *prompt.cache_parts)
    flight = _flights.get(key)
    pays = flight is None
    if flight is None:
        flight = _flights[key] = Flight(partial(_shared, prompt), lambda: _flights.pop(key, None))
    reader = Reader()
    leave = partial(flight.leave, reader)
    try:
        begun = await flight.join(reader)
    except BaseException:
        leave()
        raise
    own = begun if pays and not begun.cached else begun.free()
    return _stream(own, _told(own, flight.pieces(reader), leave, include_usage, prompt), leave)


@asynccontextmanager
async def _shared(prompt: Prompt) -> AsyncIterator[Begun]:
    """The answer begun under a lease, kept when it is whole: other processes wait for it."""
    tenant_id = prompt.caller.tenant_id
    async with leased(tenant_id, CATEGORY, prompt.cache_parts, PATIENCE) as found:
        if found is not None:
            yield whole(Reply.from_cache(found.value, "", 0.0))
            return
        question = await question_of(prompt)
        like = None if question is None else await find_like(question)
        if like is not None and not like.due:
            yield whole(Reply.from_cache(like.reply, "", 0.0).like(like.told))
            return
        begun = await begin(prompt)
        yield begun
        reply = begun.reply()
        if reply is None or not reply.tells:
            return
        await keep(tenant_id, CATEGORY, prompt.cache_parts, reply.stored())
        if question is not None:
            await learn(question, like, prompt, reply)


async def _told(
    begun: Begun,
    pieces: AsyncIterator[bytes],
    leave: Callable[[], None],
    include_usage: bool,
    prompt: Prompt | None = None,
) -> AsyncIterator[bytes]:
    """The pieces with what ends them; noted for `prompt`'s caller where it is free of charge."""
    started = time.perf_counter()
    try:
        async for piece in pieces:
            yield piece
        reply = begun.reply()
        if reply is not None and begun.cached and prompt is not None:
            elapsed = (time.perf_counter() - started) * 1000
            reply = Reply.from_cache(reply.stored(), next_call_id(prompt.caller.tenant_id), elapsed)
            note(prompt.caller, reply.spend(prompt.operation))
        yield (usage_event(reply) if include_usage and reply is not None else b"") + DONE
    finally:
        leave()


async def _replay(reply: Reply, include_usage: bool) -> AsyncIterator[bytes]:
    chunks = [event(chunk) for chunk in as_chunks(reply.body)]
    yield b"".join([*chunks, usage_event(reply) if include_usage else b"", DONE])


def _stream(begun: Begun, events: AsyncIterator[bytes], leave: Callable[[], None]) -> Stream:
    return Stream(begun.route, begun.kind, begun.model, begun.cached, begun.semantic, begun.cost_micros, events, leave)
