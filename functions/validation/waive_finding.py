"""Take responsibility for a finding: it fails this validation, and those of later versions, no more."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.validation import waiving
from shared_layer.validation.validation import Validation
from shared_layer.validation.waiver import NewWaiver


@endpoint(
    "POST",
    "/api/v1/validations/{validation_id}:waive",
    scope="validation:manage",
    idempotency="optional",
    emits=("validation_waived", "validation_complete"),
)
async def waive_finding(validation_id: Id, waiver: NewWaiver, caller: Caller, unit: Unit) -> Validation:
    return await waiving.waive_finding(validation_id, waiver, caller, unit)
