"""Classify the next 200 journeys, or spends, by the channel rules in force."""

from shared_layer.attribution.channels.rule_store import RECLASSIFICATION
from shared_layer.attribution.reclassifying import reclassify_part
from shared_layer.messaging.events.runtime import TaskStepDue
from shared_layer.runtime.steps import EMITS, Done, run_step
from shared_layer.runtime.tasks import StoredTask
from shared_layer.triggers import Envelope, Unit, on_event


async def step(task: StoredTask, unit: Unit) -> Done:
    done = await reclassify_part(dict(task.position), unit)
    return Done(percent=done.percent, position=done.position, outcome=done.outcome, last=done.last)


@on_event(
    ("attribution-coordinator-events",), event_types=("task_step_due",), max_attempts=100, deadline=300, emits=EMITS
)
async def run_reclassification_step(due: TaskStepDue, event: Envelope, unit: Unit) -> None:
    await run_step(due, event.tenant_id, unit.context, {RECLASSIFICATION: step})
