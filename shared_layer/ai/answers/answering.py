"""A prompt answered whole: from the cache, or by the first provider that can; what it cost is in the ledger by then."""

from __future__ import annotations

import time
from typing import Any, Final

from shared_layer.ai.answers.attempts import Attempts
from shared_layer.ai.asking.fallback import first_answer
from shared_layer.ai.asking.hedging import patience_of
from shared_layer.ai.asking.reply import Reply
from shared_layer.ai.cache.semantic import find_like, learn, question_of
from shared_layer.ai.cascade.plan import plan_cascade
from shared_layer.ai.money.ledger import next_call_id, note
from shared_layer.ai.prompts.optimiser import optimise
from shared_layer.ai.prompts.prompt import CATEGORY, Prompt
from shared_layer.ai.providers.credentials import use_keys_of
from shared_layer.ai.routing.route import route
from shared_layer.core.context import current
from shared_layer.core.errors import ProviderFailed, RateLimited
from shared_layer.storage.cache import cached

ANSWER_SECONDS: Final = 300.0
"""The longest deadline of an answer: who asks the same meanwhile waits for it."""


async def answer(prompt: Prompt) -> Reply:
    """The reply to a prompt. Identical prompts in flight ask once, and only one of them pays.

    Raises what is the caller's to correct as the provider told it, else ProviderFailed or RateLimited.
    """
    await use_keys_of(prompt.caller)
    if not prompt.cacheable:
        return _told(await _ask(prompt))
    started = time.perf_counter()
    own: list[Reply] = []

    async def load() -> dict[str, Any]:
        question = await question_of(prompt)
        like = None if question is None else await find_like(question)
        if like is not None and not like.due:
            return Reply.from_cache(like.reply, "", 0.0).like(like.told).stored()
        own.append(await _ask(prompt))
        if question is not None:
            await learn(question, like, prompt, own[0])
        return own[0].stored()

    found = await cached(prompt.caller.tenant_id, CATEGORY, prompt.cache_parts, load, patience=ANSWER_SECONDS)
    if own and not found.hit:
        return _told(own[0])
    call_id = next_call_id(prompt.caller.tenant_id)
    reply = Reply.from_cache(found.value, call_id, (time.perf_counter() - started) * 1000)
    note(prompt.caller, reply.spend(prompt.operation))
    return _told(reply)


async def _ask(prompt: Prompt) -> Reply:
    """The reply of the first provider that can, paid and recorded."""
    started = time.perf_counter()
    body, saved = optimise(prompt.body)
    decision = await route(prompt.caller, prompt.model, body)
    cascade = plan_cascade(decision, body, prompt.verify)
    attempts = Attempts(prompt, body, saved, decision.kept, cascade)
    try:
        won = await first_answer(
            cascade.decision if cascade else decision,
            attempts.ask,
            patience_of(decision, streamed=False) if cascade is None else None,
        )
    except (ProviderFailed, RateLimited):
        if attempts.doubted is None:
            raise
        won = attempts.doubted
    return attempts.reply(won, decision, (time.perf_counter() - started) * 1000)


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
