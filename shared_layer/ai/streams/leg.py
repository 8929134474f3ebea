"""What one provider contributes to a stream: counted as it comes, billed however it ends."""

from __future__ import annotations

import math
import time
from typing import Any, Final

from shared_layer.ai.asking.fallback import Answered
from shared_layer.ai.asking.reply import route_line
from shared_layer.ai.money.budget import release
from shared_layer.ai.money.ledger import record
from shared_layer.ai.money.spend import Outcome, Spend
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.completion import usage_of
from shared_layer.ai.providers.table import MOCK
from shared_layer.ai.providers.tokens import BYTES_A_TOKEN, estimate_messages
from shared_layer.ai.providers.usage import Usage
from shared_layer.ai.streams.opening import Chunk, Opened
from shared_layer.core.ids import new_id

LONGEST_TOKEN: Final = 4 * BYTES_A_TOKEN
"""Bytes. Chunks that are longer on the average carry more than one token each."""


class Leg:
    """One provider's stretch of a stream.

    `usage` is what the provider counted last, None where it counts nothing.
    """

    def __init__(self, prompt: Prompt, won: Answered[Opened], started: float, saved: int, routed: Any) -> None:
        self.target = won.target
        self.source = won.value.source
        self.call_id = new_id("call")
        self.usage: dict[str, Any] | None = None
        self.finish_reason = ""
        self._prompt, self._won, self._started, self._saved, self._routed = prompt, won, started, saved, routed
        self._chunks = self._bytes = 0

    def take(self, chunks: list[Chunk]) -> list[Chunk]:
        """The chunks to pass on, counted; the usage is kept for the end."""
        passed = []
        for chunk in chunks:
            if usage := chunk.pop("usage", None):
                self.usage = usage
            choices = chunk.get("choices")
            if not choices:
                continue
            for choice in choices:
                self._count(choice.get("delta") or {})
                self.finish_reason = choice.get("finish_reason") or self.finish_reason
            passed.append(chunk)
        return passed

    def _count(self, delta: dict[str, Any]) -> None:
        size = len((delta.get("content") or "").encode("utf-8", "surrogatepass"))
        for name in ("reasoning_content", "refusal"):
            size += len(delta.get(name) or "")
        for call in delta.get("tool_calls") or ():
            function = call.get("function") or {}
            size += len(function.get("arguments") or "") + len(function.get("name") or "")
        if size:
            self._chunks += 1
            self._bytes += size

    @property
    def finished(self) -> bool:
        """Whether the provider said that the answer is complete."""
        return bool(self.finish_reason)

    @property
    def written(self) -> int:
        """Tokens written so far: a chunk is one, as providers send them, unless chunks are too long for that."""
        if self._bytes > self._chunks * LONGEST_TOKEN:
            return math.ceil(self._bytes / BYTES_A_TOKEN)
        return self._chunks

    def counted(self) -> Usage:
        """The provider's own count, else ours."""
        if self.usage is not None:
            return usage_of({"usage": self.usage}, self._prompt.body, self.target.provider is not MOCK)
        sent = max(0, estimate_messages(self._prompt.body["messages"]) - self._saved)
        return Usage(sent, self.written, estimated=True)

    async def settle(self, outcome: Outcome) -> int:
        """Hang up and write the bill; answers what it comes to."""
        self.source.close()
        usage = self.counted()
        spend = Spend(
            call_id=self.call_id,
            operation=self._prompt.operation,
            provider=self.target.provider.id,
            model=self.target.model,
            route=route_line(self.target.provider.id, self._won.reasons),
            usage=usage,
            cost_micros=self.target.price.of(usage),
            latency_ms=(time.perf_counter() - self._started) * 1000,
            outcome=outcome,
            streamed=True,
            tokens_saved=self._saved,
            routed=self._routed,
        )
        try:
            await record(self._prompt.caller, spend, self._won.value.held)
        finally:
            await release(self._won.value.held)
        return spend.cost_micros
