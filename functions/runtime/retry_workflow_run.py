"""Retry a run that failed: from the failed step or from the start, by its own definition or by the newest."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.workflows import cancelling
from shared_layer.workflows.run import WorkflowRun


@endpoint(
    "POST",
    "/api/v1/workflows/runs/{run_id}:retry",
    scope="runtime:write",
    emits=cancelling.EMITS,
)
async def retry_workflow_run(run_id: Id, wanted: cancelling.Retry, caller: Caller, unit: Unit) -> WorkflowRun:
    return await cancelling.retry_run(run_id, wanted, caller, unit)
