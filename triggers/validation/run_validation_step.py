"""Do a validation that was too long to be waited for."""

from shared_layer.messaging.events.runtime import TaskStepDue
from shared_layer.runtime.steps import EMITS, Done, run_step
from shared_layer.runtime.tasks import StoredTask
from shared_layer.triggers import Envelope, Resources, Unit, on_event
from shared_layer.validation import validating

FOUND = ("validation_complete", "link_check_due")


async def step(task: StoredTask, unit: Unit) -> Done:
    address = await validating.run_queued(task.input["validation_id"], unit)
    return Done(percent=100, result_url=address, last=True)


@on_event(
    ("validation-coordinator-events",),
    event_types=("task_step_due",),
    max_attempts=100,
    deadline=300,
    emits=(*EMITS, *FOUND),
    resources=Resources(memory=512, concurrency=4),
)
async def run_validation_step(due: TaskStepDue, event: Envelope, unit: Unit) -> None:
    await run_step(due, event.tenant_id, unit.context, {validating.KIND: step}, FOUND)
