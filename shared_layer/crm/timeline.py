"""A contact's timeline: everything that passed, from every system, in one order under one cursor."""

from __future__ import annotations

from datetime import datetime

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import new_id
from shared_layer.core.models import Page
from shared_layer.crm.contact import contact_document
from shared_layer.crm.contacts import load, load_active
from shared_layer.crm.counters import count_change
from shared_layer.crm.interaction import (
    COLLECTION,
    Interaction,
    InteractionDraft,
    StoredInteraction,
    TimelineFilter,
    interaction_document,
)
from shared_layer.messaging.events.crm import InteractionRecorded
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, tenant_collection


def microseconds(moment: datetime) -> int:
    """A moment as Firestore can raise it without reading it first."""
    return int(moment.timestamp() * 1_000_000)


def stage_interaction(unit: Unit, interaction: StoredInteraction, *, awaited: bool = False) -> None:
    """Stage an interaction with its count and event; the contact's last contact moves on, never back.

    What is internal (a note, a deal's stage) is no contact and moves nothing. Nothing of the contact is read or held:
    any number of them may be recorded at once. `awaited` says that its document
    is there already, left by an edit that came before it.
    """
    assert interaction.contact_id is not None
    reference = interaction_document(unit.tenant_id, interaction.id)
    if awaited:
        unit.put(reference, interaction.model_dump())
    else:
        unit.create(reference, interaction.model_dump())
    if interaction.direction != "internal":
        touch(unit, interaction.contact_id, interaction.occurred_at)
    count_change(unit, interaction.id, {}, {("interactions", "kind", interaction.kind): 1})
    unit.emit(
        InteractionRecorded(
            interaction_id=interaction.id,
            contact_id=interaction.contact_id,
            kind=interaction.kind,
            occurred_at=interaction.occurred_at,
        )
    )


def touch(unit: Unit, contact_id: str, moment: datetime) -> None:
    """Stage that the contact was in touch at `moment`."""
    from google.cloud.firestore import Increment, Maximum

    fields = {"last_contacted_us": Maximum(microseconds(moment)), "interactions": Increment(1)}
    unit.patch(contact_document(unit.tenant_id, contact_id), fields)


async def record_interaction(contact_id: str, draft: InteractionDraft, caller: Caller, unit: Unit) -> Interaction:
    """Stage an interaction that the caller tells of. Raises NotFound, IllegalTransition for a deleted contact."""
    contact = await load_active(caller.tenant_id, contact_id)
    moment = clock.utcnow()
    interaction_id = new_id("int")
    interaction = StoredInteraction(
        id=interaction_id,
        contact_id=contact.id,
        **draft.model_dump(exclude={"occurred_at"}),
        origin="api",
        reference=interaction_id,
        occurred_at=draft.occurred_at or moment,
        recorded_by=caller.principal,
        recorded_at=moment,
    )
    stage_interaction(unit, interaction)
    return Interaction.model_validate(interaction.model_dump(include=set(Interaction.model_fields)))


async def list_interactions(contact_id: str, wanted: TimelineFilter, caller: Caller) -> Page[Interaction]:
    """The contact's timeline, the latest first. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    contact = await load(caller.tenant_id, contact_id)
    found = tenant_collection(caller.tenant_id, COLLECTION).where(filter=FieldFilter("state", "==", "shown"))
    conditions = [
        ("contact_id", "==", contact.id),
        ("kind", "==", wanted.kind),
        ("occurred_at", ">=", wanted.since),
        ("occurred_at", "<", wanted.until),
    ]
    for name, operator, value in conditions:
        if value is not None:
            found = found.where(filter=FieldFilter(name, operator, value))
    listed = await page(found, StoredInteraction, wanted, ["-occurred_at"])
    shown = set(Interaction.model_fields)
    items = [Interaction.model_validate(one.model_dump(include=shown)) for one in listed.items]
    return Page[Interaction](items=items, next_cursor=listed.next_cursor)
