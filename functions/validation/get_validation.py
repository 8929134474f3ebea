"""Get a validation with its findings."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.validation import validating
from shared_layer.validation.validation import Validation


@endpoint("GET", "/api/v1/validations/{validation_id}", scope="validation:read")
async def get_validation(validation_id: Id, caller: Caller) -> Validation:
    return await validating.get_validation(validation_id, caller)
