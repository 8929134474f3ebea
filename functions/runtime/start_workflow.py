"""Start a durable workflow; the same run key answers the same run.

Its steps are done one after the other, each once, whatever dies meanwhile; follow it at the answer's `url`.
"""

from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.workflows import runs
from shared_layer.workflows.run import WorkflowRun
from shared_layer.workflows.starting import EMITS, NewRun, WorkflowName


@endpoint(
    "POST",
    "/api/v1/workflows/{workflow}/runs",
    scope="runtime:write",
    status=202,
    idempotency="optional",
    emits=EMITS,
)
async def start_workflow(workflow: WorkflowName, new: NewRun, caller: Caller, unit: Unit) -> WorkflowRun:
    return await runs.start_run(workflow, new, caller, unit)
