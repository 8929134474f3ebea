"""Which endpoints a tenant's events go to: remembered in Redis until one of them is changed.

The key holds a counter that every change advances: what was read before the change is out of reach after it.
"""

from __future__ import annotations

from typing import Any, Final

from shared_layer.core.logs import log
from shared_layer.storage.cache import cached
from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.redis import RedisUnavailable, redis
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

    found = await cached(tenant_id, CATEGORY, (str(await _version(tenant_id)),), load, ttl=KEPT_SECONDS)
    return [each["id"] for each in found.value if wants(each["event_types"], event_type)]


async def changed(tenant_id: str) -> None:
    """Have the endpoints read again; without Redis there is nothing that remembers them."""
    try:
        await redis().command("INCR", f"webhook_version:{tenant_id}")
    except RedisUnavailable as error:
        log("WARNING", "webhook_version_not_advanced", str(error))


async def _version(tenant_id: str) -> int:
    try:
        return int(await redis().command("GET", f"webhook_version:{tenant_id}") or 0)
    except RedisUnavailable:
        return 0
