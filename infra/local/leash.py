"""Run a module that ends when the process that started it ends, also by kill -9.

    python -m infra.local.leash PARENT_ID MODULE [ARGUMENT …]

Linux kills the child itself (PR_SET_PDEATHSIG); elsewhere a thread waits for the end of standard input, a pipe that
the parent holds open. It is the child that asks for it, so that starting one needs no code between fork and exec.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
import threading

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Tie this process's life to that of `parent`, its process id."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_end_with_standard_input, daemon=True).start()
    if os.getppid() != parent:
        os._exit(1)


def _end_with_standard_input() -> None:
    while os.read(0, 1):
        continue
    os._exit(1)


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]))
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
