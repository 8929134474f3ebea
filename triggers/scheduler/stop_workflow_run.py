"""Cancel a workflow's run whose place a schedule's next one takes."""

from shared_layer.core.errors import IllegalTransition, NotFound
from shared_layer.messaging.events.scheduler import WorkflowStopDue
from shared_layer.triggers import Unit, on_event
from shared_layer.workflows import cancelling


@on_event(("scheduler-automation-engine-events",), event_types=("workflow_stop_due",), emits=cancelling.EMITS)
async def stop_workflow_run(due: WorkflowStopDue, unit: Unit) -> None:
    try:
        await cancelling.stop_run(due.run_id, unit.tenant_id, unit.context)
    except (IllegalTransition, NotFound):
        return  # it ended by itself meanwhile
