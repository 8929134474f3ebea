"""Streamed answers as OpenAI shapes them: chunks, the error that ends a broken one, and their bytes as SSE."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

DONE: Final = b"data: [DONE]\n\n"
_PIECE: Final = re.compile(r"(?:\s*\S+){1,4}(?:\s+\Z)?|\s+\Z")
_OPENING: Final = frozenset({"role", "content", "tool_calls", "function_call"})


def event(chunk: Any) -> bytes:
    """One server-sent event."""
    return b"data: " + orjson.dumps(chunk) + b"\n\n"


def error_event(message: str) -> bytes:
    """The event by which OpenAI's clients learn that a stream broke: they raise APIError with the message."""
    return event({"error": {"message": message, "type": "server_error", "param": None, "code": "provider_failed"}})


def as_chunks(completion: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A whole `chat.completion` as the chunks of a stream, its text a few words each. The usage is left out."""
    head = {**{key: completion.get(key) for key in ("id", "created", "model")}, "object": "chat.completion.chunk"}
    if fingerprint := completion.get("system_fingerprint"):
        head["system_fingerprint"] = fingerprint
    for choice in completion["choices"]:
        index, logprobs = choice["index"], choice.get("logprobs")
        for delta in _deltas(choice["message"], pieces=logprobs is None):
            told = {"index": index, "delta": delta, "logprobs": None, "finish_reason": None}
            if logprobs is not None and "content" in delta and "role" not in delta:
                told["logprobs"], logprobs = logprobs, None
            yield {**head, "choices": [told]}
        last = {"index": index, "delta": {}, "logprobs": logprobs, "finish_reason": choice.get("finish_reason")}
        yield {**head, "choices": [last]}


def _deltas(message: Mapping[str, Any], pieces: bool) -> Iterator[dict[str, Any]]:
    """A message in deltas: who speaks, which tools are called, then the text."""
    calls, content = message.get("tool_calls"), message.get("content") or ""
    opening: dict[str, Any] = {"role": "assistant", "content": None if calls else ""}
    if calls:
        opening["tool_calls"] = [{"index": number, **call} for number, call in enumerate(calls)]
    if function := message.get("function_call"):
        opening["function_call"] = function
    yield opening
    yield from ({name: value} for name, value in message.items() if value and name not in _OPENING)
    if content:
        yield from ({"content": piece} for piece in (_PIECE.findall(content) if pieces else [content]))


def usage_chunk(chunk: Mapping[str, Any], usage: Mapping[str, Any]) -> dict[str, Any]:
    """The chunk that ends a stream for who asked for `include_usage`; its head is that of any `chunk` before it."""
    head = {key: chunk.get(key) for key in ("id", "created", "model")}
    return {**head, "object": "chat.completion.chunk", "choices": [], **usage}
