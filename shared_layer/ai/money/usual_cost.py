"""What an answer will probably cost, before anybody is asked."""

from __future__ import annotations

from typing import Final

from shared_layer.ai.providers.provider import Price
from shared_layer.ai.providers.usage import Usage

PROMPT_TOKENS: Final = 400
ANSWER_TOKENS: Final = 300
"""Of a usual call, where nothing is known of it: about what public chat logs have at the middle."""


def usual_cost(price: Price, prompt_tokens: int = PROMPT_TOKENS, answer_tokens: int | None = None) -> int:
    """In millionths of a dollar: exact for a price per request, else for an answer of a usual length."""
    return price.of(Usage(prompt_tokens, answer_tokens or ANSWER_TOKENS))
