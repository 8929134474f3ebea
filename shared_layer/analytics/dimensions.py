"""What metrics can be broken down by, and filtered by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to group events. `filters` says whether a query may ask for certain values of it."""

    name: str
    description: str
    expression: str
    columns: tuple[str, ...]
    filters: bool = True


def _payload(name: str, description: str) -> Dimension:
    return Dimension(name, description, f"JSON_VALUE(payload, '$.{name}')", ("payload",))


_ALL: Final = (
    Dimension("day", "The event's day in UTC.", "DATE(timestamp)", (), filters=False),
    Dimension("hour", "The event's hour in UTC.", "TIMESTAMP_TRUNC(timestamp, HOUR)", (), filters=False),
    Dimension("event_type", "The event's type.", "event_type", ()),
    Dimension("source_service", "The service that the event comes from.", "source_service", ("source_service",)),
    Dimension("status", "The status that the event gave its subject, where it gave one.", "status", ("status",)),
    _payload("campaign_id", "The campaign, in events of campaigns and their mails."),
    _payload("variant", "The wording that was sent, in events of campaign mails."),
    _payload("provider", "The AI provider, in events of AI calls."),
    _payload("model", "The AI model, in events of AI calls."),
    _payload("route", "Where the AI router sent the call, in events of AI calls."),
    _payload("operation", "What an AI call was made for, in events of AI calls."),
    _payload("conversion", "The kind of conversion (`payment`, `deal_won`, one of yours), in events of conversions."),
    _payload("currency", "The currency, in events of money."),
)

DIMENSIONS: Final[dict[str, Dimension]] = {dimension.name: dimension for dimension in _ALL}
TIMES: Final = ("day", "hour")
