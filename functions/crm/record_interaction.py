"""Record an interaction with a contact that no connected system knows of, such as a call."""

from shared_layer.crm import timeline
from shared_layer.crm.interaction import Interaction, InteractionDraft
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/xynergyos/v2/crm/contacts/{contact_id}/interactions",
    scope="crm:write",
    status=201,
    idempotency="optional",
    emits=("interaction_recorded",),
)
async def record_interaction(contact_id: Id, draft: InteractionDraft, caller: Caller, unit: Unit) -> Interaction:
    return await timeline.record_interaction(contact_id, draft, caller, unit)
