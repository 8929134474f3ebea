"""Chat completions as OpenAI's clients expect them, whole or streamed, with the route, the cost and the cache told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from shared_layer.ai.answers.answering import answer
from shared_layer.ai.api.chat_request import ChatRequest
from shared_layer.ai.asking.reply import Reply, Route
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.table import MICROS
from shared_layer.ai.streams.event_stream import EventStream
from shared_layer.ai.streams.streaming import Stream, stream
from shared_layer.core.caller import Caller

OPERATION = "ai.chat"


async def chat(request: ChatRequest, headers: Mapping[str, str], caller: Caller) -> Response:
    """The answer to a chat completion request; `headers` may keep the cache out of it."""
    verify = request.xynergy.verify if request.xynergy else None
    body = request.provider_body()
    prompt = Prompt(caller, body, request.model, OPERATION, cache_wanted(headers), verify=verify)
    if request.stream:
        return _streamed(await stream(prompt, request.include_usage), prompt)
    reply = await answer(prompt)
    told = route_headers(reply.route, reply.kind, reply.model)
    told |= {
        "X-Xynergy-Cost-Usd": dollars(reply.cost_micros),
        "X-Xynergy-Cache": "semantic" if reply.semantic else "hit" if reply.cached else cache_state(prompt),
    }
    content = orjson.dumps({**reply.body, "xynergy": extras(reply)})
    return _Whole(told, content)


class _Whole(Response):
    """A JSON answer, its headers written as they are sent: Starlette looks through them three times."""

    media_type = "application/json"

    def __init__(self, told: Mapping[str, str], body: bytes) -> None:
        self.status_code = 200
        self.background = None
        self.body = body
        self.raw_headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in told.items()]
        self.raw_headers += [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]


def cache_state(prompt: Prompt) -> str:
    """What is told of an answer that a model gave."""
    return "miss" if prompt.cacheable else "off"


def cache_wanted(headers: Mapping[str, str]) -> bool:
    """Whether the cache may answer: not with `Cache-Control: no-store` (or no-cache), nor `X-Xynergy-Cache: off`."""
    control = headers.get("cache-control", "").lower()
    return "no-store" not in control and "no-cache" not in control and headers.get("x-xynergy-cache", "") != "off"


def extras(reply: Reply) -> dict[str, Any]:
    """What the platform adds to a provider's answer."""
    return {
        "call_id": reply.call_id,
        "provider": reply.route.provider,
        "route": {"kind": reply.kind, "complexity": reply.route.complexity, "reasons": reply.route.reasons},
        "cost_usd": reply.cost_micros / MICROS,
        "cached": reply.cached,
        "tokens_saved": reply.tokens_saved,
        "latency_ms": round(reply.latency_ms, 3),
    }


def dollars(micros: int) -> str:
    """Micro-dollars as a decimal number of dollars, exactly."""
    return f"{micros // MICROS}.{micros % MICROS:06d}"


def route_headers(route: Route, kind: str, model: str) -> dict[str, str]:
    """The headers that tell who answered and why."""
    line = f"{route.provider}/{model}; {kind}; complexity={route.complexity:.2f}"
    return {"X-Xynergy-Provider": route.provider, "X-Xynergy-Route": line.encode("ascii", "replace").decode()}


def _streamed(begun: Stream, prompt: Prompt) -> Response:
    told = route_headers(begun.route, begun.kind, begun.model)
    told["X-Xynergy-Cache"] = "semantic" if begun.semantic else "hit" if begun.cached else cache_state(prompt)
    if begun.cost_micros is not None:
        told["X-Xynergy-Cost-Usd"] = dollars(begun.cost_micros)
    return EventStream(begun.events, begun.leave, told | {"X-Accel-Buffering": "no"})
