"""Token counts where no provider counted: four bytes of UTF-8 are one token, by OpenAI's rule of thumb."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

BYTES_A_TOKEN: Final = 4


def estimate(text: str) -> int:
    """About how many tokens `text` has."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // BYTES_A_TOKEN)


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a chat message, whose content is a string or a list of parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(
            part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    return ""


def estimate_messages(messages: Iterable[Mapping[str, Any]]) -> int:
    """About how many tokens a prompt has."""
    return sum(estimate(text_of(message)) for message in messages)
