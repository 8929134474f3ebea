"""Attempts to answer one prompt whole: held for, sent, checked and paid, each one that cost something."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from shared_layer.ai.asking.fallback import Answered
from shared_layer.ai.asking.hedging import took
from shared_layer.ai.asking.racing import outcome_of
from shared_layer.ai.asking.reply import Reply, Route, route_line
from shared_layer.ai.cascade.plan import Cascade
from shared_layer.ai.money.budget import Hold, hold, release
from shared_layer.ai.money.ledger import detach, record
from shared_layer.ai.money.spend import Outcome, Spend
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.clients import post
from shared_layer.ai.providers.completion import text_of_answer, unanswered, usage_of
from shared_layer.ai.providers.failures import Doubted, InvalidAnswer, Outrun
from shared_layer.ai.providers.mock import mock_completion
from shared_layer.ai.providers.table import MOCK
from shared_layer.ai.providers.usage import Usage
from shared_layer.ai.routing.route import Decision, Target
from shared_layer.core.ids import new_id

TRIES_FOR_A_FIT: Final = 2


@dataclass(frozen=True, slots=True)
class Bill:
    """One answer to pay for."""

    target: Target
    usage: Usage
    reasons: tuple[str, ...]
    latency_ms: float
    held: Hold


class Attempts:
    """The attempts to answer one prompt; `cost_micros` is what they come to, useful or not."""

    def __init__(
        self,
        prompt: Prompt,
        body: Mapping[str, Any],
        saved: int,
        routed: Mapping[str, Any],
        cascade: Cascade | None = None,
    ) -> None:
        self.call_id = new_id("call")
        self.doubted: Answered[tuple[dict[str, Any], Usage]] | None = None
        self.cost_micros = 0
        self._prompt = prompt
        self._body = body
        self._saved = saved
        self._routed = routed
        self._cascade = cascade
        self._wasted = 0
        self._billed = self._won = False

    async def ask(self, target: Target, seconds: float, reasons: tuple[str, ...]) -> tuple[dict[str, Any], Usage]:
        """An answer of `target` that the prompt accepts; one that does not fit is asked for once more.

        Where several are asked at once, only the first that is good is taken; the others are paid as outrun.
        """
        until = asyncio.get_running_loop().time() + seconds
        for _ in range(TRIES_FOR_A_FIT):
            held = await hold(self._prompt.caller, target.price, self._body)
            try:
                seconds = until - asyncio.get_running_loop().time()
                answered, bill = await self._sent(target, self._body, reasons, held, seconds)
                fit = fits(answered, self._prompt)
                doubt = await self._doubt(answered, bill) if fit else None
                outcome = self._outcome(fit, doubt)
                await self._pay(bill, outcome, doubt)
            finally:
                await release(held)
            if outcome == "outrun":
                raise Outrun
            if doubt:
                self.doubted = Answered(target, (answered, bill.usage), (*reasons, f"not verified: {doubt}"))
                raise Doubted(doubt)
            if fit:
                took(target.provider, streamed=False, seconds=bill.latency_ms / 1000)
                return answered, bill.usage
        raise InvalidAnswer()

    def _outcome(self, fit: bool, doubt: str | None) -> Outcome:
        if not fit:
            return "invalid"
        if doubt:
            return "doubted"
        if self._won:
            return "outrun"
        self._won = True
        return "answered"

    async def _sent(
        self,
        target: Target,
        body: Mapping[str, Any],
        reasons: tuple[str, ...],
        held: Hold,
        seconds: float,
        left: Outcome | None = None,
    ) -> tuple[dict[str, Any], Bill]:
        """What the target answers, and what that is billed as. Where nobody waits for it any more, nobody knows how far
        it has come: it is paid for what it was sent (as `left`, or as what ended the waiting).
        """
        started = time.perf_counter()
        try:
            answered = await send(target, body, self._prompt, seconds)
        except asyncio.CancelledError as cancelled:
            bill = Bill(target, unanswered(body), reasons, (time.perf_counter() - started) * 1000, held)
            await asyncio.shield(detach(self._pay(bill, left or outcome_of(cancelled), None)))
            raise
        usage = usage_of(answered, body, target.provider is not MOCK)
        return answered, Bill(target, usage, reasons, (time.perf_counter() - started) * 1000, held)

    def reply(self, won: Answered[tuple[dict[str, Any], Usage]], decision: Decision, latency_ms: float) -> Reply:
        """The answer that was taken, with what all attempts cost."""
        answered, usage = won.value
        return Reply(
            body=answered,
            model=won.target.model,
            kind=decision.kind,
            route=Route(won.target.provider.id, won.reasons, decision.complexity.score),
            usage=usage,
            cost_micros=self.cost_micros,
            latency_ms=latency_ms,
            call_id=self.call_id,
            tokens_saved=self._saved,
        )

    async def _doubt(self, answered: dict[str, Any], bill: Bill) -> str | None:
        """What the cascade has against an answer ("": nothing); None where it does not check. Whoever leaves meanwhile
        pays for the answer all the same."""
        if self._cascade is None or not self._cascade.covers(bill.target):
            return None
        try:
            return await self._cascade.doubt(answered, self._body, partial(self._check, bill.target, bill.reasons))
        except Exception as error:  # noqa: BLE001 (a check that fails proves nothing: the strong model answers)
            return f"a check failed: {type(error).__name__}"
        except BaseException:
            await asyncio.shield(detach(self._pay(bill, "aborted", None)))
            raise

    async def _check(self, target: Target, reasons: tuple[str, ...], varied: Mapping[str, Any]) -> str:
        """The text of one more answer of a target, asked for by a check."""
        held = await hold(self._prompt.caller, target.price, varied)
        try:
            answered, bill = await self._sent(target, varied, reasons, held, target.provider.total_seconds, "check")
            await self._pay(bill, "check", None)
        finally:
            await release(held)
        return text_of_answer(answered)

    async def _pay(self, bill: Bill, outcome: Outcome, doubt: str | None) -> None:
        """Write one answer down. Only the one that is given (or would have been) bears the call's own id."""
        own = outcome in ("answered", "aborted") and not self._billed
        self._billed |= own
        self._wasted += not own
        target = bill.target
        verdict = {} if doubt is None else {"verified": not doubt, "check": doubt[:200]}
        spend = Spend(
            call_id=self.call_id if own else f"{self.call_id}_{self._wasted}",
            operation=self._prompt.operation,
            provider=target.provider.id,
            model=target.model,
            route=route_line(target.provider.id, bill.reasons),
            usage=bill.usage,
            cost_micros=target.price.of(bill.usage),
            latency_ms=bill.latency_ms,
            outcome=outcome,
            tokens_saved=self._saved if own else 0,
            routed={**self._routed, **verdict} if self._routed and outcome != "check" else {},
        )
        self.cost_micros += spend.cost_micros
        await record(self._prompt.caller, spend, bill.held)


async def send(target: Target, body: Mapping[str, Any], prompt: Prompt, seconds: float) -> dict[str, Any]:
    if target.provider is MOCK:
        return mock_completion(body, prompt.stand_in)
    answered: dict[str, Any] = await post(target.provider, {**body, "model": target.model}, seconds)
    return answered


def fits(answered: Any, prompt: Prompt) -> bool:
    """Whether it is a chat completion at all, and one that the prompt accepts."""
    try:
        text = text_of_answer(answered)
        if prompt.accept is not None:
            prompt.accept(text)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError):
        return False
    return True
