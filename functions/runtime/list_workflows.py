"""List the workflows that can be started: their steps, the scopes that they need, and their input as JSON Schema."""

from shared_layer.front_door import endpoint
from shared_layer.workflows.catalogue import DescribedWorkflows, describe


@endpoint("GET", "/api/v1/workflows", scope="runtime:read")
async def list_workflows() -> DescribedWorkflows:
    return describe()
