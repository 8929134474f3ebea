"""What still waits in the process and is to be written before it goes: each part says it once, the front door asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

Ending = Callable[[], Awaitable[None]]

_endings: dict[Ending, None] = {}


def before_end(ending: Ending) -> None:
    """Call `ending` when the instance is told to end, perhaps more than once."""
    _endings[ending] = None


async def end() -> None:
    """Call every ending."""
    for ending in list(_endings):
        await ending()
