"""Cancel an asynchronous task: no further step is done, and the one at work has no effect.

What finished steps have done stays done.
"""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.runtime import cancellation
from shared_layer.runtime.tasks import Task


@endpoint("POST", "/api/v1/tasks/{task_id}:cancel", scope="runtime:write", emits=("task_finished",))
async def cancel_task(task_id: Id, caller: Caller, unit: Unit) -> Task:
    return await cancellation.cancel_task(task_id, caller, unit)
