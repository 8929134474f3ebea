"""A provider's stream, opened: it counts as an answer once its first chunk has come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared_layer.ai.chunks import as_chunks, usage_chunk
from shared_layer.ai.clients import Chunks, post_stream
from shared_layer.ai.failures import InvalidAnswer
from shared_layer.ai.ledger import detach
from shared_layer.ai.mock import mock_completion
from shared_layer.ai.providers import MOCK
from shared_layer.ai.routing import Target


@dataclass(frozen=True, slots=True)
class Opened:
    """A stream whose first chunk has come. `more` are the others, `source` the connection to close."""

    first: dict[str, Any]
    more: AsyncIterator[Any]
    source: Chunks | None


async def open_stream(target: Target, body: Mapping[str, Any], seconds: float) -> Opened:
    """A stream of `target`, begun: its first chunk has come within the provider's time for a first token."""
    if target.provider is MOCK:
        completion = mock_completion(body)
        more = _mock_chunks(completion)
        return Opened(await anext(more), more, None)
    options = {**(body.get("stream_options") or {}), "include_usage": True}
    async with asyncio.timeout(min(seconds, target.provider.token_seconds)):
        source = await post_stream(
            target.provider, {**body, "model": target.model, "stream": True, "stream_options": options}
        )
        more = aiter(source)
        try:
            return Opened(await anext(more), more, source)
        except StopAsyncIteration:
            raise InvalidAnswer from None
        except BaseException:
            detach(source.close())
            raise


async def _mock_chunks(completion: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    for chunk in as_chunks(completion):
        yield chunk
    yield usage_chunk(completion, {"usage": completion["usage"]})
