"""Throw a note away."""

from shared_layer.crm import note
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint("DELETE", "/api/xynergyos/v2/crm/notes/{note_id}", scope="crm:write", status=204)
async def delete_note(note_id: Id, caller: Caller, unit: Unit) -> None:
    await note.delete_note(note_id, caller, unit)
