"""The deliveries whose time has come, of all tenants: each is queued once, however many look at the same time.

A delivery that waits carries `due_at`; queuing it takes `due_at` away and stages the word that an attempt is due, in
one commit on condition that nobody wrote since. Whoever comes second finds the condition broken and goes on.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, Final

from shared_layer.core.errors import Conflict, VersionMismatch
from shared_layer.messaging.events.webhooks import WebhookDeliveryDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.gcp_clients import firestore
from shared_layer.webhooks.delivery import COLLECTION

READ_AT_ONCE: Final = 200
AT_ONCE: Final = 20
TIME_LEFT_SECONDS: Final = 15.0


async def queue_due(moment: datetime, outer: Unit) -> int:
    """Queue what is due at `moment`, oldest first, until nothing is or the time runs out; how many this call queued."""
    from google.cloud.firestore import FieldFilter

    queued = 0
    while outer.context.remaining() > TIME_LEFT_SECONDS:
        waiting = (
            firestore()
            .collection_group(COLLECTION)
            .where(filter=FieldFilter("due_at", "<=", moment))
            .order_by("due_at")
            .limit(READ_AT_ONCE)
        )
        found = [snapshot async for snapshot in waiting.stream()]
        for start in range(0, len(found), AT_ONCE):
            taken = await asyncio.gather(*[_queue(each, outer) for each in found[start : start + AT_ONCE]])
            queued += sum(taken)
        if len(found) < READ_AT_ONCE:
            break
    return queued


async def _queue(snapshot: Any, outer: Unit) -> bool:
    """Queue one delivery; False where another scheduler came first."""
    tenant_id: str = snapshot.reference.parent.parent.id
    unit = Unit(outer.context, tenant_id, outer.emits)
    unit.patch_unchanged(snapshot.reference, {"state": "queued", "due_at": None}, snapshot.update_time)
    unit.emit(
        WebhookDeliveryDue(
            endpoint_id=snapshot.get("endpoint_id"), delivery_id=snapshot.id, attempt=snapshot.get("attempt")
        )
    )
    try:
        await unit.commit()
    except (Conflict, VersionMismatch):
        return False
    return True
