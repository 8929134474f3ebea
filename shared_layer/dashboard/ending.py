"""The end of the instance, told to answers that would otherwise never end.

A server that is told to stop waits for the answers under way. Streams have to hear of it themselves, and ASGI has no
word for it: so they listen for the signal, and pass it on to whoever listened before.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from types import FrameType
from typing import Final
from weakref import WeakKeyDictionary

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_endings: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Event] = WeakKeyDictionary()


def ending() -> asyncio.Event:
    """The event of this loop that is set when the process is told to end."""
    loop = asyncio.get_running_loop()
    if loop not in _endings:
        _endings[loop] = asyncio.Event()
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                _listen(number, loop, _endings[loop])
    return _endings[loop]


def _listen(number: signal.Signals, loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    former = signal.getsignal(number)

    def announce(received: int, frame: FrameType | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(ended.set)
        if callable(former):
            former(received, frame)
        elif former == signal.SIG_DFL:
            signal.signal(received, signal.SIG_DFL)
            signal.raise_signal(received)

    signal.signal(number, announce)
