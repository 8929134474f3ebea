"""The end of the process that started this one, as an event."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import Callable


def on_parent_exit(ended: Callable[[], object]) -> None:
    """Call `ended` on the running loop once the parent process has ended, however it ended.

    Linux tells through a pidfd: unlike PR_SET_PDEATHSIG it is not fooled when only the parent's *thread* that started
    this process ends. Elsewhere the end of standard input tells, where that is a pipe.
    """
    loop = asyncio.get_running_loop()
    if sys.platform == "linux":
        try:
            descriptor = os.pidfd_open(os.getppid())
        except ProcessLookupError:
            ended()
            return
    elif stat.S_ISFIFO(os.fstat(0).st_mode):
        descriptor = 0
    else:
        return

    def readable() -> None:
        if descriptor != 0 or not os.read(0, 4096):
            loop.remove_reader(descriptor)
            ended()

    loop.add_reader(descriptor, readable)
