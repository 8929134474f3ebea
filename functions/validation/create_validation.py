"""Check a text, a page or a piece of content: each finding with its place, its reason and a fix.

Up to 20 KB are checked at once; of more the answer is 202 with a task. Links that nothing is known of are looked at
afterwards: the validation is complete then.
"""

from shared_layer.front_door import Caller, Resources, Unit, endpoint
from shared_layer.runtime.tasks import start_task
from shared_layer.validation import validating
from shared_layer.validation.validation import Validation, ValidationRequest


@endpoint(
    "POST",
    "/api/v1/validations",
    scope="validation:use",
    tier="expensive",
    status=201,
    deferrable=True,
    idempotency="optional",
    body_limit=4 << 20,
    deadline=60,
    emits=("validation_complete", "link_check_due", "task_step_due"),
    resources=Resources(memory=512, concurrency=8),
)
async def create_validation(request: ValidationRequest, caller: Caller, unit: Unit) -> Validation:
    return await validating.validate(request, caller, unit, start_task)
