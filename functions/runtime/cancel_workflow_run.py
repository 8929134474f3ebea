"""Cancel a run: what its steps did is undone, the last one first. A step at work has no effect."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.workflows import cancelling
from shared_layer.workflows.run import WorkflowRun


@endpoint("POST", "/api/v1/workflows/runs/{run_id}:cancel", scope="runtime:write", emits=cancelling.EMITS)
async def cancel_workflow_run(run_id: Id, caller: Caller, unit: Unit) -> WorkflowRun:
    return await cancelling.cancel_run(run_id, caller, unit)
