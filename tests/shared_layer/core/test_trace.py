"""Whose trace a request goes on: `traceparent` first, then `X-Cloud-Trace-Context`, and nothing that is neither."""

from __future__ import annotations

import pytest

from shared_layer.core.trace import carried_trace, trace_ids

OURS, GOOGLES, SPAN = "0af7651916cd43dd8448eb211c80319c", "105445aa7843bc8bf206b12000100000", "b7ad6b7169203331"
TRACEPARENT = f"00-{OURS}-{SPAN}-01"


@pytest.mark.parametrize(
    ("traceparent", "cloud_trace", "carried"),
    [
        (TRACEPARENT, f"{GOOGLES}/1;o=1", OURS),
        (TRACEPARENT, None, OURS),
        (None, f"{GOOGLES}/123;o=0", GOOGLES),
        (None, GOOGLES.upper(), GOOGLES),
        (f"cc-{OURS}-{SPAN}-01-what-the-future-will-be-like", None, OURS),
        ("00-no", f"{GOOGLES}/1", GOOGLES),
        (f"ff-{OURS}-{SPAN}-01", f"{GOOGLES}/1", GOOGLES),
        (f"{TRACEPARENT}-more", None, None),
        (f"00-{'0' * 32}-{SPAN}-01", None, None),
        (f"00-{OURS}-{'0' * 16}-01", None, None),
        (TRACEPARENT.upper(), None, None),
        (f"{TRACEPARENT}\n", f"{GOOGLES}\n", None),
        (None, "0" * 32, None),
        (None, f"{GOOGLES};o=yes", None),
        (None, None, None),
    ],
)
def test_the_callers_trace_is_carried_in_this_order_and_only_where_it_is_one(
    traceparent: str | None, cloud_trace: str | None, carried: str | None
) -> None:
    assert carried_trace(traceparent, cloud_trace) == carried
    trace_id, span_id = trace_ids(traceparent, cloud_trace)
    assert (trace_id == carried) is (carried is not None)
    assert (len(trace_id), len(span_id)) == (32, 16)
