"""A `chat.completion` of OpenAI's, read: its text, and the tokens that it took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared_layer.ai.providers.tokens import estimate, estimate_messages
from shared_layer.ai.providers.usage import Usage


def text_of_answer(body: Mapping[str, Any]) -> str:
    """The text of a `chat.completion`'s first choice. Raises KeyError, TypeError or IndexError where it is none."""
    return body["choices"][0]["message"].get("content") or ""


def usage_of(answered: Any, asked: Mapping[str, Any], counted_by_provider: bool = True) -> Usage:
    """The tokens that the provider counted, or an estimate where it counted none; `asked` is the request's body."""
    counted = answered.get("usage") if isinstance(answered, dict) else None
    if isinstance(counted, dict) and isinstance(counted.get("prompt_tokens"), int):
        return Usage(counted["prompt_tokens"], int(counted.get("completion_tokens") or 0), not counted_by_provider)
    try:
        written = estimate(text_of_answer(answered))
    except (KeyError, TypeError, IndexError, AttributeError):
        written = 0
    return Usage(estimate_messages(asked["messages"]), written, estimated=True)


def unanswered(asked: Mapping[str, Any]) -> Usage:
    """What a request is taken to have used whose answer nobody waited for: all of its prompt, which was sent."""
    return Usage(estimate_messages(asked["messages"]), 0, estimated=True)
