"""Become a program that ends with the process that started it.

    python -m infra.local.redis.program PARENT_ID PROGRAM [ARGUMENT …]

Linux ends the program when its parent is gone, also by kill -9; elsewhere a cloud that is killed leaves it behind. The
child asks for it itself: code between fork and exec may abort in a process that has gRPC's threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def become(parent: int, command: list[str]) -> None:
    """Replace this process by `command`, unless `parent` is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == parent:
        os.execv(command[0], command)  # noqa: S606 (the redis-server that was found on the PATH)


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
