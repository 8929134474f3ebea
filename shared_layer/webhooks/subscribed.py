"""Which endpoints a tenant's events go to: remembered in Redis until one of them is changed."""

from __future__ import annotations

from typing import Any, Final

from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.generations import advance, cached_until_changed
from shared_layer.webhooks.deliverable import wants
from shared_layer.webhooks.endpoint import COLLECTION, MOST

CATEGORY: Final = "webhook_endpoints"
KEPT_SECONDS: Final = 60.0


async def endpoints_for(tenant_id: str, event_type: str) -> list[str]:
    """The ids of the enabled endpoints that asked for events of a type."""

    async def load() -> list[dict[str, Any]]:
        from google.cloud.firestore import FieldFilter

        enabled = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("status", "==", "enabled"))
        stream = enabled.select(["event_types"]).limit(MOST).stream()
        return [{"id": each.id, "event_types": each.get("event_types")} async for each in stream]

    found = await cached_until_changed(tenant_id, CATEGORY, (), load, ttl=KEPT_SECONDS)
    return [each["id"] for each in found if wants(each["event_types"], event_type)]


async def changed(tenant_id: str) -> None:
    """Have the endpoints read again."""
    await advance(tenant_id, CATEGORY)
