"""List validations, or a piece's history by version."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.validation import validating
from shared_layer.validation.validation import Validation, ValidationFilter


@endpoint("GET", "/api/v1/validations", scope="validation:read")
async def list_validations(query: ValidationFilter, caller: Caller) -> Page[Validation]:
    return await validating.list_validations(query, caller)
