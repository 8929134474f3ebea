"""Streamed answers as OpenAI shapes them: chunks, the error that ends a broken one, and their bytes as SSE."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

DONE: Final = b"data: [DONE]\n\n"
_WORD: Final = re.compile(r"\s*\S+\s*$|\s*\S+")


def event(chunk: Any) -> bytes:
    """One server-sent event."""
    return b"data: " + orjson.dumps(chunk) + b"\n\n"


def error_event(message: str) -> bytes:
    """The event by which OpenAI's clients learn that a stream broke: they raise APIError with the message."""
    return event({"error": {"message": message, "type": "server_error", "param": None, "code": "provider_failed"}})


def as_chunks(completion: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A whole `chat.completion` as the chunks of a stream, its text a word each. The usage is left out."""
    head = {**{key: completion.get(key) for key in ("id", "created", "model")}, "object": "chat.completion.chunk"}
    for choice in completion["choices"]:
        message, index = choice["message"], choice["index"]
        opening: dict[str, Any] = {"role": "assistant", "content": ""}
        if message.get("tool_calls"):
            calls = [{"index": number, **call} for number, call in enumerate(message["tool_calls"])]
            opening = {"role": "assistant", "content": None, "tool_calls": calls}
        words = _WORD.findall(message.get("content") or "")
        for delta in (opening, *({"content": word} for word in words)):
            yield {**head, "choices": [{"index": index, "delta": delta, "logprobs": None, "finish_reason": None}]}
        last = {"index": index, "delta": {}, "logprobs": None, "finish_reason": choice.get("finish_reason")}
        yield {**head, "choices": [last]}


def usage_chunk(chunk: Mapping[str, Any], usage: Mapping[str, Any]) -> dict[str, Any]:
    """The chunk that ends a stream for who asked for `include_usage`; its head is that of any `chunk` before it."""
    head = {key: chunk.get(key) for key in ("id", "created", "model")}
    return {**head, "object": "chat.completion.chunk", "choices": [], **usage}
