"""Waiting for what other processes do: a condition is asked again until it holds, and never for longer than needed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def eventually(condition: Callable[[], Awaitable[bool]], within: float = 20.0) -> None:
    """Return as soon as `condition` holds; AssertionError after `within` seconds (a limit, not a measurement)."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not await condition():
        assert loop.time() < end, f"{condition.__qualname__} did not come true within {within} s"
        await asyncio.sleep(0.02)
