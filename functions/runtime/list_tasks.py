"""List the tenant's asynchronous tasks, newest first."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.runtime import tasks


@endpoint("GET", "/api/v1/tasks", scope="runtime:read")
async def list_tasks(query: tasks.TaskFilter, caller: Caller) -> Page[tasks.Task]:
    return await tasks.list_tasks(query, caller)
