"""The running event loop, found without a system call.

`asyncio.get_running_loop` asks for the process's id each time, to tell a fork (CPython up to 3.11): that costs more
than whatever a call wants of the loop.
"""

from __future__ import annotations

import asyncio
import os
from threading import get_ident

_known: tuple[asyncio.AbstractEventLoop, int] | None = None


def running_loop() -> asyncio.AbstractEventLoop:
    """What `asyncio.get_running_loop` answers. Raises RuntimeError where none runs."""
    global _known
    known = _known
    if known is not None and known[1] == get_ident() and known[0].is_running():
        return known[0]
    loop = asyncio.get_running_loop()
    _known = (loop, get_ident())
    return loop


def _forget() -> None:
    global _known
    _known = None


os.register_at_fork(after_in_child=_forget)
