"""List notes, the newest first."""

from shared_layer.crm import note
from shared_layer.crm.note import Note, NoteFilter
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/notes", scope="crm:read")
async def list_notes(query: NoteFilter, caller: Caller) -> Page[Note]:
    return await note.list_notes(query, caller)
