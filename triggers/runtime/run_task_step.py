"""Do the step of an asynchronous task that is due.

A delivery that finds the step at work elsewhere comes again later; that is no failure, so many are allowed.
"""

from shared_layer.messaging.events.runtime import TaskStepDue
from shared_layer.runtime import redrive, replay
from shared_layer.runtime.steps import EMITS, run_step
from shared_layer.storage.topics import EVENT_TOPICS
from shared_layer.triggers import Envelope, Unit, on_event

STEPS = {replay.KIND: replay.step, redrive.KIND: redrive.step}


@on_event(EVENT_TOPICS, event_types=("task_step_due",), max_attempts=100, emits=EMITS)
async def run_task_step(due: TaskStepDue, event: Envelope, unit: Unit) -> None:
    await run_step(due, event.tenant_id, unit.context, STEPS)
