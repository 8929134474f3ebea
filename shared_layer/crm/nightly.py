"""What is done every night for every tenant: scores anew, nudges for who goes cold, deleted contacts purged.

Each tenant has an event of its own, and each event scores 2,000 contacts and tells of the next: tenants are scored
beside each other, and a part that fails is done again, alone. A contact is written only where its score changed; a
nudge is told once for each silence.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from shared_layer.core import clock
from shared_layer.crm.belongings import forget_all
from shared_layer.crm.claims import released
from shared_layer.crm.contact import COLLECTION, StoredContact
from shared_layer.crm.contacts import contact_identities
from shared_layer.crm.lead_score import days_silent, is_going_cold, lead_score
from shared_layer.messaging.events.crm import ContactGoingCold, CrmScoringDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_collection
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery, DocumentSnapshot

PAGE: Final = 200
PAGES_A_PART: Final = 10


async def begin_scoring(unit: Unit) -> int:
    """Tell of every active tenant that has contacts that they are to be scored; how many there are."""
    from google.cloud.firestore import FieldFilter

    night, begun = clock.utcnow().date().isoformat(), 0
    active = firestore().collection("tenants").where(filter=FieldFilter("status", "==", "active"))
    async for page in _pages(active):
        part = Unit(unit.context, "", unit.emits)
        for snapshot in page:
            if await _taken(_active(snapshot.id).limit(1)):
                part.emit(CrmScoringDue(night=night), snapshot.id)
                begun += 1
        await part.commit()
    return begun


def _active(tenant_id: str) -> AsyncQuery:
    from google.cloud.firestore import FieldFilter

    return tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("status", "==", "active"))


async def _pages(query: AsyncQuery, after: str | None = None) -> AsyncIterator[list[DocumentSnapshot]]:
    """A query's documents by id, 200 at once, from behind an id."""
    ordered = query.order_by("__name__").limit(PAGE)
    page = await _taken(ordered.start_after({"__name__": after}) if after is not None else ordered)
    while page:
        yield page
        page = await _taken(ordered.start_after(page[-1])) if len(page) == PAGE else []


async def _taken(query: AsyncQuery) -> list[DocumentSnapshot]:
    return [snapshot async for snapshot in query.stream()]


async def score_part(due: CrmScoringDue, unit: Unit) -> int:
    """Score the tenant's next contacts, a page a commit, and stage the event of those behind them; how many changed."""
    changed, pages, last = 0, 0, due.after
    async for page in _pages(_active(unit.tenant_id), due.after):
        if pages == PAGES_A_PART:
            unit.emit(CrmScoringDue(night=due.night, after=last))
            break
        part = Unit(unit.context, unit.tenant_id, unit.emits)
        for snapshot in page:
            changed += _score(snapshot, part, clock.utcnow())
        await part.commit()
        pages, last = pages + 1, page[-1].id
    return changed


def _score(snapshot: DocumentSnapshot, unit: Unit, moment: datetime) -> bool:
    contact = from_snapshot(snapshot, StoredContact)
    score, reasons = lead_score(contact, moment)
    fields: dict[str, Any] = {}
    if score != contact.score or reasons != contact.score_reasons:
        told = [reason.model_dump() for reason in reasons]
        fields = {"score": score, "score_reasons": told, "scored_at": moment}
    if is_going_cold(contact, moment) and contact.cold_since_us != contact.last_contacted_us:
        fields["cold_since_us"] = contact.last_contacted_us
        days = days_silent(contact, moment) or 0
        unit.emit(ContactGoingCold(contact_id=contact.id, days_silent=days, score=score), unit.tenant_id)
    if fields:
        unit.patch(snapshot.reference, fields)
    return bool(fields)


async def purge_due(unit: Unit) -> int:
    """Remove for good the contacts whose 30 days are over, with all that belongs to them; how many."""
    from google.cloud.firestore import FieldFilter

    due = firestore().collection_group(COLLECTION).where(filter=FieldFilter("purge_after", "<", clock.utcnow()))
    purged = 0
    async for snapshot in due.order_by("purge_after").stream():
        tenant_id = snapshot.reference.parent.parent.id
        contact = from_snapshot(snapshot, StoredContact)
        await forget_all(tenant_id, contact.id)
        part = Unit(unit.context, tenant_id)
        await released(part, contact.id, contact_identities(contact))
        part.delete(snapshot.reference)
        await part.commit()
        purged += 1
    return purged
