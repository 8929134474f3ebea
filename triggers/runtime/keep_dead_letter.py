"""Keep each dead letter under its tenant, with the reason, until somebody redrives it."""

from shared_layer.messaging.dead_letters import keep
from shared_layer.triggers import Message, on_event


@on_event(("dead-letters",), raw=True, max_attempts=100)
async def keep_dead_letter(message: Message) -> None:
    await keep(message)
