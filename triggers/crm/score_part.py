"""Score the next 2,000 contacts of a tenant, each with its three weightiest reasons; tell once of who is going cold."""

from shared_layer.crm import nightly
from shared_layer.messaging.events.crm import CrmScoringDue
from shared_layer.triggers import Unit, on_event


@on_event(
    ("crm-engine-events",),
    event_types=("crm_scoring_due",),
    deadline=500,
    emits=("contact_going_cold", "crm_scoring_due"),
)
async def score_part(due: CrmScoringDue, unit: Unit) -> None:
    await nightly.score_part(due, unit)
