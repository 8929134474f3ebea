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
from shared_layer.ai.asking.reply import Reply, Route, route_line, text_of_answer
from shared_layer.ai.cascade.plan import Cascade
from shared_layer.ai.money.budget import Hold, hold, release
from shared_layer.ai.money.ledger import detach, record
from shared_layer.ai.money.spend import Outcome, Spend
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.clients import post
from shared_layer.ai.providers.failures import Doubted, InvalidAnswer, Outrun
from shared_layer.ai.providers.mock import mock_completion
from shared_layer.ai.providers.table import MOCK
from shared_layer.ai.providers.tokens import estimate, estimate_messages
from shared_layer.ai.providers.usage import Usage
from shared_layer.ai.routing.route import Decision, Target
from shared_layer.core.ids import new_id

TRIES_FOR_A_FIT: Final = 2


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
        self._won = False

    async def ask(self, target: Target, seconds: float, reasons: tuple[str, ...]) -> tuple[dict[str, Any], Usage]:
        """An answer of `target` that the prompt accepts; one that does not fit is asked for once more.

        Where several are asked at once, only the first that is good is taken; the others are paid as outrun.
        """
        until = asyncio.get_running_loop().time() + seconds
        for _ in range(TRIES_FOR_A_FIT):
            held = await hold(self._prompt.caller, target.price, self._body)
            try:
                started = time.perf_counter()
                answered = await self._sent(target, reasons, held, until - asyncio.get_running_loop().time())
                latency_ms = (time.perf_counter() - started) * 1000
                usage = usage_of(answered, self._body, target.provider is not MOCK)
                fit = fits(answered, self._prompt)
                bill = Bill(target, usage, reasons, latency_ms, held)
                doubt = await self._doubt(answered, bill) if fit else None
                outcome = self._outcome(fit, doubt)
                await self._pay(bill, outcome, doubt)
            finally:
                await release(held)
            if outcome == "outrun":
                raise Outrun
            if doubt:
                self.doubted = Answered(target, (answered, usage), (*reasons, f"not verified: {doubt}"))
                raise Doubted(doubt)
            if fit:
                took(target.provider, streamed=False, seconds=latency_ms / 1000)
                return answered, usage
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

    async def _sent(self, target: Target, reasons: tuple[str, ...], held: Hold, seconds: float) -> dict[str, Any]:
        """What the target answers. Whoever is cancelled as outrun is paid for what it was sent: it may have begun."""
        started = time.perf_counter()
        try:
            return await send(target, self._body, self._prompt, seconds)
        except asyncio.CancelledError:
            if self._won:
                usage = Usage(estimate_messages(self._body["messages"]), 0, estimated=True)
                bill = Bill(target, usage, reasons, (time.perf_counter() - started) * 1000, held)
                await asyncio.shield(detach(self._pay(bill, "outrun", None)))
            raise

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
            started = time.perf_counter()
            answered = await send(target, varied, self._prompt, target.provider.total_seconds)
            usage = usage_of(answered, varied)
            bill = Bill(target, usage, reasons, (time.perf_counter() - started) * 1000, held)
            await self._pay(bill, "check", None)
        finally:
            await release(held)
        return text_of_answer(answered)

    async def _pay(self, bill: Bill, outcome: Outcome, doubt: str | None) -> None:
        """Write one answer down. Only the one that is given bears the call's own id."""
        self._wasted += outcome in ("invalid", "doubted", "check", "outrun")
        own = outcome in ("answered", "aborted")
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


@dataclass(frozen=True, slots=True)
class Bill:
    """One answer to pay for."""

    target: Target
    usage: Usage
    reasons: tuple[str, ...]
    latency_ms: float
    held: Hold


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


def usage_of(answered: Any, body: Mapping[str, Any], counted_by_provider: bool = True) -> Usage:
    """The tokens that the provider counted, or an estimate where it counted none."""
    counted = answered.get("usage") if isinstance(answered, dict) else None
    if isinstance(counted, dict) and isinstance(counted.get("prompt_tokens"), int):
        return Usage(counted["prompt_tokens"], int(counted.get("completion_tokens") or 0), not counted_by_provider)
    try:
        written = estimate(text_of_answer(answered))
    except (KeyError, TypeError, IndexError, AttributeError):
        written = 0
    return Usage(estimate_messages(body["messages"]), written, estimated=True)
