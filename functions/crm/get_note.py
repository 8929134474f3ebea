"""Get one note."""

from shared_layer.crm import note
from shared_layer.crm.note import Note
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/notes/{note_id}", scope="crm:read")
async def get_note(note_id: Id, caller: Caller) -> Note:
    return await note.get_note(note_id, caller)
