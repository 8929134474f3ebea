"""List the events that a handler gave up on, with the reason, latest first."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.messaging.dead_letters import DeadLetter, LetterFilter, list_letters


@endpoint("GET", "/api/v1/dead-letters", scope="runtime:read")
async def list_dead_letters(query: LetterFilter, caller: Caller) -> Page[DeadLetter]:
    return await list_letters(caller.tenant_id, query)
