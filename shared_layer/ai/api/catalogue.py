"""The models that can be named here, in the shape of OpenAI's list, with what they cost and how they are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared_layer.ai.health.breaker import BreakerState, look
from shared_layer.ai.health.probing import latencies
from shared_layer.ai.prompts.prompt import AUTO
from shared_layer.ai.providers.provider import MICROS, Price, Provider
from shared_layer.ai.providers.table import PROVIDERS, answering
from shared_layer.core.errors import NotFound
from shared_layer.core.models import Model

ModelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$")]
"""As it stands in a path. (One of `provider/model` is found under the model's own name.)"""
PUBLISHED = 1_704_067_200
"""`created` of every model: OpenAI's clients want a moment, and ours have none that means anything."""


class ModelPrice(Model):
    """US dollars: per request, or per million tokens."""

    usd_per_request: float | None = None
    usd_per_million_input_tokens: float | None = None
    usd_per_million_output_tokens: float | None = None


class ModelEntry(Model):
    """A model. `health` is its provider's breaker: `open` means it is left alone for `retry_in_seconds`."""

    id: str
    object: Literal["model"] = "model"
    created: int = PUBLISHED
    owned_by: str
    provider: str
    default: bool = Field(description="The one that answers where the provider alone is named, or the router chose it.")
    price: ModelPrice
    health: str
    retry_in_seconds: float = 0.0
    latency_ms: float | None = Field(
        default=None, description="Of the last look at the provider, a minute ago at most."
    )
    embeddings: list[str] = Field(default=[], description="Its provider's models for POST /embeddings.")


class ModelList(Model):
    """OpenAI's list."""

    object: Literal["list"] = "list"
    data: list[ModelEntry]


async def breaker_states() -> list[BreakerState]:
    """How the breaker of each real provider stands, in the document's order."""
    return await look([provider.id for provider in PROVIDERS])


async def list_models() -> ModelList:
    """`auto`, and every model of the providers that are configured."""
    states = {state.provider: state for state in await breaker_states()}
    measured = await latencies()
    auto = ModelEntry(id=AUTO, owned_by="xynergy", provider="router", default=True, price=ModelPrice(), health="closed")
    entries = [auto]
    for provider in answering():
        entries += _entries(provider, states.get(provider.id), measured.get(provider.id))
    return ModelList(data=entries)


async def get_model(name: str) -> ModelEntry:
    """One of them. Raises NotFound."""
    for entry in (await list_models()).data:
        if entry.id == name:
            return entry
    raise NotFound(f"There is no model {name!r}. GET /api/v1/ai/models lists them.", param="model")


def price_of(price: Price) -> ModelPrice:
    """A price in dollars."""
    if price.million_in is None:
        return ModelPrice(usd_per_request=price.request / MICROS)
    return ModelPrice(
        usd_per_million_input_tokens=price.million_in / MICROS,
        usd_per_million_output_tokens=(price.million_out or 0) / MICROS,
    )


def _entries(provider: Provider, state: BreakerState | None, latency_ms: float | None) -> list[ModelEntry]:
    return [
        ModelEntry(
            id=model,
            owned_by=provider.id,
            provider=provider.id,
            default=model == provider.model,
            price=price_of(provider.price(model)),
            health=state.state if state else "closed",
            retry_in_seconds=round(state.retry_in_seconds, 3) if state else 0.0,
            latency_ms=latency_ms,
            embeddings=list(provider.embeddings) if model == provider.model else [],
        )
        for model in dict.fromkeys((provider.model, *provider.models))
    ]
