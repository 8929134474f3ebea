"""An endpoint of the tenant's that events are sent to."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import EmailStr, Field, StringConstraints

from shared_layer.core.errors import UrlRefused
from shared_layer.core.models import Entity, Model, PageQuery
from shared_layer.core.settings import settings
from shared_layer.outbound.addresses import is_public
from shared_layer.outbound.target import read_target
from shared_layer.webhooks.secrets import SealedSecret, grace_of

COLLECTION: Final = "webhook_endpoints"
MOST: Final = 50
"""Endpoints that one tenant may have."""

GRACE_SECONDS: Final = 86_400
"""How long a rotated secret goes on signing beside its successor."""

_ENDS_IN_A_NUMBER: Final = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$")
"""Such a name is read as an IPv4 address, however it is spelled (WHATWG URL, 3.5)."""

Status = Literal["enabled", "disabled"]
Url = Annotated[
    str, StringConstraints(min_length=8, max_length=2000), Field(examples=["https://hooks.example.com/xynergy"])
]
EventTypes = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^(\*|[a-z][a-z0-9_]{0,99})$")]],
    Field(min_length=1, max_length=100, examples=[["payment_received", "lead_captured"]]),
]
Description = Annotated[str, StringConstraints(max_length=200)]


class NewEndpoint(Model):
    """An endpoint: where to, for which event types (`["*"]`: all), and who is told if it is switched off."""

    url: Url
    event_types: EventTypes
    description: Description = ""
    notify: EmailStr | None = Field(default=None, description="Left out, the tenant's owner is told.")


class EndpointChanges(Model):
    """What may be changed; a field left out stays. `enabled` forgets that it ever failed."""

    url: Url | None = None
    event_types: EventTypes | None = None
    description: Description | None = None
    notify: EmailStr | None = None
    status: Status | None = None


class SecretRotation(Model):
    """A new secret is made; for `grace_seconds` both sign, so that the receiver can change over. 0: it leaked."""

    grace_seconds: Annotated[int, Field(ge=0, le=7 * GRACE_SECONDS)] = GRACE_SECONDS


class EndpointHealth(Model):
    """How deliveries fared. `failing_since`: no delivery has arrived since the first failure at this moment."""

    failing_since: datetime | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None


class EndpointFacts(Entity):
    """What is listed of an endpoint as it is stored. `disabled_because` is for people."""

    id: str
    url: str
    event_types: list[str]
    description: str = ""
    notify: str | None = None
    status: Status = "enabled"
    disabled_because: str | None = None


class Endpoint(EndpointFacts):
    """An endpoint as it is listed: everything but its secret."""

    secret_hint: str | None = Field(default=None, description="The secret's last characters.")
    grace_ends_at: datetime | None = Field(default=None, description="Until when the former secret signs, too.")
    health: EndpointHealth = Field(default_factory=EndpointHealth)


class IssuedEndpoint(Endpoint):
    """An endpoint with its secret: keep `secret` now, it is not shown again."""

    secret: str


class StoredEndpoint(EndpointFacts):
    """An endpoint as it is stored: its secrets sealed, its health in a document of its own."""

    secrets: list[SealedSecret]
    created_by: str

    def shown(self, health: EndpointHealth) -> Endpoint:
        """What may be listed."""
        fields = self.model_dump(exclude={"secrets", "created_by"})
        return Endpoint(**fields, secret_hint=self.secrets[0].hint, grace_ends_at=grace_of(self.secrets), health=health)


class EndpointFilter(PageQuery):
    """Which endpoints to list."""

    status: Status | None = None


def checked_url(url: str) -> str:
    """The URL where it may be sent to: https, and no address that is known not to be public. Raises UrlRefused.

    What its name resolves to is looked at with every delivery; receivers that the operator vouches for may be anywhere.
    """
    target = read_target(url)
    if (target.host, target.port) in settings().webhook_receivers:
        return target.url
    if target.scheme != "https":
        raise UrlRefused("Webhooks are sent to https addresses.")
    if target.port != 443:
        raise UrlRefused("Webhooks are sent to port 443.")
    numeric = ":" in target.host or _ENDS_IN_A_NUMBER.search(target.host)
    if (numeric and not is_public(target.host)) or target.host == "localhost":
        raise UrlRefused(f"{target.host} is not a public address.")
    return target.url


def purpose_of(tenant_id: str, endpoint_id: str) -> str:
    """What an endpoint's secret is sealed for."""
    return f"{tenant_id}/{COLLECTION}/{endpoint_id}"
