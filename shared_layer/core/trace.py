"""Trace ids: `traceparent` (W3C) first, then `X-Cloud-Trace-Context` (Google), else new ones."""

from __future__ import annotations

import re
from typing import Final

from shared_layer.core.ids import random_hex

_IDS: Final = r"(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
_TRACEPARENT: Final = re.compile(rf"00-{_IDS}|(?!00|ff)[0-9a-f]{{2}}-{_IDS}(?:-.*)?")
"""Version 00 ends with its flags; what a later one adds behind them is passed over (W3C Trace Context, 4.3)."""

_CLOUD_TRACE: Final = re.compile(r"(?!0{32})([0-9a-fA-F]{32})(?:/\d+)?(?:;o=\d)?")


def trace_ids(traceparent: str | None, cloud_trace: str | None) -> tuple[str, str]:
    """`(trace_id, new span_id)` in hex, the trace id taken from the caller where it sent a valid one."""
    drawn = random_hex(192)
    return carried_trace(traceparent, cloud_trace) or drawn[16:], drawn[:16]


def carried_trace(traceparent: str | None, cloud_trace: str | None) -> str | None:
    """The trace id that the caller sent, in hex; None where it sent no valid one."""
    if traceparent and (match := _TRACEPARENT.fullmatch(traceparent)):
        return match[1] or match[2]
    if cloud_trace and (match := _CLOUD_TRACE.fullmatch(cloud_trace)):
        return match[1].lower()
    return None
