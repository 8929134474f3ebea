"""Count the next 1,000 candidates of a segment that is too large for one call."""

from shared_layer.marketing.audience import preview
from shared_layer.messaging.events.runtime import TaskStepDue
from shared_layer.runtime.steps import EMITS, Done, run_step
from shared_layer.runtime.tasks import StoredTask
from shared_layer.triggers import Envelope, Unit, on_event


async def count_step(task: StoredTask, unit: Unit) -> Done:
    done = await preview.count_step(task.input, dict(task.position), unit.tenant_id)
    return Done(**done.model_dump())


STEPS = {preview.KIND: count_step}


@on_event(("marketing-engine-events",), event_types=("task_step_due",), max_attempts=100, deadline=120, emits=EMITS)
async def count_segment(due: TaskStepDue, event: Envelope, unit: Unit) -> None:
    await run_step(due, event.tenant_id, unit.context, STEPS)
