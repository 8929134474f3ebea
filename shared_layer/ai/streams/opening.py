"""A provider's stream, opened: it counts as an answer once its first chunk has come."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shared_layer.ai.money.budget import Hold, hold, release
from shared_layer.ai.own_context import detach
from shared_layer.ai.providers.chunks import as_chunks, usage_chunk
from shared_layer.ai.providers.clients import post_stream
from shared_layer.ai.providers.failures import InvalidAnswer
from shared_layer.ai.providers.mock import mock_completion
from shared_layer.ai.providers.table import MOCK
from shared_layer.ai.routing.route import Target
from shared_layer.core.caller import Caller

Chunk = dict[str, Any]


class Source(Protocol):
    """Where chunks come from."""

    async def batch(self, seconds: float) -> list[Chunk]:
        """The next chunks, at least one; empty at the end."""

    def close(self) -> None:
        """Take no more."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A stream whose first chunks have come, and the money that is held for it."""

    first: list[Chunk]
    source: Source
    held: Hold


async def open_stream(caller: Caller, target: Target, body: Mapping[str, Any], seconds: float) -> Opened:
    """A stream of `target`, begun: its first chunk has come within the provider's time for a first token."""
    held = await hold(caller, target.price, body)
    source: Source | None = None
    try:
        if target.provider is MOCK:
            source = _MockStream(body)
            return Opened(await source.batch(seconds), source, held)
        until = asyncio.get_running_loop().time() + min(seconds, target.provider.first_token_seconds)
        source = await post_stream(target.provider, _asked(target, body), until - asyncio.get_running_loop().time())
        first = await source.batch(until - asyncio.get_running_loop().time())
        if not first:
            raise InvalidAnswer
        return Opened(first, source, held)
    except BaseException:
        if source is not None:
            source.close()
        detach(release(held))
        raise


def _asked(target: Target, body: Mapping[str, Any]) -> dict[str, Any]:
    options = {**(body.get("stream_options") or {}), "include_usage": True}
    if target.provider.counts_along:
        options["continuous_usage_stats"] = True
    return {**body, "model": target.model, "stream": True, "stream_options": options}


class _MockStream:
    """The mock's answer, in chunks."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        completion = mock_completion(body)
        self._chunks = [*as_chunks(completion), usage_chunk(completion, {"usage": completion["usage"]})]

    async def batch(self, seconds: float) -> list[Chunk]:  # noqa: ARG002 (it never waits)
        """All of it at once."""
        chunks, self._chunks = self._chunks, []
        return chunks

    def close(self) -> None:
        """Nothing is open."""
