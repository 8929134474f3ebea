"""Get an import: how far it is, and what became of its rows."""

from shared_layer.crm import importing
from shared_layer.crm.import_record import Import
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/imports/{import_id}", scope="crm:read")
async def get_import(import_id: Id, caller: Caller) -> Import:
    return await importing.get_import(import_id, caller)
