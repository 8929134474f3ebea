"""The answer to a prompt begun as a stream: the provider is settled with the first chunk.

Where the tenant's policy has a cascade for the prompt, the cheap answer is taken whole and checked before anything of
it is sent: its reader would have it already. So its first token comes when the cheap answer and its checks are
done (the whole time of one cheap answer, with `agree` of that many, one after the other); an answer that does not
stand is not sent at all, and the strong model's is streamed as it comes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared_layer.ai.answers.attempts import Attempts
from shared_layer.ai.asking.fallback import first_answer
from shared_layer.ai.asking.hedging import patience_of
from shared_layer.ai.asking.reply import Reply
from shared_layer.ai.cascade.plan import Cascade, plan_cascade
from shared_layer.ai.prompts.optimiser import optimise
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.usage import Usage
from shared_layer.ai.routing.route import Decision, route
from shared_layer.ai.streams.begun import Begun, whole
from shared_layer.ai.streams.openings import Openings
from shared_layer.ai.streams.relay import Relay
from shared_layer.ai.streams.stream_plan import StreamPlan
from shared_layer.core.errors import ProviderFailed, RateLimited


async def begin(prompt: Prompt) -> Begun:
    """The answer, begun. Raises as `answer` does."""
    started = time.perf_counter()
    body, saved = optimise(prompt.body)
    decision = await route(prompt.caller, prompt.model, body)
    cascade = plan_cascade(decision, body, prompt.verify)
    if cascade is None:
        return await _opened(prompt, body, saved, decision, started)
    attempts = Attempts(prompt, body, saved, decision.kept, cascade)
    checked = await _checked(attempts, cascade, started)
    if isinstance(checked, Reply):
        return whole(checked)
    strong = replace(cascade.decision, targets=cascade.decision.targets[1:], before=(checked,))
    try:
        return await _opened(prompt, body, saved, strong, started, attempts.cost_micros)
    except (ProviderFailed, RateLimited):
        if attempts.doubted is None:
            raise
        return whole(attempts.reply(attempts.doubted, decision, (time.perf_counter() - started) * 1000))


async def _checked(attempts: Attempts, cascade: Cascade, started: float) -> Reply | str:
    """The cheap answer where it stands the checks, else why not."""
    cheap = replace(cascade.decision, targets=cascade.decision.targets[:1])
    try:
        won = await first_answer(cheap, attempts.ask)
    except (ProviderFailed, RateLimited) as error:
        return attempts.doubted.reasons[-1] if attempts.doubted else error.detail
    return attempts.reply(won, cascade.decision, (time.perf_counter() - started) * 1000)


async def _opened(
    prompt: Prompt, body: Mapping[str, Any], saved: int, decision: Decision, started: float, spent: int = 0
) -> Begun:
    openings = Openings(prompt, body)
    won = await first_answer(decision, openings.open, patience_of(decision, streamed=True))
    spent += openings.cost_micros
    plan = StreamPlan(prompt, body, saved, decision, won, started, spent)
    relay = Relay(plan)
    price = won.target.price
    known = price.of(Usage(0, 0)) + spent if price.flat else None
    return Begun(plan.route, decision.kind, won.target.model, known, relay.events(), relay.leave, lambda: relay.reply)
