"""Keep a note of a contact or a deal."""

from shared_layer.crm import note
from shared_layer.crm.note import Note, NoteDraft
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint(
    "POST",
    "/api/xynergyos/v2/crm/notes",
    scope="crm:write",
    status=201,
    idempotency="optional",
    emits=("interaction_recorded",),
)
async def create_note(draft: NoteDraft, caller: Caller, unit: Unit) -> Note:
    return await note.create_note(draft, caller, unit)
