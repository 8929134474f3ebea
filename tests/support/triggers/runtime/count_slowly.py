"""Do the steps of the tests' own task: each writes one document, and waits half a second before it is done."""

import asyncio
from uuid import uuid4

from shared_layer.messaging.events.runtime import TaskStepDue
from shared_layer.runtime.steps import EMITS, Done, run_step
from shared_layer.runtime.tasks import StoredTask
from shared_layer.storage.documents import tenant_document
from shared_layer.triggers import Envelope, Unit, on_event

STEPS_TO_DO = 4


async def step(task: StoredTask, unit: Unit) -> Done:
    unit.create(tenant_document(unit.tenant_id, "effects", uuid4().hex), {"task_id": task.id, "step": task.step})
    await asyncio.sleep(task.input["seconds"])
    if task.input.get("fails_at") == task.step:
        raise ArithmeticError("this step has an error of its own")
    return Done(percent=25 * (task.step + 1), last=task.step == STEPS_TO_DO - 1, result_url="/api/v1/campaigns")


@on_event(("system-runtime-events",), event_types=("task_step_due",), max_attempts=100, emits=EMITS)
async def count_slowly(due: TaskStepDue, event: Envelope, unit: Unit) -> None:
    await run_step(due, event.tenant_id, unit.context, {"test.count": step})
