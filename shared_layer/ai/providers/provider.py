"""What is known of a provider and of a model's price."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import urlsplit

from shared_layer.access.mounted import mounted_text
from shared_layer.ai.providers.usage import Usage
from shared_layer.core import environment

MICROS: Final = 1_000_000
"""Millionths of a dollar in a dollar: all money here is whole numbers of these."""

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_own_keys: ContextVar[tuple[str, Mapping[str, str]]] = ContextVar("xynergy_provider_keys", default=("", _NONE))


def use_own_keys(tenant_id: str, keys: Mapping[str, str]) -> None:
    """Call providers with a tenant's own keys (by provider), for this task and the tasks that it starts."""
    _own_keys.set((tenant_id, keys))


@dataclass(frozen=True, slots=True)
class Price:
    """Of one model, in millionths of a US dollar: per request, or per million tokens in and out.

    `longest` is how many tokens an answer has at most where the request sets no limit: what a budget must hold.
    """

    request: int = 0
    million_in: int | None = None
    million_out: int | None = None
    longest: int = 4096

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

    `url_env` and `key_env` name the environment's variables; a key may also be mounted, as the secret `key_secret`.
    Without the URL (or, where `key_needed`, the key) the provider is not configured. A tenant's own key takes the place
    of ours. The first of `models` is the one used unless
    another is named; `model_env` replaces it; `embeddings` are its embedding models. `strength` is what it is tried
    for first: hard prompts or simple ones.

    Limits are in seconds: to connect, to the first token of a stream, between its tokens, and for a whole answer.
    `hedge_after_seconds` is when another one is asked as well, where a policy allows that (None: as is usual for it).
    `continues` and `counts_along` are what vLLM can: go on with an unfinished answer, and count tokens as it writes.
    """

    id: str
    title: str
    url_env: str
    key_env: str
    model_env: str
    models: Mapping[str, Price]
    embeddings: Mapping[str, Price] = field(default_factory=dict)
    strength: Literal["strong", "weak"] = "strong"
    default_url: str = ""
    key_needed: bool = True
    connect_seconds: float = 3.0
    first_token_seconds: float = 20.0
    idle_seconds: float = 20.0
    total_seconds: float = 60.0
    hedge_after_seconds: float | None = None
    continues: bool = False
    counts_along: bool = False

    @property
    def url(self) -> str:
        """The base URL, `/v1` added where the environment gives only a host."""
        return _with_path(environment.variable(self.url_env) or self.default_url)

    @property
    def key(self) -> str:
        """The API key, the tenant's own before ours; empty where there is none."""
        own = _own_keys.get()[1].get(self.id)
        return own or (mounted_text(self.key_secret).strip() if self.key_secret else "")

    @property
    def key_secret(self) -> str:
        """The secret that holds our key, where the variable does not; empty where none is needed."""
        return _secret_of(self.key_env)

    @property
    def breaker(self) -> str:
        """The name of its breaker: a tenant with a key of its own has one to itself, as that key may be the cause."""
        tenant_id, keys = _own_keys.get()
        return f"{self.id}@{tenant_id}" if self.id in keys else self.id

    @property
    def configured(self) -> bool:
        """Whether it can be called at all."""
        return bool(self.url) and (not self.key_needed or bool(self.key))

    @property
    def model(self) -> str:
        """The model that answers when none is named."""
        return environment.variable(self.model_env) or next(iter(self.models))

    def price(self, model: str) -> Price:
        """The price of one of its models; one that is not listed costs what the first one does."""
        return self.models.get(model) or self.embeddings.get(model) or next(iter(self.models.values()))


@lru_cache(64)
def _secret_of(variable: str) -> str:
    return variable.lower().replace("_", "-")


@lru_cache(64)
def _with_path(address: str) -> str:
    url = address.rstrip("/")
    return f"{url}/v1" if url and not urlsplit(url).path else url
