"""Do, or undo, the step of a workflow that is due: under a lease, its effects committed with the run's new position.

A delivery that finds the step at work elsewhere comes again later; that is no failure, so many are allowed.
"""

from shared_layer.messaging.events.runtime import TaskStepDue
from shared_layer.runtime.steps import EMITS, run_step
from shared_layer.runtime.tasks import WORKFLOW
from shared_layer.storage.topics import EVENT_TOPICS
from shared_layer.triggers import Envelope, Resources, Unit, on_event
from shared_layer.workflows import performing
from shared_layer.workflows.catalogue import definitions
from shared_layer.workflows.running import run_workflow


@on_event(
    EVENT_TOPICS,
    event_types=("task_step_due",),
    max_attempts=100,
    deadline=180,
    emits=(*EMITS, *performing.EMITS),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def run_workflow_step(due: TaskStepDue, event: Envelope, unit: Unit) -> None:
    steps = {f"{WORKFLOW}{name}": run_workflow for name in definitions()}
    await run_step(due, event.tenant_id, unit.context, steps, performing.EMITS)
