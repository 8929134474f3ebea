"""Deals on their way: opened, moved from stage to stage, won or lost."""

from __future__ import annotations

from typing import Final

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import VersionMismatch
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Page
from shared_layer.crm.attachment import contact_now, of_contact
from shared_layer.crm.counters import count_change
from shared_layer.crm.deal import (
    CLOSED,
    COLLECTION,
    Deal,
    DealChanges,
    DealDraft,
    DealFilter,
    StageEntry,
    deal_document,
)
from shared_layer.crm.interaction import StoredInteraction
from shared_layer.crm.timeline import stage_interaction
from shared_layer.messaging.events.crm import DealCreated, DealStageChanged, DealWon
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection

MOST_STAGES: Final = 100
PLAIN: Final = ("title", "amount_minor", "currency")


async def create_deal(draft: DealDraft, caller: Caller, unit: Unit) -> Deal:
    """Stage a deal with its first stage. Raises NotFound where its contact is not the tenant's."""
    contact_id = await contact_now(caller.tenant_id, draft.contact_id)
    moment = clock.utcnow()
    deal = Deal(
        id=new_id("deal"),
        opened_at=moment,
        closed_at=moment if draft.stage in CLOSED else None,
        stages=[StageEntry(stage=draft.stage, entered_at=moment, by=caller.principal)],
        created_by=caller.principal,
        created_at=moment,
        updated_at=moment,
        contact_id=contact_id,
        **draft.model_dump(exclude={"contact_id"}),
    )
    unit.create(deal_document(caller.tenant_id, deal.id), deal.model_dump() | {"merges": []})
    count_change(unit, deal.id, {}, deal.facts())
    unit.emit(DealCreated(deal_id=deal.id, contact_id=deal.contact_id, stage=deal.stage))
    _tell(unit, deal, caller.principal)
    return deal


async def get_deal(deal_id: Id, caller: Caller) -> Deal:
    """One deal. Raises NotFound."""
    return await read(deal_document(caller.tenant_id, deal_id), Deal)


async def list_deals(wanted: DealFilter, caller: Caller) -> Page[Deal]:
    """Deals, the newest first."""
    from google.cloud.firestore import FieldFilter

    query = await of_contact(tenant_collection(caller.tenant_id, COLLECTION), wanted.contact_id, None, caller)
    for name, value in (("stage", wanted.stage), ("owner", wanted.owner)):
        if value is not None:
            query = query.where(filter=FieldFilter(name, "==", value))
    return await page(query, Deal, wanted, ["-created_at"])


async def update_deal(deal_id: Id, changes: DealChanges, version: int, caller: Caller, unit: Unit) -> Deal:
    """Change a deal as of `version`. One that is won is a conversion, told of in an event. Raises VersionMismatch."""
    deal = await get_deal(deal_id, caller)
    if deal.version != version:
        raise VersionMismatch()
    facts, former = deal.facts(), deal.stage
    for name in changes.model_fields_set - {"stage", "reason", "contact_id"}:
        value = getattr(changes, name)
        if value is not None or name not in PLAIN:
            setattr(deal, name, value)
    if changes.contact_id is not None:
        deal.contact_id = await contact_now(caller.tenant_id, changes.contact_id)
    if changes.stage is not None and changes.stage != former:
        _move(deal, changes, caller)
        unit.emit(DealStageChanged(deal_id=deal.id, contact_id=deal.contact_id, stage=deal.stage, former_stage=former))
        _tell(unit, deal, caller.principal)
    count_change(unit, deal.id, facts, deal.facts())
    unit.replace(deal_document(caller.tenant_id, deal.id), deal)
    return deal


def _move(deal: Deal, changes: DealChanges, caller: Caller) -> None:
    assert changes.stage is not None
    moment = clock.utcnow()
    deal.stage = changes.stage
    deal.closed_at = moment if changes.stage in CLOSED else None
    entry = StageEntry(stage=changes.stage, entered_at=moment, by=caller.principal, reason=changes.reason)
    deal.stages = [*deal.stages, entry][-MOST_STAGES:]


def _tell(unit: Unit, deal: Deal, by: str) -> None:
    """Stage the stage on the contact's timeline, and the conversion where the deal is won."""
    moment = deal.stages[-1].entered_at
    if deal.stage == "won":
        unit.emit(
            DealWon(
                deal_id=deal.id, contact_id=deal.contact_id, amount_minor=deal.amount_minor, currency=deal.currency,
                won_at=moment,
            )
        )  # fmt: skip
    if deal.contact_id is not None:
        stage_interaction(
            unit,
            StoredInteraction(
                id=new_id("int"), contact_id=deal.contact_id, kind="deal", direction="internal",
                subject=f"{deal.title}: {deal.stage}"[:300], amount_minor=deal.amount_minor, currency=deal.currency,
                origin="api", reference=deal.id, occurred_at=moment, recorded_by=by, recorded_at=moment,
            ),
        )  # fmt: skip


async def delete_deal(deal_id: Id, caller: Caller, unit: Unit) -> None:
    """Throw a deal away, as if it had never been. Raises NotFound."""
    deal = await get_deal(deal_id, caller)
    unit.delete(deal_document(caller.tenant_id, deal.id))
    count_change(unit, deal.id, deal.facts(), {})
