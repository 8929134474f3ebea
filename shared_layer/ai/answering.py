"""A prompt answered whole: from the cache, or by the first provider that can; what it cost is in the ledger by then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final

from shared_layer.ai.budget import Hold, hold, release
from shared_layer.ai.clients import post
from shared_layer.ai.completion import Route, Usage
from shared_layer.ai.failures import InvalidAnswer
from shared_layer.ai.fallback import first_answer
from shared_layer.ai.ledger import note, record
from shared_layer.ai.mock import mock_completion
from shared_layer.ai.optimiser import optimise
from shared_layer.ai.prompt import CATEGORY, Prompt
from shared_layer.ai.providers import MOCK
from shared_layer.ai.reply import Reply, route_line, text_of_answer
from shared_layer.ai.routing import Target, route
from shared_layer.ai.spend import Outcome, Spend
from shared_layer.ai.tokens import estimate, estimate_messages
from shared_layer.core.context import current
from shared_layer.core.ids import new_id
from shared_layer.storage.cache import cached

TRIES_FOR_A_FIT: Final = 2
ANSWER_SECONDS: Final = 300.0
"""The longest deadline of an answer: who asks the same meanwhile waits for it."""


async def answer(prompt: Prompt) -> Reply:
    """The reply to a prompt. Identical prompts in flight ask once, and only one of them pays.

    Raises what is the caller's to correct as the provider told it, else ProviderFailed or RateLimited.
    """
    if not prompt.cacheable:
        return _told(await _ask(prompt))
    started = time.perf_counter()
    own: list[Reply] = []

    async def load() -> dict[str, Any]:
        own.append(await _ask(prompt))
        return own[0].stored()

    found = await cached(prompt.caller.tenant_id, CATEGORY, prompt.cache_parts, load, patience=ANSWER_SECONDS)
    if own and not found.hit:
        return _told(own[0])
    reply = Reply.from_cache(found.value, new_id("call"), (time.perf_counter() - started) * 1000)
    note(prompt.caller, reply.spend(prompt.operation))
    return _told(reply)


async def _ask(prompt: Prompt) -> Reply:
    """The reply of the first provider that can, paid and recorded."""
    started = time.perf_counter()
    body, saved = optimise(prompt.body)
    decision = await route(prompt.caller, prompt.model, body)
    attempts = _Attempts(prompt, body, saved, decision.kept)
    won = await first_answer(decision, attempts.ask)
    answered, usage = won.value
    return Reply(
        body=answered,
        model=won.target.model,
        kind=decision.kind,
        route=Route(won.target.provider.id, won.reasons, decision.complexity.score),
        usage=usage,
        cost_micros=attempts.cost_micros,
        latency_ms=(time.perf_counter() - started) * 1000,
        call_id=attempts.call_id,
        tokens_saved=saved,
    )


class _Attempts:
    """The attempts to answer one prompt; `cost_micros` is what they come to, useful or not."""

    def __init__(self, prompt: Prompt, body: Mapping[str, Any], saved: int, routed: Mapping[str, Any]) -> None:
        self.call_id = new_id("call")
        self.cost_micros = 0
        self._prompt = prompt
        self._body = body
        self._saved = saved
        self._routed = routed
        self._wasted = 0

    async def ask(self, target: Target, seconds: float, reasons: tuple[str, ...]) -> tuple[dict[str, Any], Usage]:
        """An answer of `target` that the prompt accepts; one that does not fit is asked for once more."""
        until = asyncio.get_running_loop().time() + seconds
        for _ in range(TRIES_FOR_A_FIT):
            held = await hold(self._prompt.caller, target.price, self._body)
            try:
                started = time.perf_counter()
                answered = await _send(target, self._body, self._prompt, until - asyncio.get_running_loop().time())
                latency_ms = (time.perf_counter() - started) * 1000
                usage = usage_of(answered, self._body, target.provider is not MOCK)
                fits = _fits(answered, self._prompt)
                self._wasted += not fits
                call_id = self.call_id if fits else f"{self.call_id}_{self._wasted}"
                outcome: Outcome = "answered" if fits else "invalid"
                await self._pay(target, usage, reasons, latency_ms, outcome, call_id, held)
            finally:
                await release(held)
            if fits:
                return answered, usage
        raise InvalidAnswer()

    async def _pay(
        self,
        target: Target,
        usage: Usage,
        reasons: tuple[str, ...],
        latency_ms: float,
        outcome: Outcome,
        call_id: str,
        held: Hold,
    ) -> None:
        """Write one answer down, before anything else is awaited."""
        spend = Spend(
            call_id=call_id,
            operation=self._prompt.operation,
            provider=target.provider.id,
            model=target.model,
            route=route_line(target.provider.id, reasons),
            usage=usage,
            cost_micros=target.price.of(usage),
            latency_ms=latency_ms,
            outcome=outcome,
            tokens_saved=self._saved,
            routed=self._routed,
        )
        self.cost_micros += spend.cost_micros
        await record(self._prompt.caller, spend, held)


async def _send(target: Target, body: Mapping[str, Any], prompt: Prompt, seconds: float) -> dict[str, Any]:
    if target.provider is MOCK:
        return mock_completion(body, prompt.stand_in)
    answered: dict[str, Any] = await post(target.provider, {**body, "model": target.model}, seconds)
    return answered


def _fits(answered: Any, prompt: Prompt) -> bool:
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


def _told(reply: Reply) -> Reply:
    """The reply, with its main figures on the request's log line."""
    if context := current():
        context.labels |= {
            "ai_provider": reply.route.provider,
            "ai_model": reply.model,
            "ai_route": reply.kind,
            "ai_cost_micros": reply.cost_micros,
            "ai_cached": reply.cached,
        }
    return reply
