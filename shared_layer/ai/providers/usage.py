"""What a call to a provider used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call. `estimated` where the provider did not count them itself (four bytes are taken for a token)."""

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False
