"""What becomes of a fire while an earlier run still works: Temporal's overlap policies.

skip           it starts nothing
buffer_one     one waits until the run before has ended; further ones start nothing
buffer_all     all wait, up to 100, and are started one after another
cancel_other   the run before is cancelled; this one starts once that has ended, and takes the place of one that waits
allow          it starts beside the others, up to 100
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from shared_layer.scheduler.schedule import Overlap

MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """`start`, `buffer`, `replace` (buffer, instead of those that wait, and cancel what runs) or `skip`, and why."""

    way: Literal["start", "buffer", "replace", "skip"]
    reason: str | None = None


def judge(overlap: Overlap, running: int, buffered: int) -> Verdict:
    """What becomes of a fire while so many runs work and wait."""
    if not running and not buffered:
        return Verdict("start")
    match overlap:
        case "allow":
            return Verdict("start") if running < MOST else Verdict("skip", f"{MOST} runs work already.")
        case "cancel_other":
            return Verdict("replace", "It waits until the run before has been cancelled.")
        case "buffer_all":
            if buffered >= MOST:
                return Verdict("skip", f"{MOST} runs wait already.")
            return Verdict("buffer", "It waits until the run before has ended.")
        case "buffer_one":
            if buffered:
                return Verdict("skip", "The run before still works, and one waits already.")
            return Verdict("buffer", "It waits until the run before has ended.")
        case "skip":
            return Verdict("skip", "The run before still works.")
