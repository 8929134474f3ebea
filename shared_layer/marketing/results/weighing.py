"""Every quarter of an hour: tests decided, second rounds begun, campaigns ended. Each once, whoever looks at once.

The decision is a write on condition that nobody wrote the mailing since, with the event that lets the rest go in the
same commit: who comes second finds the condition broken.
"""

from __future__ import annotations

from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.errors import Conflict, IllegalTransition, NotFound, VersionMismatch
from shared_layer.marketing.campaign import COLLECTION as CAMPAIGNS
from shared_layer.marketing.campaign import Campaign
from shared_layer.marketing.mail.send import COLLECTION, Send, send_document
from shared_layer.marketing.results.counting import count, test_counts
from shared_layer.marketing.results.statistics import decide
from shared_layer.messaging.events.marketing import (
    CampaignReleaseDue,
    CampaignResendDue,
    CampaignStatusChanged,
    CampaignTestDecided,
)
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, read, tenant_document
from shared_layer.storage.gcp_clients import firestore

AT_ONCE: Final = 200


async def weigh_due(outer: Unit) -> int:
    """Weigh the mailings of all tenants whose time has come; how many moved on."""
    from google.cloud.firestore import FieldFilter

    due = firestore().collection_group(COLLECTION).where(filter=FieldFilter("weigh_at", "<=", clock.utcnow()))
    moved = 0
    async for snapshot in due.order_by("weigh_at").limit(AT_ONCE).stream():
        unit = Unit(outer.context, snapshot.reference.parent.parent.id, outer.emits)
        send = from_snapshot(snapshot, Send)
        if send.halted:
            continue
        try:
            await weigh(send, unit)
            await unit.commit()
        except (Conflict, VersionMismatch, IllegalTransition, NotFound):
            continue  # another run was first, or somebody paused or ended it
        moved += 1
    return moved


async def weigh(send: Send, unit: Unit) -> None:
    """Stage what follows for a mailing at rest: its test's decision, its second round, or its end. Raises NotFound."""
    campaign = await read(tenant_document(unit.tenant_id, CAMPAIGNS, send.id), Campaign)
    assert campaign.mail is not None
    if campaign.mail.test is not None and send.decision is None:
        await _decide(send, campaign, unit)
    elif campaign.mail.resend is not None and send.resent_at is None:
        _patch(send, {"resent_at": clock.utcnow(), "weigh_at": None}, unit)
        unit.emit(CampaignResendDue(campaign_id=send.id))
    else:
        former = campaign.move("done")
        _patch(send, {"state": "finished", "halted": True, "weigh_at": None}, unit)
        unit.replace(tenant_document(unit.tenant_id, CAMPAIGNS, send.id), campaign)
        unit.emit(CampaignStatusChanged(campaign_id=send.id, status="done", former_status=former))


async def _decide(send: Send, campaign: Campaign, unit: Unit) -> None:
    assert campaign.mail is not None
    assert campaign.mail.test is not None
    counts = await test_counts(unit.tenant_id, send.id, [one.label for one in campaign.mail.variants])
    decision = decide(counts, campaign.mail.test.min_recipients, clock.utcnow())
    fields: dict[str, Any] = {"decision": decision.model_dump(), "weigh_at": None}
    if not await count(unit.tenant_id, send.id, state="held"):
        fields["weigh_at"] = clock.utcnow()
    else:
        unit.emit(CampaignReleaseDue(campaign_id=send.id, part=0))
    _patch(send, fields, unit)
    unit.emit(
        CampaignTestDecided(
            campaign_id=send.id, verdict=decision.verdict, variant=decision.variant, proven=decision.proven
        )
    )


def _patch(send: Send, fields: dict[str, Any], unit: Unit) -> None:
    unit.patch_unchanged(send_document(unit.tenant_id, send.id), fields, send.stored_at)
