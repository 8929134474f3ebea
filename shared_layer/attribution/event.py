"""What is sent in: touches, conversions, refunds and spend. Each has an id of the sender's own, by which it is once."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import orjson
from pydantic import AfterValidator, AwareDatetime, ConfigDict, EmailStr, Field, StringConstraints, model_validator

from shared_layer.attribution.channels.rules import ChannelName
from shared_layer.attribution.channels.traffic import place_of
from shared_layer.attribution.money import AmountMinor
from shared_layer.core.currency import Currency
from shared_layer.core.ids import Id
from shared_layer.core.models import Model
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "attribution_events"

EventId = Annotated[str, StringConstraints(min_length=1, max_length=200), Field(examples=["visit-1"])]
Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
ConversionName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$"), Field(examples=["purchase"])]
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


def _sensible(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError("a moment lies between the years 2000 and 2100")
    return moment


def _readable(address: str) -> str:
    place_of(address)
    return address


Moment = Annotated[AwareDatetime, AfterValidator(_sensible)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_readable)]


class Named(Model):
    """Whom an event is about: the visitor's own id (a cookie's), an address, a contact's id; at least one."""

    anonymous_id: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    email: EmailStr | None = None
    contact_id: Id | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Named:
        if not (self.anonymous_id or self.email or self.contact_id):
            raise ValueError("say whom it is about: anonymous_id, email or contact_id")
        return self


class TouchEvent(Named):
    """A visit. Its channel comes from what is told outright, else from the tags of `url`, else from `referrer`."""

    type: Literal["touch"]
    event_id: EventId
    at: Moment
    url: Address | None = None
    referrer: Address | None = None
    source: Text | None = None
    medium: Text | None = None
    campaign: Text | None = None
    term: Text | None = None
    content: Text | None = None


class ConversionEvent(Named):
    """A conversion. `amount_minor` is what it brought, in the currency's smallest unit; 0 where it brought no money."""

    type: Literal["conversion"]
    event_id: EventId
    at: Moment
    name: ConversionName
    amount_minor: AmountMinor = 0
    currency: Currency = "USD"


class RefundEvent(Model):
    """Money of a conversion that went back. One that is refunded whole is no conversion any more."""

    type: Literal["refund"]
    event_id: EventId
    refund_of: EventId
    at: Moment
    amount_minor: AmountMinor


class SpendEvent(Model):
    """What was spent on a day. The channel is named, or follows from source, medium and campaign."""

    type: Literal["spend"]
    event_id: EventId
    at: Moment
    amount_minor: AmountMinor
    currency: Currency = "USD"
    channel: ChannelName | None = None
    source: Text | None = None
    medium: Text | None = None
    campaign: Text | None = None


Event = TouchEvent | ConversionEvent | RefundEvent | SpendEvent
KINDS: Final[dict[str, type[Event]]] = {
    "touch": TouchEvent,
    "conversion": ConversionEvent,
    "refund": RefundEvent,
    "spend": SpendEvent,
}


class StoredEvent(Model):
    """An event as kept. `fingerprint` tells whether a second one of the same id says the same,
    `channel` which one spend was counted for."""

    model_config = ConfigDict(extra="ignore")

    id: str
    type: str
    data: dict[str, Any]
    email: str | None = None
    contact_id: str | None = None
    channel: str | None = None
    fingerprint: str
    received_at: datetime
    expires_at: datetime

    @property
    def event(self) -> Event:
        """The event itself."""
        return KINDS[self.type].model_validate(self.data)


def stored_id(*parts: str) -> str:
    """The id under which something that others name is kept: 160 bits of the hash of its names."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


def fingerprint(event: Event) -> str:
    """The same for two events that say the same."""
    told = orjson.dumps(event.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()


def event_document(tenant_id: str, document_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/attribution_events/{hash}`."""
    return tenant_document(tenant_id, COLLECTION, document_id)
