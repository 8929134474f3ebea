"""Answers to like questions: off unless the tenant's policy switches it on, bounded, and told with every answer.

Two questions that mean the same are near each other as vectors, and so are some that do not: with cosine .90 a fifth of
such answers were to another question. So a question is like another one only at `NEAREST` or more, only where numbers,
names, quotations and negations are the same, and only among the tenant's last `REMEMBERED` questions that were asked
with the same system prompt and parameters. Conversations, tools and schemas are left out, and without a real embedding
model nothing is like anything.
"""

from __future__ import annotations

import math
import re
from array import array
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, Final

import orjson

from shared_layer.ai.embedding import EmbeddingsRequest, embed, embedding_target
from shared_layer.ai.prompt import Prompt
from shared_layer.ai.providers import MOCK
from shared_layer.ai.standing import standing_of
from shared_layer.core.errors import NotFound, Problem
from shared_layer.core.json import fingerprint
from shared_layer.core.logs import log
from shared_layer.storage.cache import TTL_SECONDS, cache_key
from shared_layer.storage.redis import RedisUnavailable, redis

NEAREST: Final = 0.95
REMEMBERED: Final = 100
LONGEST: Final = 2000
OPERATION: Final = "ai.semantic_cache"
_FACT: Final = re.compile(
    r"\d+(?:[.,:/]\d+)*|\"[^\"]+\"|'[^']{2,}'|\b(?:not?|never|without|except|un\w+|non|nor|neither)\b|n't\b"
    r"|\b(?:more|less|fewer|before|after|above|below|most|least|first|last|min\w*|max\w*|best|worst)\b",
    re.I,
)
_NAME: Final = re.compile(r"(?<=[^.!?\s]\s)[A-Z]\w+")


@dataclass(frozen=True, slots=True)
class Question:
    """A question as a vector; `key` is where the answers to its kind are remembered."""

    text: str
    vector: array[float]
    key: str


async def question_of(prompt: Prompt) -> Question | None:
    """The question of a prompt that may be answered by a like one's answer; None for every other prompt."""
    messages = prompt.body["messages"]
    text = messages[-1].get("content")
    others = {name: value for name, value in prompt.body.items() if name != "messages"}
    plain = isinstance(text, str) and len(text) <= LONGEST and all(one["role"] == "system" for one in messages[:-1])
    if not plain or prompt.accept is not None or others.keys() & {"tools", "functions", "response_format", "n"}:
        return None
    if not (await standing_of(prompt.caller)).policy.semantic_cache or not _embeds():
        return None
    try:
        answer = await embed(EmbeddingsRequest(input=text), prompt.caller, OPERATION)
    except Problem as error:
        log("WARNING", "ai_semantic_cache_blind", error.detail)
        return None
    vector = array("f", [float(value) for value in answer.data[0].embedding])
    kind = fingerprint([prompt.model, others, messages[:-1], answer.model])
    return Question(text, vector, cache_key(prompt.caller.tenant_id, "ai_responses", "like", kind))


async def find_like(question: Question) -> tuple[dict[str, Any], str] | None:
    """The stored reply to the nearest like question, and how it is told; None where there is none."""
    try:
        kept = await redis().command("LRANGE", question.key, 0, REMEMBERED - 1)
    except RedisUnavailable:
        return None
    facts, best, found = facts_of(question.text), NEAREST, None
    for raw in kept:
        text, packed, reply = orjson.loads(raw)
        near = cosine(question.vector, array("f", b64decode(packed)))
        if near >= best and facts_of(text) == facts:
            best, found = near, (reply, f"answers the like question {text[:80]!r} (cosine {near:.3f})")
    return found


async def remember(question: Question, reply: dict[str, Any]) -> None:
    """Keep a reply for like questions, among the last ones. Without Redis it is not kept."""
    entry = orjson.dumps([question.text, b64encode(question.vector.tobytes()).decode(), reply])
    try:
        await redis().pipeline(
            ("LPUSH", question.key, entry),
            ("LTRIM", question.key, 0, REMEMBERED - 1),
            ("EXPIRE", question.key, TTL_SECONDS["ai_responses"]),
        )
    except RedisUnavailable as error:
        log("WARNING", "cache_unavailable", str(error))


def facts_of(text: str) -> tuple[str, ...]:
    """What must be the same in two questions for one answer to do: numbers, quotations, negations, names, in order."""
    return (*(found.lower() for found in _FACT.findall(text)), *_NAME.findall(text))


def cosine(one: array[float], other: array[float]) -> float:
    """The cosine of two vectors; 0 where they are of different models."""
    if len(one) != len(other):
        return 0.0
    lengths = math.sqrt(sum(a * a for a in one)) * math.sqrt(sum(b * b for b in other))
    return sum(map(float.__mul__, one, other)) / lengths if lengths else 0.0


def _embeds() -> bool:
    try:
        return embedding_target("auto").provider is not MOCK
    except NotFound:
        return False
