"""What comes back from a model: the text, who wrote it and why, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call. `estimated` where the provider did not count them itself (four bytes are taken for a token)."""

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Which provider answered, and why: `complexity` is 0 (trivial) to 1, `reasons` are sentences for people."""

    provider: str
    reasons: tuple[str, ...]
    complexity: float


@dataclass(frozen=True, slots=True)
class Completion:
    """An answered prompt.

    `parsed` is the instance of the response schema, where one was asked for; `cost_micros` is in millionths of a US
    dollar and covers every attempt that cost something, 0 for an answer from the cache; `call_id` is its ledger entry.
    """

    text: str
    parsed: BaseModel | None
    provider: str
    model: str
    route: Route
    usage: Usage
    cost_micros: int
    cached: bool
    latency_ms: float
    call_id: str
