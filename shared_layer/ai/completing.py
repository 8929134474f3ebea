"""`complete`: how the other domains ask a model."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from shared_layer.ai import mock
from shared_layer.ai.completion import Completion, Route, Usage
from shared_layer.core.caller import Caller
from shared_layer.core.ids import new_id


async def complete(
    caller: Caller,
    *,
    messages: Sequence[Mapping[str, Any]],
    operation: str,
    model: str = "auto",
    response_schema: type[BaseModel] | None = None,
    max_tokens: int | None = None,
    cache: bool = True,
) -> Completion:
    """The answer of the cheapest model that is good enough.

    `messages` are OpenAI's; `operation` names in the ledger what the money is spent for ("marketing.plan"). With
    `response_schema` the answer is JSON that fits it. Raises ProviderFailed where no provider could answer.
    """
    started = time.perf_counter()
    body: dict[str, Any] = {"messages": list(messages)}
    if max_tokens is not None:
        body["max_tokens"] = max_tokens
    if response_schema is not None:
        body["response_format"] = schema_format(response_schema)
    answer = mock.mock_completion(body, mock.NOTHING_CONFIGURED)
    text = answer["choices"][0]["message"]["content"]
    return Completion(
        text=text,
        parsed=response_schema.model_validate_json(text) if response_schema else None,
        provider="mock",
        model=mock.MODEL,
        route=Route("mock", (mock.NOTHING_CONFIGURED,), 0.0),
        usage=Usage(answer["usage"]["prompt_tokens"], answer["usage"]["completion_tokens"], estimated=True),
        cost_micros=0,
        cached=False,
        latency_ms=(time.perf_counter() - started) * 1000,
        call_id=new_id("call"),
    )


def schema_format(schema: type[BaseModel]) -> dict[str, Any]:
    """OpenAI's `response_format` for a model."""
    return {"type": "json_schema", "json_schema": {"name": schema.__name__, "schema": schema.model_json_schema()}}
