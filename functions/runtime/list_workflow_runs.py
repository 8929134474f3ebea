"""List runs of workflows, newest first; without `workflow` every other asynchronous task, too."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.workflows import runs
from shared_layer.workflows.run import RunFilter, WorkflowRun


@endpoint("GET", "/api/v1/workflows/runs", scope="runtime:read")
async def list_workflow_runs(query: RunFilter, caller: Caller) -> Page[WorkflowRun]:
    return await runs.list_runs(query, caller)
