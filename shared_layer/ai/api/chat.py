"""Chat completions as OpenAI's clients expect them, whole or streamed, with the route, the cost and the cache told."""

from __future__ import annotations

import re
from typing import Any, Final

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response

from shared_layer.ai.answers.answering import answer
from shared_layer.ai.api.chat_request import ChatRequest
from shared_layer.ai.asking.reply import Reply, Route
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.provider import MICROS
from shared_layer.ai.streams.event_stream import EventStream
from shared_layer.ai.streams.streaming import Stream, stream
from shared_layer.core.caller import Caller

OPERATION = "ai.chat"
_PAST_THE_CACHE: Final = re.compile(rb"no-store|no-cache", re.IGNORECASE)

RawHeaders = list[tuple[bytes, bytes]]


async def chat(request: ChatRequest, headers: Headers, caller: Caller) -> Response:
    """The answer to a chat completion request; `headers` may keep the cache out of it."""
    verify = request.xynergy.verify if request.xynergy else None
    body = request.provider_body()
    prompt = Prompt(caller, body, request.model, OPERATION, cache_wanted(headers), verify=verify)
    if request.stream:
        return _streamed(await stream(prompt, request.include_usage), prompt)
    reply = await answer(prompt)
    told = route_headers(reply.route, reply.kind, reply.model)
    cache = b"semantic" if reply.semantic else b"hit" if reply.cached else cache_state(prompt)
    told += [(b"x-xynergy-cost-usd", dollars(reply.cost_micros).encode()), (b"x-xynergy-cache", cache)]
    content = orjson.dumps({**reply.body, "xynergy": extras(reply)})
    return _Whole(told, content)


class _Whole(Response):
    """A JSON answer, its headers given as they are sent: Starlette looks through them three times."""

    def __init__(self, told: RawHeaders, body: bytes) -> None:
        self.status_code = 200
        self.background = None
        self.body = body
        length = (b"content-length", b"%d" % len(body))
        self.raw_headers = [*told, length, (b"content-type", b"application/json")]


def cache_state(prompt: Prompt) -> bytes:
    """What is told of an answer that a model gave."""
    return b"miss" if prompt.cacheable else b"off"


def cache_wanted(headers: Headers) -> bool:
    """Whether the cache may answer: not with `Cache-Control: no-store` (or no-cache), nor `X-Xynergy-Cache: off`."""
    for name, value in headers.raw:
        if name == b"cache-control" and _PAST_THE_CACHE.search(value):
            return False
        if name == b"x-xynergy-cache" and value == b"off":
            return False
    return True


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


def route_headers(route: Route, kind: str, model: str) -> RawHeaders:
    """The headers that tell who answered and why."""
    line = f"{route.provider}/{model}; {kind}; complexity={route.complexity:.2f}"
    return [(b"x-xynergy-provider", route.provider.encode()), (b"x-xynergy-route", line.encode("ascii", "replace"))]


def _streamed(begun: Stream, prompt: Prompt) -> Response:
    told = route_headers(begun.route, begun.kind, begun.model)
    cache = b"semantic" if begun.semantic else b"hit" if begun.cached else cache_state(prompt)
    told += [(b"x-xynergy-cache", cache), (b"x-accel-buffering", b"no")]
    if begun.cost_micros is not None:
        told.append((b"x-xynergy-cost-usd", dollars(begun.cost_micros).encode()))
    return EventStream(begun.events, begun.leave, told)
