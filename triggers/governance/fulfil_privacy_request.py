"""Do a data subject's request: search every store, export or erase, search again, certify.

It is tried a hundred times: BigQuery changes no row that was streamed in within the last hour or so.
"""

from shared_layer.crm.forgetting import forget_person
from shared_layer.crm.same_person import same_person
from shared_layer.governance.privacy_work import fulfil
from shared_layer.messaging.events.governance import PrivacyRequestCreated
from shared_layer.triggers import Envelope, Resources, Unit, on_event


@on_event(
    ("security-governance-events",),
    event_types=("privacy_request_created",),
    max_attempts=100,
    deadline=500,
    emits=("privacy_request_completed",),
    resources=Resources(memory=512, secrets=("xynergy-audit-key",)),
)
async def fulfil_privacy_request(created: PrivacyRequestCreated, event: Envelope, unit: Unit) -> None:
    await fulfil(event.tenant_id, created.request_id, unit, same_person, forget_person)
