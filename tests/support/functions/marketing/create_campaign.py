"""The platform's create_campaign, in a process that writes down how many tasks its loop has when it is asked to."""

from __future__ import annotations

import asyncio
import signal
from types import FrameType

from functions.marketing.create_campaign import create_campaign

__all__ = ["create_campaign"]
ASKED = signal.SIGRTMIN
TOLD = "tasks of the loop: "


def _tell(_number: int, _frame: FrameType | None) -> None:
    print(f"{TOLD}{len(asyncio.all_tasks())}", flush=True)


signal.signal(ASKED, _tell)
