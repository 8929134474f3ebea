"""Two attempts at once, the second begun when the first takes too long: the first answer ends the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from shared_layer.ai.money.spend import Outcome
from shared_layer.ai.providers.failures import Failure

T = TypeVar("T")

OUTRUN: Final = "outrun"
"""What whoever lost is cancelled with; where the one who waits for both is cancelled, they are cancelled without it."""


async def race(
    first: Coroutine[Any, Any, T | Failure],
    seconds: float,
    second: Callable[[], Awaitable[Coroutine[Any, Any, T | Failure] | None]],
) -> list[T | Failure]:
    """What `first` gave, and after `seconds` without that what `second` gave: the one that answered is the last of the
    list, before it stands how the other failed, if it did. Whoever lost is over when this returns. Raises what the
    first of them raises, which ends the other as well.
    """
    tasks = [asyncio.get_running_loop().create_task(first)]
    results: list[T | Failure] = []
    told: str | None = OUTRUN
    try:
        done, _ = await asyncio.wait(tasks, timeout=seconds)
        if not done and (other := await second()) is not None:
            tasks.append(asyncio.get_running_loop().create_task(other))
        waiting = set(tasks)
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in sorted(done, key=tasks.index):
                results.append(task.result())
                if not isinstance(results[-1], Failure):
                    return results
        return results
    except asyncio.CancelledError:
        told = None
        raise
    finally:
        for task in tasks:
            task.cancel(told)
        await asyncio.gather(*tasks, return_exceptions=True)


def outcome_of(cancelled: asyncio.CancelledError) -> Outcome:
    """What becomes of a call that is cancelled: it lost a race, or whoever waited for it left."""
    return "outrun" if OUTRUN in cancelled.args else "aborted"
