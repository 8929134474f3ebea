"""Every minute: campaigns whose hour has come are launched, and mailings that waited, or whose chain broke, go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from shared_layer.core import clock
from shared_layer.core.errors import Conflict, NotFound, Problem, VersionMismatch
from shared_layer.core.logs import log
from shared_layer.marketing.campaign import COLLECTION as CAMPAIGNS
from shared_layer.marketing.mail.send import COLLECTION
from shared_layer.messaging.events.marketing import CampaignSendDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.gcp_clients import firestore

AT_ONCE: Final = 200
Launch = Callable[[str, Unit], Awaitable[None]]
"""Stages the launch of the campaign of that id, of the unit's tenant."""


async def wake_due(outer: Unit) -> int:
    """Tell of the mailings of all tenants whose time has come; how many this run woke."""
    from google.cloud.firestore import FieldFilter

    due = firestore().collection_group(COLLECTION).where(filter=FieldFilter("wake_at", "<=", clock.utcnow()))
    woken = 0
    async for snapshot in due.order_by("wake_at").limit(AT_ONCE).stream():
        unit = Unit(outer.context, snapshot.reference.parent.parent.id, outer.emits)
        unit.patch_unchanged(snapshot.reference, {"wake_at": None}, snapshot.update_time)
        if not snapshot.get("halted"):
            unit.emit(CampaignSendDue(campaign_id=snapshot.id, turn=1))
        try:
            await unit.commit()
        except (Conflict, VersionMismatch):
            continue  # another run was first
        woken += 1
    return woken


async def launch_due(outer: Unit, launch: Launch) -> int:
    """Launch the scheduled campaigns whose hour has come; one that is not ready is told of, and tried again."""
    from google.cloud.firestore import FieldFilter

    due = firestore().collection_group(CAMPAIGNS).where(filter=FieldFilter("status", "==", "scheduled"))
    due = due.where(filter=FieldFilter("launch_at", "<=", clock.utcnow())).order_by("launch_at").limit(AT_ONCE)
    launched = 0
    async for snapshot in due.stream():
        unit = Unit(outer.context, snapshot.reference.parent.parent.id, outer.emits)
        try:
            await launch(snapshot.id, unit)
            await unit.commit()
        except (Conflict, VersionMismatch, NotFound):
            continue
        except Problem as problem:
            log("ERROR", "scheduled_launch_failed", problem.detail, campaign_id=snapshot.id)
            continue
        launched += 1
    return launched
