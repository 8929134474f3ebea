"""Note that a workflow's run has ended which a schedule started, and start the next one that waits."""

from shared_layer.messaging.events.runtime import TaskFinished
from shared_layer.scheduler.settling import settle
from shared_layer.scheduler.starting import EMITS
from shared_layer.storage.topics import EVENT_TOPICS
from shared_layer.triggers import Unit, on_event


@on_event(EVENT_TOPICS, event_types=("task_finished",), max_attempts=20, emits=EMITS)
async def settle_schedule_run(finished: TaskFinished, unit: Unit) -> None:
    await settle(finished, unit)
