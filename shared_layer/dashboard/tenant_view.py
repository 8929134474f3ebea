"""The overview as one tenant sees it: the platform, and how many of its own events were given up on."""

from __future__ import annotations

import asyncio
from typing import Final

from shared_layer.core.logs import log
from shared_layer.dashboard.measuring import GAUGE
from shared_layer.dashboard.overview import Overview
from shared_layer.messaging.dead_letters import COLLECTION
from shared_layer.storage.documents import tenant_collection

COUNTED_SECONDS: Final = 5.0
REMEMBERED: Final = 1_000

_counted: dict[str, tuple[float, int | None]] = {}


async def overview_for(tenant_id: str) -> Overview:
    """The platform at most a second ago, with the tenant's open dead letters as of at most five."""
    platform, open_letters = await asyncio.gather(GAUGE.read(), _dead_letters(tenant_id))
    return platform.model_copy(update={"dead_letters_open": open_letters})


async def _dead_letters(tenant_id: str) -> int | None:
    moment = asyncio.get_running_loop().time()
    counted_until, count = _counted.get(tenant_id, (0.0, None))
    if moment < counted_until:
        return count
    count = await _count(tenant_id)
    if len(_counted) >= REMEMBERED:
        _counted.clear()
    _counted[tenant_id] = moment + COUNTED_SECONDS, count
    return count


async def _count(tenant_id: str) -> int | None:
    """An aggregation: one read for a thousand letters. None where Firestore does not answer."""
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.cloud.firestore import FieldFilter

    waiting = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("status", "==", "open"))
    try:
        [[counted]] = await waiting.count().get(retry=None, timeout=2.0)
    except (GoogleAPICallError, RetryError) as error:
        log("WARNING", "dead_letters_not_counted", str(error))
        return None
    return int(counted.value)
