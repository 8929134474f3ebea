"""A source of webhooks: whose calls are taken, at which address, by which secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from shared_layer.core.models import Entity, Model, PageQuery, empty_list
from shared_layer.core.settings import settings
from shared_layer.webhooks.secrets import SealedSecret, grace_of
from shared_layer.webhooks.signatures import Provider

COLLECTION: Final = "webhook_sources"
DAY_SECONDS: Final = 86_400

Token = Annotated[str, StringConstraints(pattern=r"^whin_[A-Za-z0-9_-]{40,300}$")]
Secret = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{16,256}$", strip_whitespace=True)]
_OPENED: Final = re.compile(r"([a-z0-9-]{1,64}) ([a-z0-9_]{1,64}) [0-9a-f]{32}")


class NewSource(Model):
    """A source to take calls from.

    `secret`: what the provider signs with. Stripe hands one out once it knows the address: leave it out, and set it
    with `:rotate`. The others are given one; left out, it is made here.
    """

    provider: Provider
    name: Annotated[str, Field(min_length=1, max_length=100)]
    secret: Secret | None = None


class SourceRotation(Model):
    """A new secret (made here where left out), beside which the old one goes on for `grace_seconds`; 0: it leaked.

    `new_address`: the old address stops at once, and the answer shows a new one.
    """

    secret: Secret | None = None
    grace_seconds: Annotated[int, Field(ge=0, le=7 * DAY_SECONDS)] = DAY_SECONDS
    new_address: bool = False


class Source(Entity):
    """A source as it is listed: everything but its address and its secret."""

    id: str
    name: str
    provider: Provider
    secret_hint: str | None = Field(default=None, description="The secret's last characters; null: it has none yet.")
    grace_ends_at: datetime | None = Field(default=None, description="Until when the former secret is taken, too.")


class IssuedSource(Source):
    """A source with what is shown once: `url` to register with the provider, `secret` to sign with."""

    url: str | None = None
    secret: str | None = None


class StoredSource(Entity):
    """A source as it is stored: the address's hash, the secrets sealed."""

    id: str
    name: str
    provider: Provider
    token_hash: str
    secrets: list[SealedSecret] = Field(default_factory=empty_list)
    created_by: str

    def shown(self) -> Source:
        """What may be listed."""
        hint = self.secrets[0].hint if self.secrets else None
        fields = self.model_dump(include={"id", "name", "provider", "version", "created_at", "updated_at"})
        return Source(**fields, secret_hint=hint, grace_ends_at=grace_of(self.secrets))

    def opened_by(self, token: str) -> bool:
        """Whether `token` is this source's address, compared in constant time."""
        return hmac.compare_digest(self.token_hash, hash_token(token))


class SourceFilter(PageQuery):
    """Which sources to list."""

    provider: Provider | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """What a token names."""

    tenant_id: str
    source_id: str


def new_token(tenant_id: str, source_id: str) -> str:
    """An address's token: it names tenant and source, and holds 128 random bits beside."""
    text = f"{tenant_id} {source_id} {os.urandom(16).hex()}"
    return "whin_" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def hash_token(token: str) -> str:
    """The sha256 of a token: what the store holds of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def address_of(token: str) -> Address | None:
    """Tenant and source of a token; None for a text that was never one. Proves nothing: the hash must match."""
    encoded = token.removeprefix("whin_")
    try:
        text = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except ValueError:
        return None
    match = _OPENED.fullmatch(text)
    return Address(match[1], match[2]) if match else None


def url_of(provider: Provider, token: str) -> str:
    """Where the provider sends its calls."""
    return f"{settings().gateway_url}/api/v1/webhooks/in/{provider}/{token}"


def purpose_of(tenant_id: str, source_id: str) -> str:
    """What a source's secret is sealed for."""
    return f"{tenant_id}/{COLLECTION}/{source_id}"
