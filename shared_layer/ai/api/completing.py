"""`complete`: how the other domains ask a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from shared_layer.ai.answers.answering import answer
from shared_layer.ai.asking.reply import Route
from shared_layer.ai.prompts.prompt import AUTO, Prompt
from shared_layer.ai.providers.usage import Usage
from shared_layer.core.caller import Caller


@dataclass(frozen=True, slots=True)
class Completion:
    """An answered prompt.

    `parsed` is the instance of the response schema, where one was asked for; `cost_micros` is in millionths of a US
    dollar and covers every attempt that cost something, 0 for an answer from the cache; `call_id` is its ledger entry.
    """

    text: str
    parsed: BaseModel | None
    provider: str
    model: str
    route: Route
    usage: Usage
    cost_micros: int
    cached: bool
    latency_ms: float
    call_id: str


async def complete(
    caller: Caller,
    *,
    messages: Sequence[Mapping[str, Any]],
    operation: str,
    model: str = AUTO,
    response_schema: type[BaseModel] | None = None,
    max_tokens: int | None = None,
    cache: bool = True,
    stand_in: BaseModel | None = None,
) -> Completion:
    """The answer of the cheapest model that is good enough.

    `messages` are OpenAI's; `operation` names in the ledger what the money is spent for ("marketing.plan"). With
    `response_schema` the answer is JSON that fits it; `stand_in` is such an answer for the mock to give, where no
    provider is configured. What it cost is on record when this returns, whatever becomes of the caller's own work.
    Raises ProviderFailed where no provider could answer.
    """
    body: dict[str, Any] = {"messages": list(messages)}
    if max_tokens is not None:
        body["max_tokens"] = max_tokens
    if response_schema is not None:
        body["response_format"] = schema_format(response_schema)
    accept = response_schema.model_validate_json if response_schema else None
    mocked = stand_in.model_dump_json if stand_in else None
    reply = await answer(Prompt(caller, body, model, operation, cache, accept, mocked))
    return Completion(
        text=reply.text,
        parsed=response_schema.model_validate_json(reply.text) if response_schema else None,
        provider=reply.route.provider,
        model=reply.model,
        route=reply.route,
        usage=reply.usage,
        cost_micros=reply.cost_micros,
        cached=reply.cached,
        latency_ms=reply.latency_ms,
        call_id=reply.call_id,
    )


def schema_format(schema: type[BaseModel]) -> dict[str, Any]:
    """OpenAI's `response_format` for a model. Not `strict`: that mode knows only some of JSON Schema."""
    return {"type": "json_schema", "json_schema": {"name": schema.__name__, "schema": schema.model_json_schema()}}
