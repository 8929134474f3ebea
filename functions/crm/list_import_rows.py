"""List the rows of an import in their order: new, update, unchanged, duplicate or invalid, with what to correct."""

from shared_layer.crm import importing
from shared_layer.crm.import_record import RowFilter, StoredRow
from shared_layer.front_door import Caller, Id, Page, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/imports/{import_id}/rows", scope="crm:read")
async def list_import_rows(import_id: Id, query: RowFilter, caller: Caller) -> Page[StoredRow]:
    return await importing.list_rows(import_id, query, caller)
