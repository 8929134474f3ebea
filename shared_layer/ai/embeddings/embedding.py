"""Embeddings as OpenAI's clients expect them; a mock's, and said to be, where no embedding model is configured."""

from __future__ import annotations

import asyncio
import time
from array import array
from base64 import b64encode
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from shared_layer.ai.asking.fallback import first_answer
from shared_layer.ai.asking.reply import route_line
from shared_layer.ai.embeddings.mock_vectors import DIMENSIONS, mock_vector
from shared_layer.ai.money.budget import hold, release
from shared_layer.ai.money.ledger import detach, next_call_id, note, record
from shared_layer.ai.money.spend import Outcome, Spend
from shared_layer.ai.prompts.prompt import AUTO, CATEGORY
from shared_layer.ai.providers.clients import post
from shared_layer.ai.providers.credentials import use_keys_of
from shared_layer.ai.providers.failures import InvalidAnswer
from shared_layer.ai.providers.provider import MICROS, Provider
from shared_layer.ai.providers.table import MOCK, PROVIDERS
from shared_layer.ai.providers.tokens import estimate
from shared_layer.ai.providers.usage import Usage
from shared_layer.ai.routing.analysis import Complexity
from shared_layer.ai.routing.route import Decision, Target
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.ids import new_id
from shared_layer.core.json import fingerprint
from shared_layer.core.models import Model
from shared_layer.storage.cache import cached

OPERATION: Final = "ai.embeddings"
PATH: Final = "/embeddings"

Text = Annotated[str, Field(min_length=1, max_length=200_000)]
Tokens = Annotated[list[Annotated[int, Field(ge=0, lt=1 << 31)]], Field(min_length=1, max_length=8192)]


class EmbeddingsRequest(Model):
    """The body of POST /embeddings. `model` is "auto", a model, or "provider/model"."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=False)

    input: (
        Text
        | Annotated[list[Text], Field(min_length=1, max_length=2048)]
        | Tokens
        | Annotated[list[Tokens], Field(min_length=1, max_length=2048)]
    ) = Field(examples=["The quick brown fox"])
    model: Annotated[str, Field(min_length=1, max_length=200)] = AUTO
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: Annotated[int, Field(ge=1, le=4096)] | None = None
    user: str | None = None

    def provider_body(self) -> dict[str, Any]:
        """What a provider is asked; floats, whatever the caller wants."""
        body: dict[str, Any] = {"input": self.input, "encoding_format": "float", **(self.model_extra or {})}
        return body if self.dimensions is None else {**body, "dimensions": self.dimensions}


class Embedding(Model):
    """One vector, as numbers or as base64 of little-endian 32-bit floats."""

    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class EmbeddingUsage(Model):
    """Tokens read."""

    prompt_tokens: int
    total_tokens: int


class Extras(Model):
    """What the platform adds to OpenAI's answer."""

    call_id: str
    provider: str
    cost_usd: float
    cached: bool


class Embeddings(Model):
    """OpenAI's answer."""

    object: Literal["list"] = "list"
    data: list[Embedding]
    model: str
    usage: EmbeddingUsage
    xynergy: Extras


async def embed(request: EmbeddingsRequest, caller: Caller, operation: str = OPERATION) -> Embeddings:
    """The vectors of the input, paid and recorded; the same input again is answered from the cache.

    Raises NotFound for an unknown model, ProviderFailed or RateLimited where its provider cannot answer.
    """
    await use_keys_of(caller)
    target, body = embedding_target(request.model), request.provider_body()
    own: list[dict[str, Any]] = []

    async def load() -> dict[str, Any]:
        own.append(await _ask(target, body, caller, operation))
        return own[0]

    parts = ("embeddings", fingerprint([f"{target.provider.id}/{target.model}", body]))
    found = await cached(caller.tenant_id, CATEGORY, parts, load)
    answer, paid = found.value, bool(own) and not found.hit
    call_id = answer["call_id"] if paid else next_call_id(caller.tenant_id)
    if not paid:
        usage = Usage(answer["usage"]["prompt_tokens"], 0)
        provider, model = target.provider.id, target.model
        note(caller, Spend(call_id, operation, provider, model, f"{provider}: cached", usage, 0, 0.0, cached=True))
    vectors = [
        Embedding(index=index, embedding=_encoded(vector) if request.encoding_format == "base64" else vector)
        for index, vector in enumerate(answer["vectors"])
    ]
    cost = answer["cost_micros"] / MICROS if paid else 0.0
    told = Extras(call_id=call_id, provider=target.provider.id, cost_usd=cost, cached=not paid)
    return Embeddings(data=vectors, model=target.model, usage=EmbeddingUsage(**answer["usage"]), xynergy=told)


