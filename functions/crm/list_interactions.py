"""A contact's timeline: mail, messages, calls, notes, forms and payments in one order, under one cursor."""

from shared_layer.crm import timeline
from shared_layer.crm.interaction import Interaction, TimelineFilter
from shared_layer.front_door import Caller, Id, Page, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/contacts/{contact_id}/interactions", scope="crm:read")
async def list_interactions(contact_id: Id, query: TimelineFilter, caller: Caller) -> Page[Interaction]:
    return await timeline.list_interactions(contact_id, query, caller)
