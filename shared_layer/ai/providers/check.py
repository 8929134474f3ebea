"""A provider asked how it is: its list of models, with the key that the tenant's calls would use."""

from __future__ import annotations

import time
from typing import Any, Final

from shared_layer.ai.providers.clients import get
from shared_layer.ai.providers.credentials import known_provider, use_keys_of
from shared_layer.ai.providers.failures import Failure, failure_of
from shared_layer.ai.providers.provider import Provider
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Problem
from shared_layer.core.models import Model

CHECK_SECONDS: Final = 5.0


class ProviderCheck(Model):
    """What a provider answered: `ok`, or what is wrong in `problem`; `missing_models` are ours that it lacks."""

    provider: str
    ok: bool
    own_key: bool
    latency_ms: float
    models: int
    missing_models: list[str]
    problem: str | None = None


async def check_for(provider_id: str, caller: Caller) -> ProviderCheck:
    """Ask a provider as the caller's calls would. Raises NotFound for an unknown provider."""
    provider = known_provider(provider_id)
    await use_keys_of(caller)
    return await check(provider)


async def check(provider: Provider) -> ProviderCheck:
    """Ask a provider for its models. What goes wrong is in the answer."""
    started = time.perf_counter()
    listed: list[str] = []
    problem: str | None = None
    if not provider.configured:
        problem = f"{provider.title} is not configured: it needs an address, or a key."
    else:
        try:
            listed = _names(await get(provider, "/models", CHECK_SECONDS))
        except Exception as error:
            failure = failure_of(provider.id, error, pinned=False)
            if failure is None:
                raise
            told = failure.detail if isinstance(failure, Problem) else f"it {failure.reason}"
            problem = f"{told}{_advice(failure)}"
    return ProviderCheck(
        provider=provider.id,
        ok=problem is None,
        own_key=provider.breaker != provider.id,
        latency_ms=round((time.perf_counter() - started) * 1000, 3),
        models=len(listed),
        missing_models=[name for name in (*provider.models, *provider.embeddings) if listed and name not in listed],
        problem=problem,
    )


def _advice(failure: Failure | Problem) -> str:
    refused = isinstance(failure, Failure) and failure.status in (401, 403)
    return ". Check the key." if refused else ""


def _names(answer: Any) -> list[str]:
    data = answer.get("data") if isinstance(answer, dict) else None
    return [str(model.get("id")) for model in data or () if isinstance(model, dict)]
