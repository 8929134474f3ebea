"""Merge one contact into another, each field's winner chosen; all that belongs to it goes along. Can be undone."""

from shared_layer.crm import merging
from shared_layer.crm.merge_record import Merge, MergeRequest
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint(
    "POST",
    "/api/xynergyos/v2/crm/contacts:merge",
    scope="crm:write",
    idempotency="optional",
    emits=("contacts_merged",),
)
async def merge_contacts(wanted: MergeRequest, caller: Caller, unit: Unit) -> Merge:
    return await merging.merge_contacts(wanted, caller, unit)
