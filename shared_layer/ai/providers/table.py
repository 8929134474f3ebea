"""The providers: where they are, which models they have, what those cost, and how long they may take. A row each.

All speak OpenAI's protocol; adding one is adding a row, and its variables to the environment. A model's price is the
design document's price per request, unless prices per token are given: then those count. What an answer costs is
therefore known without asking anybody, and the ledger's sums can be checked against the prices.
"""

from __future__ import annotations

from typing import Final

from shared_layer.ai.providers.provider import Price, Provider

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
        "gpt-4o": Price(million_in=2_500_000, million_out=10_000_000, longest=16_384),
    },
    embeddings={
        "text-embedding-3-small": Price(million_in=20_000),
        "text-embedding-3-large": Price(million_in=130_000),
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
    embeddings={"bge-small-en-v1.5": Price(million_in=5_000)},
    strength="weak",
    key_needed=False,
    continues=True,
    counts_along=True,
)
MOCK: Final = Provider(
    id="mock",
    title="Mock (deterministic, no model)",
    url_env="",
    key_env="",
    model_env="",
    models={"xynergy-mock-1": Price()},
    embeddings={"xynergy-mock-embedding-1": Price()},
    strength="weak",
    key_needed=False,
)

PROVIDERS: Final[tuple[Provider, ...]] = (ABACUS, OPENAI, INTERNAL)
"""The real ones, each with a breaker; among equals the first is tried first."""


def internal_or_mock() -> Provider:
    """Who answers simple prompts: the internal model, or its stand-in where there is none."""
    return next((p for p in PROVIDERS if p.strength == "weak" and p.configured), MOCK)


def answering() -> tuple[Provider, ...]:
    """Who can answer as the environment stands, in the order in which a hard prompt tries them."""
    ready = [provider for provider in PROVIDERS if provider.configured]
    weak = [provider for provider in ready if provider.strength == "weak"]
    return (*(provider for provider in ready if provider.strength == "strong"), *(weak or (MOCK,)))


def baseline_price() -> Price:
    """What everything would cost without routing: the price of the strong provider that hard prompts try first."""
    strong = [provider for provider in PROVIDERS if provider.strength == "strong"]
    first = next((provider for provider in strong if provider.configured), strong[0])
    return first.price(first.model)
