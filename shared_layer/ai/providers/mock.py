"""The deterministic stand-in for the internal model where none is configured. It costs nothing and says what it is."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from shared_layer.ai.providers.mock_values import MockValues
from shared_layer.ai.providers.table import MOCK, PROVIDERS
from shared_layer.ai.providers.tokens import BYTES_A_TOKEN, estimate, estimate_messages, text_of

NOTHING_CONFIGURED: Final = "no AI provider is configured"
NO_INTERNAL_MODEL: Final = "the internal model is not configured"
EXCERPT: Final = 280
_WORD: Final = re.compile(r"[^\W_][\w'-]{2,}")
_JSON_NAME: Final = re.compile(r'"\w+"\s*:')

Body = Mapping[str, Any]


def mock_completion(body: Body, stand_in: Callable[[], str] | None = None) -> dict[str, Any]:
    """A `chat.completion` for an OpenAI chat body: the stand-in's text, else one that says why a mock answers."""
    cause = NO_INTERNAL_MODEL if any(p.configured for p in PROVIDERS) else NOTHING_CONFIGURED
    text = stand_in() if stand_in else _text(body, cause)
    limit = int(body.get("max_completion_tokens") or body.get("max_tokens") or 0)
    cut = 0 < limit < estimate(text)
    if cut:
        text = text.encode()[: limit * BYTES_A_TOKEN].decode("utf-8", "ignore")
    prompt, written = estimate_messages(body["messages"]), estimate(text)
    choice = {
        "message": {"role": "assistant", "content": text, "refusal": None},
        "logprobs": None,
        "finish_reason": "length" if cut else "stop",
    }
    count = int(body.get("n") or 1)
    return {
        "id": "chatcmpl-mock-" + _digest(body)[:16],
        "object": "chat.completion",
        "created": int(time.time()),
        "model": next(iter(MOCK.models)),
        "choices": [{"index": index, **choice} for index in range(count)],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": written * count,
            "total_tokens": prompt + written * count,
        },
    }


def _text(body: Body, cause: str) -> str:
    prompt = next((text_of(m) for m in reversed(body["messages"]) if m.get("role") == "user"), "")
    asked = body.get("response_format") or {}
    if asked.get("type") == "json_schema":
        words = _WORD.findall(_JSON_NAME.sub("", prompt))[:60]
        schema = asked.get("json_schema", {}).get("schema", {})
        return orjson.dumps(MockValues(schema, _digest(body), words).value()).decode()
    note = f"[mock answer: {cause}]"
    excerpt = " ".join(prompt.split())
    if len(excerpt) > EXCERPT:
        excerpt = excerpt[:EXCERPT].rsplit(" ", 1)[0] + " …"
    if asked.get("type") == "json_object":
        return orjson.dumps({"note": note, "prompt": excerpt}).decode()
    return f"{note} The prompt ({len(prompt.split())} words): “{excerpt}”"


def _digest(body: Body) -> str:
    return hashlib.sha256(orjson.dumps([text_of(message) for message in body["messages"]])).hexdigest()
