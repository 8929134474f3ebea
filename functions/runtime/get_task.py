"""Follow an asynchronous task: its state, how far it is, its attempts and its error, and where its result is."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.runtime import tasks


@endpoint("GET", "/api/v1/tasks/{task_id}", scope="runtime:read")
async def get_task(task_id: Id, caller: Caller) -> tasks.Task:
    return await tasks.get_task(task_id, caller)
