"""Answers to like questions: off unless the tenant's policy switches it on, bounded, and told with every answer.

Two questions that mean the same are near each other as vectors, and so are some that do not: with cosine .90 a fifth of
such answers were to another question. So a question is like another one only at `NEAREST` or more, only where numbers,
names, quotations and negations are the same, and only among the tenant's last `REMEMBERED` questions that were asked
with the same system prompt and parameters. Conversations, tools and schemas are left out, and without a real embedding
model nothing is like anything.
"""

from __future__ import annotations

from array import array
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, Final

import orjson

from shared_layer.ai.asking.reply import Reply
from shared_layer.ai.cache.semantic_audit import OPERATION, Audits, audit, is_due
from shared_layer.ai.embeddings.embedding import EmbeddingsRequest, embed, embedding_target
from shared_layer.ai.embeddings.vectors import cosine, facts_of
from shared_layer.ai.own_context import detach
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.table import MOCK
from shared_layer.ai.routing.standing import standing_of
from shared_layer.core.errors import NotFound, Problem
from shared_layer.core.json import fingerprint
from shared_layer.core.logs import log
from shared_layer.storage.cache import TTL_SECONDS, cache_key
from shared_layer.storage.redis import RedisUnavailable, redis

NEAREST: Final = 0.95
REMEMBERED: Final = 100
LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class Question:
    """A question as a vector; `key` is where answers to its kind are remembered, `audits` where hits are counted."""

    text: str
    vector: array[float]
    key: str
    audits: str


@dataclass(frozen=True, slots=True)
class Like:
    """The stored reply to a like question, and how it is told. `due`: ask the model all the same, and compare."""

    reply: dict[str, Any]
    told: str
    due: bool


async def question_of(prompt: Prompt) -> Question | None:
    """The question of a prompt that may be answered by a like one's answer; None for every other prompt."""
    messages = prompt.body["messages"]
    text = messages[-1].get("content")
    others = {name: value for name, value in prompt.body.items() if name != "messages"}
    plain = isinstance(text, str) and len(text) <= LONGEST and all(one["role"] == "system" for one in messages[:-1])
    if not plain or prompt.accept is not None or others.keys() & {"tools", "functions", "response_format", "n"}:
        return None
    policy = (await standing_of(prompt.caller)).policy
    if not policy.semantic_cache or not _embeds():
        return None
    try:
        answer = await embed(EmbeddingsRequest(input=text), prompt.caller, OPERATION)
    except Problem as error:
        log("WARNING", "ai_semantic_cache_blind", error.detail)
        return None
    vector = array("f", [float(value) for value in answer.data[0].embedding])
    kind = fingerprint([prompt.model, others, messages[:-1], answer.model])
    tenant_id = prompt.caller.tenant_id
    key = cache_key(tenant_id, "ai_responses", "like", kind)
    return Question(text, vector, key, cache_key(tenant_id, "ai_responses", "audits", str(policy.version)))


async def find_like(question: Question) -> Like | None:
    """The stored reply to the nearest like question; None where there is none, or too many were wrong."""
    try:
        kept, (checked, wrong) = await redis().pipeline(
            ("LRANGE", question.key, 0, REMEMBERED - 1), ("HMGET", question.audits, "checked", "wrong")
        )
    except RedisUnavailable:
        return None
    if Audits(question.audits, int(checked or 0), int(wrong or 0)).too_many:
        return None
    facts, best, found = facts_of(question.text), NEAREST, None
    for raw in kept:
        text, packed, reply = orjson.loads(raw)
        near = cosine(question.vector, array("f", b64decode(packed)))
        if near >= best and facts_of(text) == facts:
            best, found = near, (reply, f"answers the like question {text[:80]!r} (cosine {near:.3f})")
    return Like(*found, due=await is_due(question.audits)) if found else None


async def learn(question: Question, like: Like | None, prompt: Prompt, reply: Reply) -> None:
    """Keep the model's reply for like questions, among the last ones; where one was due, compare it with `like`'s.
    Without Redis it is not kept.
    """
    if like is not None:
        detach(audit(question.audits, prompt, like.reply, reply))
    entry = orjson.dumps([question.text, b64encode(question.vector.tobytes()).decode(), reply.stored()])
    try:
        await redis().pipeline(
            ("LPUSH", question.key, entry),
            ("LTRIM", question.key, 0, REMEMBERED - 1),
            ("EXPIRE", question.key, TTL_SECONDS["ai_responses"]),
        )
    except RedisUnavailable as error:
        log("WARNING", "cache_unavailable", str(error))


def _embeds() -> bool:
    try:
        return embedding_target("auto").provider is not MOCK
    except NotFound:
        return False
