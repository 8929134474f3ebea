"""Find the automations upon an event, evaluate their conditions, and have the actions done where all of them hold."""

from shared_layer.automations.evaluating import EMITS, evaluate_event
from shared_layer.storage.topics import EVENT_TOPICS
from shared_layer.triggers import Envelope, Resources, Unit, on_event


@on_event(EVENT_TOPICS, max_attempts=20, emits=EMITS, resources=Resources(concurrency=200))
async def evaluate_automations(event: Envelope, unit: Unit) -> None:
    await evaluate_event(event, unit)
