"""Tell of the tasks that asked to be remembered by now, once each."""

from shared_layer.core.declaration import Resources
from shared_layer.crm.reminding import remind_due
from shared_layer.triggers import Unit, on_schedule


@on_schedule("* * * * *", deadline=55, emits=("crm_task_reminded",), resources=Resources(max_instances=1))
async def remind_of_tasks(unit: Unit) -> None:
    await remind_due(unit)
