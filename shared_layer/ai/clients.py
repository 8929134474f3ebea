"""OpenAI's own client, one per provider and event loop: it speaks to every provider, and never retries by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast
from weakref import WeakKeyDictionary

from shared_layer.ai.providers import Provider
from shared_layer.core.context import current

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, str], AsyncOpenAI]] = WeakKeyDictionary()


class Chunks(Protocol):
    """A stream of a provider: decoded chunks, and the connection to close."""

    def __aiter__(self) -> AsyncIterator[Any]: ...

    async def close(self) -> None: ...


def client_of(provider: Provider) -> AsyncOpenAI:
    """The client for `provider` as the environment describes it now."""
    from openai import AsyncOpenAI, Timeout

    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    place = (provider.url, provider.key)
    if place not in clients:
        clients[place] = AsyncOpenAI(
            base_url=provider.url,
            api_key=provider.key or "none",
            max_retries=0,
            timeout=Timeout(provider.total_seconds, connect=provider.connect_seconds),
        )
    return clients[place]


async def close_clients() -> None:
    """Close the connections of this event loop's clients, and forget them."""
    for client in _clients.pop(asyncio.get_running_loop(), {}).values():
        await client.close()


async def post(provider: Provider, body: Mapping[str, Any]) -> dict[str, Any]:
    """A whole answer as plain JSON: nothing that a provider adds is lost. Raises openai's errors."""
    answer = await client_of(provider).post("/chat/completions", cast_to=object, body=body, options=_options())
    return cast(dict[str, Any], answer)


async def post_stream(provider: Provider, body: Mapping[str, Any]) -> Chunks:
    """A streamed answer, its chunks as plain JSON. Raises openai's errors, also from the iteration."""
    from openai import AsyncStream

    client = client_of(provider)
    return await client.post(
        "/chat/completions", cast_to=object, body=body, options=_options(), stream=True, stream_cls=AsyncStream[object]
    )


def _options() -> Any:
    context = current()
    return {"headers": {"traceparent": context.traceparent}} if context else {}
