"""A stream passed on chunk by chunk, its bill settled however it ends: complete, broken off, or left by the caller."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from shared_layer.ai.answering import usage_of
from shared_layer.ai.breaker import Admission, report
from shared_layer.ai.chunks import DONE, error_event, event, usage_chunk, written_tokens
from shared_layer.ai.completion import Route, Usage
from shared_layer.ai.failures import Failure, failure_of
from shared_layer.ai.fallback import Answered
from shared_layer.ai.ledger import Outcome, Spend, detach, record
from shared_layer.ai.opening import Opened
from shared_layer.ai.prompt import Prompt
from shared_layer.ai.providers import MICROS
from shared_layer.ai.reply import route_line
from shared_layer.ai.tokens import estimate_messages
from shared_layer.core.ids import new_id
from shared_layer.core.logs import log, log_exception


class Relay:
    """Passes one stream on, counts what it carries, and settles the bill however it ends."""

    def __init__(
        self,
        prompt: Prompt,
        won: Answered[Opened],
        route: Route,
        include_usage: bool,
        started: float,
        tokens_saved: int,
        routed: Mapping[str, Any],
    ) -> None:
        self._prompt = prompt
        self._target = won.target
        self._opened = won.value
        self._route = route
        self._include_usage = include_usage
        self._started = started
        self._tokens_saved = tokens_saved
        self._routed = routed
        self._call_id = new_id("call")
        self._prompt_tokens = estimate_messages(prompt.body["messages"]) - tokens_saved
        self._written = 0.0
        self._finished = False
        self._over = False
        self._counted: dict[str, Any] | None = None

    async def events(self) -> AsyncIterator[bytes]:
        """The stream as server-sent events, to its end, its failure, or until the caller leaves."""
        try:
            chunk: Any = self._opened.first
            while chunk is not None:
                if (passed := self._take(chunk)) is not None:
                    yield event(passed)
                chunk = await self._next()
            failure = "" if self._finished else f"{self._target.provider.id} ended before the answer was complete"
        except Exception as error:  # noqa: BLE001 (told to the caller, the breaker and the log)
            failure = self._reason(error)
        except BaseException:
            self.leave()
            raise
        self._over = True
        cost = await asyncio.shield(detach(self._settle("broken" if failure else "answered")))
        if failure:
            log("WARNING", "ai_stream_broken", failure, provider=self._target.provider.id)
            await report(Admission(self._target.provider.id, ""), "failed", failure)
            yield error_event(f"The answer broke off: {failure}. What came before is incomplete; ask again.")
        elif self._include_usage:
            yield event(self._last(cost))
        yield DONE

    def leave(self) -> None:
        """The caller reads no further: hang up, and bill what was begun. Nothing once the stream is over."""
        if not self._over:
            self._over = True
            detach(self._settle("aborted"))

    async def _next(self) -> Any:
        seconds = min(self._target.provider.token_seconds, self._prompt.caller.context.remaining())
        async with asyncio.timeout(seconds):
            return await anext(self._opened.more, None)

    def _take(self, chunk: dict[str, Any]) -> dict[str, Any] | None:
        """The chunk to pass on, counted; None for the usage, which is kept for the end."""
        if chunk.get("usage"):
            self._counted = chunk["usage"]
            if not chunk.get("choices"):
                return None
        self._written += written_tokens(chunk)
        self._finished = self._finished or any(choice.get("finish_reason") for choice in chunk.get("choices") or ())
        return chunk

    def _reason(self, error: Exception) -> str:
        failure = failure_of(self._target.provider.id, error, pinned=False)
        if failure is None:
            log_exception("ai_stream_failed", error)
            return "the platform failed"
        return f"{failure.provider} {failure.reason}" if isinstance(failure, Failure) else failure.detail

    async def _settle(self, outcome: Outcome) -> int:
        """Close the connection, write the bill; answers what it comes to."""
        if self._opened.source is not None:
            await self._opened.source.close()
        usage = Usage(self._prompt_tokens, math.ceil(self._written), estimated=True)
        if self._counted is not None:
            usage = usage_of({"usage": self._counted}, self._prompt.body, self._opened.source is not None)
        spend = Spend(
            call_id=self._call_id,
            operation=self._prompt.operation,
            provider=self._target.provider.id,
            model=self._target.model,
            route=route_line(self._route.provider, self._route.reasons),
            usage=usage,
            cost_micros=self._target.price.of(usage),
            latency_ms=(time.perf_counter() - self._started) * 1000,
            outcome=outcome,
            streamed=True,
            routed=self._routed,
        )
        await record(self._prompt.caller, spend)
        return spend.cost_micros

    def _last(self, cost_micros: int) -> dict[str, Any]:
        usage = self._counted
        if usage is None:
            written = math.ceil(self._written)
            usage = {
                "prompt_tokens": self._prompt_tokens,
                "completion_tokens": written,
                "total_tokens": self._prompt_tokens + written,
            }
        extra: dict[str, Any] = {
            "cached": False,
            "cost_usd": cost_micros / MICROS,
            "provider": self._target.provider.id,
        }
        extra |= {"call_id": self._call_id, "tokens_saved": self._tokens_saved}
        return usage_chunk(self._opened.first, {"usage": usage, "xynergy": extra})
