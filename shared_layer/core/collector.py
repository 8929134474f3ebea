"""The garbage collector, told what an instance is like. Imported before all else that a function imports.

What an instance loads stays for as long as it lives, and what its calls hold is no garbage: Python's own thresholds
would have all of it looked through many times while it starts, and a few times for every call. Here what is loaded by
the framework is passed over from the first line on, and the rest of it once the first calls are answered.
"""

from __future__ import annotations

import gc
from typing import Final

YOUNG_OBJECTS: Final = 5000
"""Half a hundred calls' worth; Python's own 700 are what seven calls under way hold."""

_WHILE_STARTING: Final = 20_000

gc.freeze()
gc.set_threshold(_WHILE_STARTING, 20, 50)


def settle() -> None:
    """Pass over whatever is loaded by now, and look at what is younger from time to time."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)
