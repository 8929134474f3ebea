"""A person's journey: touches and conversions, in one document, whatever order they came in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import ConfigDict, Field, PrivateAttr

from shared_layer.attribution.identity import Kind
from shared_layer.core.models import Model, empty_list
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "attribution_journeys"
MOST_TOUCHES: Final = 1000
MOST_CONVERSIONS: Final = 300
MOST_NAMES: Final = 100


class Touch(Model):
    """A visit, with what its channel was told from."""

    id: str
    at: datetime
    channel: str
    source: str
    medium: str
    campaign: str
    term: str = ""
    content: str = ""
    referrer_host: str = ""
    landing_host: str = ""
    landing_path: str = ""


class Conversion(Model):
    """A conversion. What of it went back is kept by refund, so that each is taken off once.

    `undone_at` is when a deal was taken back from won; it counts while that lies after `at`.
    """

    id: str
    at: datetime
    name: str
    amount_micros: int
    currency: str
    origin: str
    refunds: dict[str, int] = Field(default_factory=dict)
    undone_at: datetime | None = None

    @property
    def net_micros(self) -> int:
        """What is left of the money."""
        return max(0, self.amount_micros - sum(self.refunds.values()))

    @property
    def counts(self) -> bool:
        """Whether it is a conversion still: not undone, and not refunded whole."""
        if self.undone_at is not None and self.undone_at >= self.at:
            return False
        return not self.refunds or self.net_micros > 0


class Journey(Model):
    """Who it is, where he came from and when he converted. One that went into another's is empty and names it."""

    model_config = ConfigDict(extra="ignore")

    person_id: str
    contact_id: str | None = None
    emails: list[str] = Field(default_factory=empty_list)
    anonymous_ids: list[str] = Field(default_factory=empty_list)
    touches: list[Touch] = Field(default_factory=empty_list)
    conversions: list[Conversion] = Field(default_factory=empty_list)
    left_out: int = 0
    merged_into: str | None = None
    updated_at: datetime
    _update_time: Any = PrivateAttr(default=None)

    @property
    def known(self) -> bool:
        """Whether it is somebody, and not a browser alone."""
        return bool(self.contact_id or self.emails)

    def name(self, kind: Kind, value: str) -> bool:
        """Note a name that he goes by; whether it is new."""
        if kind == "contact":
            is_new = self.contact_id is None
            self.contact_id = self.contact_id or value
            return is_new
        names = self.emails if kind == "email" else self.anonymous_ids
        if value in names or len(names) >= MOST_NAMES:
            return False
        names.append(value)
        return True

    def take_touch(self, touch: Touch) -> bool:
        """Put a touch in its place; whether it is new. Beyond 1,000 the oldest but the first are left out."""
        if any(one.id == touch.id for one in self.touches):
            return False
        self.touches = sorted([*self.touches, touch], key=lambda one: (one.at, one.id))
        if len(self.touches) > MOST_TOUCHES:
            del self.touches[1]
            self.left_out += 1
        return True

    def take_conversion(self, conversion: Conversion) -> bool:
        """Put a conversion in its place; whether it is new. Beyond 300 the oldest are left out."""
        if any(one.id == conversion.id for one in self.conversions):
            return False
        self.conversions = sorted([*self.conversions, conversion], key=lambda one: (one.at, one.id))
        if len(self.conversions) > MOST_CONVERSIONS:
            del self.conversions[0]
            self.left_out += 1
        return True

    def conversion(self, conversion_id: str) -> Conversion | None:
        """One of its conversions."""
        return next((one for one in self.conversions if one.id == conversion_id), None)

    def absorb(self, other: Journey) -> None:
        """Take over all that another journey holds, which is left empty."""
        for touch in other.touches:
            self.take_touch(touch)
        for conversion in other.conversions:
            self.take_conversion(conversion)
        self.emails = list(dict.fromkeys([*self.emails, *other.emails]))[:MOST_NAMES]
        self.anonymous_ids = list(dict.fromkeys([*self.anonymous_ids, *other.anonymous_ids]))[:MOST_NAMES]
        self.contact_id = self.contact_id or other.contact_id
        self.left_out += other.left_out
        other.touches, other.conversions = [], []
        other.emails, other.anonymous_ids, other.contact_id = [], [], None
        other.merged_into = self.person_id

    @property
    def stored_at(self) -> Any:
        """Firestore's update time of the document; None for a journey that begins now."""
        return self._update_time

    def remember_update_time(self, update_time: Any) -> None:
        """Hold the next write against the document as it was at `update_time`."""
        self._update_time = update_time


def journey_document(tenant_id: str, person_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/attribution_journeys/{person}`."""
    return tenant_document(tenant_id, COLLECTION, person_id)
