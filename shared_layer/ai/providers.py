"""The providers and their prices, a row each. All speak OpenAI's protocol; the environment says where they are.

A model's price is the design document's price per request, unless prices per token are given: then those count. What
an answer costs is therefore known without asking anybody, and the ledger's sums can be checked against the prices.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from shared_layer.ai.completion import Usage

MICROS: Final = 1_000_000
"""Millionths of a dollar in a dollar: all money here is whole numbers of these."""


@dataclass(frozen=True, slots=True)
class Price:
    """Of one model, in millionths of a US dollar: per request, or per million tokens in and out."""

    request: int = 0
    million_in: int | None = None
    million_out: int | None = None

    @property
    def flat(self) -> bool:
        """Whether an answer costs the same however long it is."""
        return self.million_in is None

    def of(self, usage: Usage) -> int:
        """What an answer with `usage` costs; parts of a micro-dollar are rounded up."""
        if self.million_in is None:
            return self.request
        tokens = usage.prompt_tokens * self.million_in + usage.completion_tokens * (self.million_out or 0)
        return -(-tokens // MICROS)


@dataclass(frozen=True, slots=True)
class Provider:
    """A place that answers prompts.

    `url_env` and `key_env` name the environment's variables; without the URL (or, where `key_needed`, the key) the
    provider is not configured. The first of `models` is the one used unless another is named; `model_env` replaces it.
    Limits are in seconds: to connect, to the first token (and between tokens), and for the whole answer.
    """

    id: str
    title: str
    url_env: str
    key_env: str
    model_env: str
    models: Mapping[str, Price]
    default_url: str = ""
    key_needed: bool = True
    connect_seconds: float = 3.0
    token_seconds: float = 20.0
    total_seconds: float = 60.0

    @property
    def url(self) -> str:
        """The base URL, `/v1` added where the environment gives only a host."""
        url = (os.environ.get(self.url_env) or self.default_url).rstrip("/")
        return f"{url}/v1" if url and not urlsplit(url).path else url

    @property
    def key(self) -> str:
        """The API key; empty where there is none."""
        return os.environ.get(self.key_env, "")

    @property
    def configured(self) -> bool:
        """Whether it can be called at all."""
        return bool(self.url) and (bool(self.key) or not self.key_needed)

    @property
    def model(self) -> str:
        """The model that answers when none is named."""
        return os.environ.get(self.model_env) or next(iter(self.models))

    def price(self, model: str) -> Price:
        """The price of one of its models; one that is not listed costs what the first one does."""
        return self.models.get(model) or next(iter(self.models.values()))


ABACUS: Final = Provider(
    id="abacus",
    title="Abacus AI",
    url_env="ABACUS_BASE_URL",
    key_env="ABACUS_API_KEY",
    model_env="ABACUS_MODEL",
    models={"route-llm": Price(request=15_000)},
)
OPENAI: Final = Provider(
    id="openai",
    title="OpenAI",
    url_env="OPENAI_BASE_URL",
    key_env="OPENAI_API_KEY",
    model_env="OPENAI_MODEL",
    models={
        "gpt-4o-mini": Price(request=25_000),
        "gpt-4o": Price(million_in=2_500_000, million_out=10_000_000),
    },
    default_url="https://api.openai.com/v1",
)
INTERNAL: Final = Provider(
    id="internal",
    title="Internal AI (Llama 3.1 8B)",
    url_env="INTERNAL_AI_URL",
    key_env="INTERNAL_AI_KEY",
    model_env="INTERNAL_AI_MODEL",
    models={"llama-3.1-8b-instruct": Price(request=1_000)},
    key_needed=False,
)
MOCK: Final = Provider(
    id="mock",
    title="Mock (deterministic, no model)",
    url_env="",
    key_env="",
    model_env="",
    models={"xynergy-mock-1": Price()},
    key_needed=False,
)

PROVIDERS: Final[tuple[Provider, ...]] = (ABACUS, OPENAI, INTERNAL)
"""The real ones, each with a breaker."""


def internal_or_mock() -> Provider:
    """Who answers simple prompts: the internal model, or its stand-in where there is none."""
    return INTERNAL if INTERNAL.configured else MOCK


def answering() -> tuple[Provider, ...]:
    """Who can answer as the environment stands, in the order in which a hard prompt tries them."""
    return (*(provider for provider in (ABACUS, OPENAI) if provider.configured), internal_or_mock())
