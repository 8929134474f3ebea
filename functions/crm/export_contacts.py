"""Export contacts as CSV: the list's filters, the import's columns, and no cell that a spreadsheet would run."""

from starlette.responses import StreamingResponse

from shared_layer.crm.exporting import export_lines
from shared_layer.crm.listing import ContactFilter
from shared_layer.front_door import Caller, endpoint


@endpoint(
    "GET", "/api/xynergyos/v2/crm/contacts:export", scope="crm:read", tier="expensive", deadline=300, streams=True
)
async def export_contacts(query: ContactFilter, caller: Caller) -> StreamingResponse:
    name = {"Content-Disposition": 'attachment; filename="contacts.csv"'}
    return StreamingResponse(await export_lines(query, caller), media_type="text/csv; charset=utf-8", headers=name)
