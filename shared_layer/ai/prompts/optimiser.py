"""Fewer tokens for the same meaning, and nothing that could not be undone.

Three ways, each with its inverse: pretty-printed JSON without its white space (json_compaction.py), rows of the same
shape as a table (json_table.py), and paragraphs that an earlier message holds as a reference to it
(repetition.py). Only user messages are touched, none that carries a mark for the provider's cache, and each depends on
itself and what stands before it alone: a conversation's prefix, which a provider caches, stays the same with every
turn. A prompt that speaks of lines or layout keeps its own, and no text gets longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared_layer.ai.prompts.json_compaction import compact
from shared_layer.ai.prompts.repetition import Seen
from shared_layer.ai.providers.tokens import estimate, text_of


def optimise(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], int]:
    """The body with shorter user messages, and about how many tokens that saves."""
    saved = 0
    messages = []
    seen = Seen()
    for message in body["messages"]:
        content = message.get("content")
        if message.get("role") == "user" and isinstance(content, str):
            shorter = seen.shortened(compact(content))
            if (fewer := estimate(content) - estimate(shorter)) > 0:
                saved += fewer
                message = {**message, "content": shorter}
        seen.add(text_of(message))  # as it is sent: that is what a later reference leads to
        messages.append(message)
    return ({**body, "messages": messages}, saved) if saved else (body, 0)
