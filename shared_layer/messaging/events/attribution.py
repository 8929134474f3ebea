"""Events of attribution."""

from __future__ import annotations

from datetime import datetime

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("attribution_events_received")
class AttributionEventsReceived(EventPayload):
    """Touches, conversions, refunds or spend are kept, and wait to be folded into the journeys."""

    received: list[str]


@event_type("conversion_recorded")
class ConversionRecorded(EventPayload):
    """Somebody converted. `conversion` is which kind; `amount_micros` are millionths of the currency's unit."""

    conversion_id: str
    conversion: str
    contact_id: str | None = None
    amount_micros: int
    currency: str
    touches: int
    converted_at: datetime


@event_type("conversion_reversed")
class ConversionReversed(EventPayload):
    """Money of a conversion went back, or the deal was not won after all. `whole`: nothing of it is left."""

    conversion_id: str
    conversion: str
    contact_id: str | None = None
    amount_micros: int
    currency: str
    whole: bool


@event_type("channel_rules_changed")
class ChannelRulesChanged(EventPayload):
    actor: str
    version: int
    rules: int


@event_type("attribution_rebuild_due")
class AttributionRebuildDue(EventPayload):
    """A tenant's models are to be computed for the night, and what its day documents hold in vain to be dropped."""

    night: str


@event_type("attribution_snapshot_taken")
class AttributionSnapshotTaken(EventPayload):
    """The models of a night: over how many conversions, which channel led by Markov, and how far the models differ."""

    night: str
    conversions: int
    channel: str | None
    disagreement: float
