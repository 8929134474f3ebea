"""Change a note."""

from shared_layer.crm import note
from shared_layer.crm.note import Note, NoteChanges
from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint


@endpoint("PATCH", "/api/xynergyos/v2/crm/notes/{note_id}", scope="crm:write")
async def update_note(note_id: Id, changes: NoteChanges, version: IfMatch, caller: Caller, unit: Unit) -> Note:
    return await note.update_note(note_id, changes, version, caller, unit)
