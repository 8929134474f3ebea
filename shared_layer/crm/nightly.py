"""What is done every night for every tenant: scores anew, nudges for who goes cold, deleted contacts purged.

Contacts are read 200 at once, tenant by tenant, and written only where something changed; a nudge is told once for each
silence. A run that is cut off is made good by the next: nothing depends on where it was.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from shared_layer.core import clock
from shared_layer.core.logs import log
from shared_layer.crm.belongings import forget_all
from shared_layer.crm.claims import released
from shared_layer.crm.contact import COLLECTION, StoredContact
from shared_layer.crm.contacts import contact_identities
from shared_layer.crm.lead_score import days_silent, is_going_cold, lead_score
from shared_layer.messaging.events.crm import ContactGoingCold
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_collection
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery, DocumentSnapshot

PAGE: Final = 200


async def score_all(unit: Unit) -> int:
    """Score the contacts of every active tenant; how many changed."""
    changed = 0
    async for tenant_id in _tenants():
        changed += await score_tenant(tenant_id, unit)
    log("INFO", "contacts_scored", f"{changed} scores changed", changed=changed)
    return changed


async def _tenants() -> AsyncIterator[str]:
    from google.cloud.firestore import FieldFilter

    async for page in _pages(firestore().collection("tenants").where(filter=FieldFilter("status", "==", "active"))):
        for snapshot in page:
            yield snapshot.id


async def _pages(query: AsyncQuery) -> AsyncIterator[list[DocumentSnapshot]]:
    """A query's documents by id, 200 at once."""
    ordered = query.order_by("__name__").limit(PAGE)
    page = [snapshot async for snapshot in ordered.stream()]
    while page:
        yield page
        page = [snapshot async for snapshot in ordered.start_after(page[-1]).stream()] if len(page) == PAGE else []


async def score_tenant(tenant_id: str, unit: Unit) -> int:
    """Score one tenant's contacts, a page a commit."""
    from google.cloud.firestore import FieldFilter

    active = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("status", "==", "active"))
    changed = 0
    async for page in _pages(active):
        part = Unit(unit.context, tenant_id, unit.emits)
        for snapshot in page:
            changed += _score(snapshot, part, clock.utcnow())
        await part.commit()
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
