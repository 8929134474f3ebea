"""Notes: what somebody wants to remember of a contact (then also on its timeline), of a deal, or simply so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import ConfigDict, StringConstraints

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import VersionMismatch
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Entity, Model, Page, PageQuery
from shared_layer.crm.attachment import Attachment, attached, of_contact
from shared_layer.crm.counters import count_change
from shared_layer.crm.interaction import StoredInteraction, business_id, interaction_document
from shared_layer.crm.timeline import stage_interaction
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "crm_notes"
SHOWN: Final = 5000
NoteText = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class NoteDraft(Attachment):
    """A note to keep."""

    text: NoteText
    pinned: bool = False


class NoteChanges(Model):
    """What may be changed; a field left out stays."""

    text: NoteText | None = None
    pinned: bool | None = None


class Note(Entity, NoteDraft):
    """A note."""

    model_config = ConfigDict(extra="ignore")

    id: str
    created_by: str


class NoteFilter(PageQuery):
    """Which notes: of a contact, of a deal."""

    contact_id: Id | None = None
    deal_id: Id | None = None


def note_document(tenant_id: str, note_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/crm_notes/{id}`."""
    return tenant_document(tenant_id, COLLECTION, note_id)


async def create_note(draft: NoteDraft, caller: Caller, unit: Unit) -> Note:
    """Stage a note. Raises NotFound where its contact or deal is not the tenant's."""
    draft = await attached(draft, caller.tenant_id)
    moment = clock.utcnow()
    note = Note(
        id=new_id("note"), created_by=caller.principal, created_at=moment, updated_at=moment, **draft.model_dump()
    )
    unit.create(note_document(caller.tenant_id, note.id), note.model_dump() | {"merges": []})
    if note.contact_id is not None:
        stage_interaction(unit, _entry(note, note.contact_id))
    return note


def _entry(note: Note, contact_id: str) -> StoredInteraction:
    return StoredInteraction(
        id=business_id("note", note.id), contact_id=contact_id, kind="note", direction="internal",
        text=note.text[:SHOWN], origin="api", reference=note.id, occurred_at=note.created_at,
        recorded_by=note.created_by, recorded_at=note.created_at,
    )  # fmt: skip


async def get_note(note_id: Id, caller: Caller) -> Note:
    """One note. Raises NotFound."""
    return await read(note_document(caller.tenant_id, note_id), Note)


async def list_notes(wanted: NoteFilter, caller: Caller) -> Page[Note]:
    """Notes, the newest first."""
    found = await of_contact(tenant_collection(caller.tenant_id, COLLECTION), wanted.contact_id, wanted.deal_id, caller)
    return await page(found, Note, wanted, ["-created_at"])


async def update_note(note_id: Id, changes: NoteChanges, version: int, caller: Caller, unit: Unit) -> Note:
    """Change a note as of `version`. Raises NotFound, VersionMismatch."""
    note = await get_note(note_id, caller)
    if note.version != version:
        raise VersionMismatch()
    note.text = changes.text or note.text
    note.pinned = note.pinned if changes.pinned is None else changes.pinned
    unit.replace(note_document(caller.tenant_id, note.id), note)
    if note.contact_id is not None:
        shown = {"text": note.text[:SHOWN], "edited_at": note.updated_at}
        unit.patch(interaction_document(caller.tenant_id, business_id("note", note.id)), shown)
    return note


async def delete_note(note_id: Id, caller: Caller, unit: Unit) -> None:
    """Throw a note away. Raises NotFound."""
    note = await get_note(note_id, caller)
    unit.delete(note_document(caller.tenant_id, note.id))
    if note.contact_id is not None:
        unit.delete(interaction_document(caller.tenant_id, business_id("note", note.id)))
        count_change(unit, business_id("note", note.id), {("interactions", "kind", "note"): 1}, {})
