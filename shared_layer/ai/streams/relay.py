"""A stream passed on as it comes, gone on with by another provider where it breaks, its bill settled however it ends.

What was sent stays sent. Where a provider breaks off, the next one is asked for the rest, the texts are spliced, and a
chunk with `xynergy.took_over` says so; where that cannot be done an error event ends the stream. Nothing is repeated
or left out in silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from shared_layer.ai.asking.reply import Reply
from shared_layer.ai.health.breaker import Admission, report
from shared_layer.ai.own_context import detach
from shared_layer.ai.providers.chunks import error_event, event
from shared_layer.ai.providers.failures import Failure, failure_of
from shared_layer.ai.streams.assembly import Assembly
from shared_layer.ai.streams.leg import Leg
from shared_layer.ai.streams.opening import Chunk
from shared_layer.ai.streams.splice import CannotSplice, Splice
from shared_layer.ai.streams.stream_plan import StreamPlan
from shared_layer.ai.streams.successor import successor
from shared_layer.core.logs import log, log_exception


class Relay:
    """Passes one answer on. `reply` is the whole of it, once it came to its end."""

    def __init__(self, plan: StreamPlan) -> None:
        self._plan = plan
        self._leg: Leg = plan.leg(plan.won)
        self._batch = plan.won.value.first
        self._head: Chunk = self._batch[0] if self._batch else {}
        self._splice: Splice | None = None
        self._sent = Assembly()
        self._cost = plan.spent
        self._over = False
        self.reply: Reply | None = None

    async def events(self) -> AsyncIterator[bytes]:
        """The stream as server-sent events, to its end, its failure, or until the caller leaves; without the last ones:
        the usage, and what says that it is over."""
        failure = ""
        try:
            while True:
                try:
                    async for passed in self._pass_on():
                        yield passed
                    failure = "" if self._leg.finished else f"{self._provider} ended before the answer was complete"
                except Exception as error:  # noqa: BLE001 (told to the caller, the breaker and the log)
                    complete = self._leg.finished and not isinstance(error, CannotSplice)
                    failure = "" if complete else self._reason(error)
                if not failure:
                    break
                self._cost += await asyncio.shield(detach(self._broken(failure)))
                if not await self._go_on():
                    break
                yield self._took_over(failure)
        except BaseException:
            self.leave()
            raise
        self._over = True
        if failure:
            yield error_event(f"The answer broke off: {failure}. What came before is incomplete; ask again.")
        else:
            self._cost += await asyncio.shield(detach(self._leg.settle("answered")))
            self.reply = self._plan.reply(self._sent, self._leg, self._cost)

    def leave(self) -> None:
        """The caller reads no further: hang up, and bill what was begun. Nothing once the stream is over."""
        if not self._over:
            self._over = True
            detach(self._leg.settle("aborted"))

    @property
    def _provider(self) -> str:
        return self._leg.target.provider.id

    async def _pass_on(self) -> AsyncIterator[bytes]:
        """The current provider's chunks, what came together as one piece."""
        leg, remaining = self._leg, self._plan.prompt.caller.context.remaining
        batch = self._batch
        while batch:
            if passed := b"".join([event(chunk) for chunk in self._joined(leg.take(batch))]):
                yield passed
            if leg.finished and leg.usage is not None and not leg.target.provider.counts_along:
                return
            batch = await leg.source.batch(min(leg.target.provider.idle_seconds, remaining()))

    def _joined(self, chunks: list[Chunk]) -> list[Chunk]:
        """The chunks with the text that may be sent; a successor's under the head of the first."""
        for chunk in chunks:
            for choice in chunk["choices"]:
                delta = choice.get("delta") or {}
                if self._splice is not None:
                    self._join(chunk, choice, delta, self._splice)
            self._sent.take(chunk)
        if self._splice is None:
            return chunks
        return [chunk for chunk in chunks if any(_tells(choice) for choice in chunk["choices"])]

    def _join(self, chunk: Chunk, choice: dict[str, Any], delta: dict[str, Any], splice: Splice) -> None:
        chunk.update({name: self._head.get(name) for name in ("id", "created")})
        delta.pop("role", None)
        text = splice.feed(delta.get("content") or "")
        if choice.get("finish_reason"):
            text += splice.end()
        choice["delta"] = delta
        delta["content"] = text

    def _reason(self, error: Exception) -> str:
        if isinstance(error, CannotSplice):
            return f"{self._provider} began another answer"
        failure = failure_of(self._provider, error, pinned=False)
        if failure is None:
            log_exception("ai_stream_failed", error)
            return "the platform failed"
        return f"{failure.provider} {failure.reason}" if isinstance(failure, Failure) else failure.detail

    async def _broken(self, failure: str) -> int:
        """Bill what came before a break, and tell the breaker."""
        log("WARNING", "ai_stream_broken", failure, provider=self._provider)
        cost = await self._leg.settle("broken")
        if not failure.endswith("began another answer"):
            await report(Admission(self._leg.target.provider.breaker, ""), "failed", failure)
        return cost

    async def _go_on(self) -> bool:
        """Whether another provider takes the stream over."""
        plan, sent = self._plan, self._sent.text
        won = await successor(plan.prompt.caller, plan.decision, self._leg.target, plan.body, sent, self._leg.written)
        if won is None:
            return False
        self._former = self._provider
        self._leg = plan.leg(won)
        self._batch = won.value.first
        self._splice = Splice(sent)
        return True

    def _took_over(self, failure: str) -> bytes:
        told = {
            "from": self._former,
            "to": self._provider,
            "model": self._leg.target.model,
            "reason": failure,
            "after_characters": len(self._sent.text),
        }
        choice = {"index": 0, "delta": {}, "finish_reason": None}
        head = {name: self._head.get(name) for name in ("id", "object", "created", "model")}
        return event({**head, "choices": [choice], "xynergy": {"took_over": told}})


def _tells(choice: dict[str, Any]) -> bool:
    delta = choice.get("delta") or {}
    return bool(choice.get("finish_reason") or any(delta.values()))
