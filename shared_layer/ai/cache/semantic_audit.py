"""How often an answer to a like question was another one than the model would have given: looked at, counted, bounded.

Of a tenant's first hundred hits every fifth is not answered from the cache, later every twentieth: the model is asked
as if there were no like question, its answer is given, and the cached one compared with it. They are the same where
their final answers are, or where the texts are near each other as vectors and tell the same numbers; anything else
counts as wrong, so that rather too many do. Where the share of wrong ones is above `ALLOWED` beyond reasonable doubt,
like questions are not answered any more until the tenant writes another policy.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Any, Final

from shared_layer.ai.asking.reply import Reply
from shared_layer.ai.cascade.final_answer import final_answer
from shared_layer.ai.embeddings.embedding import EmbeddingsRequest, embed
from shared_layer.ai.embeddings.vectors import cosine, facts_of
from shared_layer.ai.money.ledger import note
from shared_layer.ai.money.spend import Spend
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.completion import text_of_answer
from shared_layer.ai.providers.usage import Usage
from shared_layer.core.confidence import bounds
from shared_layer.core.errors import Problem
from shared_layer.core.ids import new_id
from shared_layer.core.logs import log
from shared_layer.storage.redis import RedisUnavailable, redis

OPERATION: Final = "ai.semantic_cache"
ALLOWED: Final = 0.05
ENOUGH: Final = 5
NEAR: Final = 0.85
KEPT_SECONDS: Final = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Audits:
    """What was counted. `key` is the hash in Redis: it is of one version of the tenant's policy."""

    key: str
    checked: int = 0
    wrong: int = 0

    @property
    def too_many(self) -> bool:
        """Whether more are wrong than may be, with 95 % confidence."""
        return self.checked >= ENOUGH and bounds(self.wrong, self.checked)[0] > ALLOWED


async def is_due(key: str) -> bool:
    """Count a hit; whether it is one to be looked at."""
    try:
        hits = int(await redis().command("HINCRBY", key, "hits", 1))
    except RedisUnavailable:
        return True
    return hits % (5 if hits <= 100 else 20) == 0


async def audit(key: str, prompt: Prompt, cached: dict[str, Any], given: Reply) -> None:
    """Compare what the cache would have answered with what the model did, and count it. An answer never fails by it."""
    try:
        same = await _same(text_of_answer(cached["body"]), given.text, prompt)
        counted = [("HINCRBY", key, "checked", 1), ("HINCRBY", key, "wrong", int(not same))]
        await redis().pipeline(*counted, ("EXPIRE", key, KEPT_SECONDS))
    except (Problem, RedisUnavailable) as error:
        log("WARNING", "ai_semantic_audit_lost", str(error))
        return
    spend = Spend(
        call_id=new_id("call"),
        operation=OPERATION,
        provider=given.route.provider,
        model=given.model,
        route="a like question's answer compared with the model's",
        usage=Usage(0, 0),
        cost_micros=0,
        latency_ms=0.0,
        outcome="check",
        semantic="same" if same else "other",
    )
    note(prompt.caller, spend)


async def _same(cached: str, given: str, prompt: Prompt) -> bool:
    if final_answer(cached) == final_answer(given):
        return True
    if facts_of(cached) != facts_of(given) or not (cached and given):
        return False
    answered = await embed(EmbeddingsRequest(input=[cached[:8000], given[:8000]]), prompt.caller, OPERATION)
    one, other = (array("f", [float(value) for value in found.embedding]) for found in answered.data)
    return cosine(one, other) >= NEAR
