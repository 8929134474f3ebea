"""Get a run: each step with its state, attempts, error and cost. Takes the id of any asynchronous task."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.workflows import runs
from shared_layer.workflows.run import WorkflowRun


@endpoint("GET", "/api/v1/workflows/runs/{run_id}", scope="runtime:read")
async def get_workflow_run(run_id: Id, caller: Caller) -> WorkflowRun:
    return await runs.get_run(run_id, caller)
