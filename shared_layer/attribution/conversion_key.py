"""Under which key a conversion is found again: by its own id, whosever journey it lies in, and before it is known.

What takes it back (a refund, a deal that is reopened) may come first; it is kept here until the conversion comes.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import ConfigDict, Field, PrivateAttr

from shared_layer.attribution.event import stored_id
from shared_layer.core.models import Model
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "attribution_conversions"


class ConversionKey(Model):
    """Whose journey holds the conversion (null: it is not known yet), and what waits for it: refunds by id,
    in the smallest unit of its currency."""

    model_config = ConfigDict(extra="ignore")

    person_id: str | None = None
    refunds: dict[str, int] = Field(default_factory=dict)
    undone_at: datetime | None = None
    _update_time: Any = PrivateAttr(default=None)

    @property
    def stored_at(self) -> Any:
        """Firestore's update time; None for a key that is not stored."""
        return self._update_time

    def remember_update_time(self, update_time: Any) -> None:
        """Hold the next write against the document as it was at `update_time`."""
        self._update_time = update_time


def sent_conversion(event_id: str) -> str:
    """The id of a conversion that was sent in as an event."""
    return stored_id("sent", event_id)


def paid_conversion(provider: str, payment_id: str) -> str:
    """The id of a conversion that is a payment."""
    return stored_id("payment", provider, payment_id)


def deal_conversion(deal_id: str) -> str:
    """The id of a conversion that is a deal."""
    return stored_id("deal", deal_id)


def conversion_document(tenant_id: str, conversion_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/attribution_conversions/{hash}`."""
    return tenant_document(tenant_id, COLLECTION, conversion_id)
