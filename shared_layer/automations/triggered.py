"""Which automations a tenant's events trigger: remembered in Redis until one of them is changed."""

from __future__ import annotations

from typing import Any, Final

from shared_layer.automations.automation import COLLECTION, MOST
from shared_layer.core.errors import ValidationFailed
from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.generations import advance, cached_until_changed
from shared_layer.webhooks.deliverable import is_deliverable, known_types

CATEGORY: Final = "automations"
KEPT_SECONDS: Final = 60.0


def known_type(event_type: str) -> str:
    """The type, where there is such an event to hear of. Raises ValidationFailed."""
    if event_type == "*":
        raise ValidationFailed("An automation is upon events of one type.")
    return known_types([event_type])[0]


async def automations_for(tenant_id: str, event_type: str) -> list[str]:
    """The ids of the enabled automations upon events of a type. Events that say that work is due trigger none."""
    if not is_deliverable(event_type):
        return []

    async def load() -> list[dict[str, Any]]:
        from google.cloud.firestore import FieldFilter

        enabled = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("status", "==", "enabled"))
        stream = enabled.select(["event_type"]).limit(MOST).stream()
        return [{"id": each.id, "event_type": each.get("event_type")} async for each in stream]

    found = await cached_until_changed(tenant_id, CATEGORY, (), load, ttl=KEPT_SECONDS)
    return sorted(each["id"] for each in found if each["event_type"] == event_type)


async def changed(tenant_id: str) -> None:
    """Have the automations read again."""
    await advance(tenant_id, CATEGORY)
