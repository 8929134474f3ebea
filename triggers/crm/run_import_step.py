"""Do the next 1,000 rows of an import, or of its undoing."""

from shared_layer.crm import import_task, importing, undoing
from shared_layer.messaging.events.runtime import TaskStepDue
from shared_layer.runtime.steps import EMITS, Done, run_step
from shared_layer.runtime.tasks import StoredTask
from shared_layer.triggers import Envelope, Unit, on_event


async def import_step(task: StoredTask, unit: Unit) -> Done:
    done = await import_task.import_step(task.input["import_id"], dict(task.position), unit)
    return Done(**done.model_dump())


async def undo_step(task: StoredTask, unit: Unit) -> Done:
    done = await import_task.undo_step(task.input["import_id"], dict(task.position), unit)
    return Done(**done.model_dump())


STEPS = {importing.KIND: import_step, undoing.KIND: undo_step}


@on_event(
    ("crm-engine-events",),
    event_types=("task_step_due",),
    max_attempts=100,
    deadline=500,
    emits=(*EMITS, *import_task.EMITS),
)
async def run_import_step(due: TaskStepDue, event: Envelope, unit: Unit) -> None:
    await run_step(due, event.tenant_id, unit.context, STEPS, import_task.EMITS)
