"""Which events go out, and which an endpoint asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shared_layer.core.errors import ValidationFailed

EVERYTHING: Final = "*"
TEST_EVENT: Final = "webhook_test"
_WORK: Final = "_due"
_NOBODY_LEFT: Final = "tenant_erased"


def is_deliverable(event_type: str) -> bool:
    """Whether an event may go out: those that say that work is due are the platform's own business.

    Of a tenant's erasure nobody is left to be told: looking for its endpoints would leave a trace of it anew.
    """
    return not event_type.endswith(_WORK) and event_type != _NOBODY_LEFT


def wants(event_types: Iterable[str], event_type: str) -> bool:
    """Whether an endpoint with these types asked for this one."""
    return any(each in (EVERYTHING, event_type) for each in event_types)


def known_types(event_types: list[str]) -> list[str]:
    """The types, sorted and each once. Raises ValidationFailed, naming those that nobody publishes."""
    from shared_layer.messaging.events import every  # noqa: F401 (importing it registers the event types)
    from shared_layer.messaging.registry import EVENT_TYPES

    known = {name for name in EVENT_TYPES if is_deliverable(name)} | {EVERYTHING}
    if unknown := sorted(set(event_types) - known):
        raise ValidationFailed(
            f"There are no events {', '.join(unknown[:5])} to subscribe to. Use {EVERYTHING!r} for all, or names "
            "of GET /api/v1/events."
        )
    return sorted(set(event_types))
