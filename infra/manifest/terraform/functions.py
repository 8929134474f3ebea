"""One function as Terraform is told of it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from typing import Any, Final

from infra.manifest.access import access_of, reaches
from infra.manifest.terraform.grants import grants_of
from shared_layer.access import operators
from shared_layer.ai.providers.provider import Provider
from shared_layer.ai.providers.table import PROVIDERS
from shared_layer.ai.router import meaning
from shared_layer.core.declaration import AnyDeclaration, HttpOperation
from shared_layer.docs import description
from shared_layer.marketing.feedback import receiving
from shared_layer.marketing.mail.provider import MailProvider
from shared_layer.marketing.mail.providers import PROVIDERS as MAIL_PROVIDERS

OPERATOR_KEYS: Final = "xynergy-api-keys"
"""The secret that holds the operators' keys."""

DESCRIPTION_FILE: Final = "openapi.json"
"""The API's description, beside `main.py` in the archive of a function that serves it."""

SOCKET_COMMAND: Final = (
    "uvicorn main:app --host 0.0.0.0 --port $PORT --ws websockets-sansio --timeout-graceful-shutdown 9"
)
"""What the container of a WebSocket runs: Google's framework routes HTTP only."""

_TIMEOUT: Final = 3600
"""The longest that Cloud Run lets a request take, in seconds."""

_EMBEDDING_MEMORY: Final = 512
"""MiB of a function that embeds prompts: numpy and MiniLM take 110 of them."""

_ACCOUNT_LENGTH: Final = 30
_NAME_LENGTH: Final = 49
"""Cloud Run's own limit; the name and the project's number are one label of the function's URL."""


def function_document(declaration: AnyDeclaration, topics: Iterable[str]) -> dict[str, Any]:
    """Its entry point, size, environment, secrets and grants. Raises ValueError for a name that is too long."""
    slug, resources = declaration.slug, declaration.resources
    if len(slug) > _NAME_LENGTH:
        raise ValueError(f"{declaration.name} is longer than the {_NAME_LENGTH} characters that Cloud Run takes")
    is_open = isinstance(declaration, HttpOperation) and declaration.streams
    return {
        "entry_point": declaration.name,
        "command": SOCKET_COMMAND if _is_socket(declaration) else "",
        "summary": declaration.summary,
        "service": declaration.service.name,
        "kind": declaration.kind,
        "tier": declaration.tier if isinstance(declaration, HttpOperation) else "none",
        "account": account_of(slug),
        "memory": max(resources.memory, _EMBEDDING_MEMORY) if _embeds(declaration) else resources.memory,
        "cpu": resources.cpu,
        "min_instances": resources.min_instances,
        "max_instances": resources.max_instances,
        "concurrency": resources.concurrency,
        "timeout": min(_TIMEOUT, math.ceil(declaration.deadline) + 1),
        "called_by_anyone": is_open,
        "environment": _environment(declaration),
        "secrets": sorted({*resources.secrets, *([OPERATOR_KEYS] if _authenticates(declaration) else [])}),
        "provider_keys": _provider_keys(declaration),
        **grants_of(access_of(declaration), topics).document(),
    }


def account_of(slug: str) -> str:
    """The id of the function's service account: its name, shortened to one of the same length where it is too long."""
    if len(slug) < 6:
        return f"{slug}-function"
    if len(slug) <= _ACCOUNT_LENGTH:
        return slug
    mark = hashlib.sha256(slug.encode()).hexdigest()[:6]
    return f"{slug[: _ACCOUNT_LENGTH - 7].rstrip('-')}-{mark}"


def serves_description(declaration: AnyDeclaration) -> bool:
    """Whether the function answers with the API's description."""
    return reaches(declaration, description.api_description)


def _environment(declaration: AnyDeclaration) -> dict[str, str]:
    """Its own variables, beside those that every function has."""
    served = {"XYNERGY_OPENAPI": DESCRIPTION_FILE} if serves_description(declaration) else {}
    return served | ({meaning.SETTING: "on"} if _embeds(declaration) else {})


def _embeds(declaration: AnyDeclaration) -> bool:
    """Whether the function embeds prompts: it routes, and whoever deploys asks for embeddings."""
    return meaning.asked_for() and reaches(declaration, meaning.meaning)


def _is_socket(declaration: AnyDeclaration) -> bool:
    return isinstance(declaration, HttpOperation) and declaration.websocket


def _authenticates(declaration: AnyDeclaration) -> bool:
    return reaches(declaration, operators.operator_fingerprint)


def _provider_keys(declaration: AnyDeclaration) -> list[str]:
    """The secrets that hold AI and mail providers' keys, and what they sign with, mounted where a stage has them."""
    keys: set[str] = set()
    if reaches(declaration, Provider.key.fget):  # type: ignore[attr-defined]
        keys |= {found.key_secret for found in PROVIDERS if found.key_secret}
    if reaches(declaration, MailProvider.key.fget):  # type: ignore[attr-defined]
        keys |= {found.secret for found in MAIL_PROVIDERS}
    if reaches(declaration, receiving.receive):
        keys |= set(receiving.SECRETS)
    return sorted(keys)