def embedding_target(name: str) -> Target:
    """Who embeds: the model's provider; for "auto" the first that is configured, the cheap one before the strong."""
    ready = [provider for provider in (*reversed(PROVIDERS), MOCK) if provider.embeddings and _usable(provider)]
    prefix, _, rest = name.partition("/")
    for provider in ready:
        models = list(provider.embeddings)
        if name in (AUTO, provider.id):
            return Target(provider, models[0])
        if name in models:
            return Target(provider, name)
        if prefix == provider.id and rest:
            return Target(provider, rest)
    known = ", ".join(model for provider in ready for model in provider.embeddings)
    raise NotFound(f"There is no embedding model {name[:100]!r} here. There are: {known}.", param="model")


def _usable(provider: Provider) -> bool:
    return provider is MOCK or provider.configured


async def _ask(target: Target, body: dict[str, Any], caller: Caller, operation: str) -> dict[str, Any]:
    async def attempt(target: Target, seconds: float, reasons: tuple[str, ...]) -> dict[str, Any]:
        started = time.perf_counter()

        def spent(call_id: str, tokens: int, outcome: Outcome) -> Spend:
            usage = Usage(tokens, 0, estimated=outcome != "answered")
            cost, latency_ms = target.price.of(usage), (time.perf_counter() - started) * 1000
            provider, line = target.provider.id, route_line(target.provider.id, reasons)
            return Spend(call_id, operation, provider, target.model, line, usage, cost, latency_ms, outcome)

        held = await hold(caller, target.price, body)
        try:
            try:
                answer = _mock(body) if target.provider is MOCK else await _post(target, body, seconds)
            except (InvalidAnswer, asyncio.CancelledError) as error:
                outcome: Outcome = "invalid" if isinstance(error, InvalidAnswer) else "aborted"
                lost = spent(new_id("call"), _tokens(body["input"]), outcome)
                await asyncio.shield(detach(record(caller, lost, held)))
                raise
            spend = spent(answer["call_id"], int(answer["usage"]["prompt_tokens"]), "answered")
            await record(caller, spend, held)
        finally:
            await release(held)
        return {**answer, "cost_micros": spend.cost_micros}

    decision = Decision((target,), Complexity(0.0, ("embeddings",)), True)
    return (await first_answer(decision, attempt)).value


async def _post(target: Target, body: dict[str, Any], seconds: float) -> dict[str, Any]:
    answer = await post(target.provider, {**body, "model": target.model}, seconds, PATH)
    try:
        rows = sorted(answer["data"], key=lambda row: int(row["index"]))
        vectors = [[float(value) for value in row["embedding"]] for row in rows]
        usage = answer.get("usage") or {}
        tokens = int(usage.get("prompt_tokens") or _tokens(body["input"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidAnswer from None
    return _answer(vectors, tokens)


def _mock(body: dict[str, Any]) -> dict[str, Any]:
    dimensions = body.get("dimensions") or DIMENSIONS
    return _answer([mock_vector(str(text), dimensions) for text in _inputs(body["input"])], _tokens(body["input"]))


def _answer(vectors: list[list[float]], tokens: int) -> dict[str, Any]:
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"call_id": new_id("call"), "vectors": vectors, "usage": usage}


def _inputs(given: Any) -> Sequence[Any]:
    """Each input that gets a vector: texts, or lists of tokens."""
    return [given] if isinstance(given, str) or isinstance(given[0], int) else given


def _tokens(given: Any) -> int:
    return sum(estimate(one) if isinstance(one, str) else len(one) for one in _inputs(given))


def _encoded(vector: list[float]) -> str:
    return b64encode(array("f", vector).tobytes()).decode()
