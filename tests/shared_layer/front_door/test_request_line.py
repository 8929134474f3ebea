"""The usual line is filled into its shape: it must be the line that the serialiser would have written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_layer.core import clock, logs
from shared_layer.core.context import RequestContext
from shared_layer.core.declaration import HttpOperation, declaration_of
from shared_layer.front_door import request_line
from shared_layer.front_door.request_line import RequestLine
from tests.bench.front_door.functions.runtime.greet import greet

OPERATION = declaration_of(greet)
MOMENT = 1_790_000_000.000001


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    written: list[dict[str, Any]] = []
    monkeypatch.setattr(logs, "write_encoded", lambda encoded: written.append(json.loads(encoded)))
    former = clock.use(lambda: MOMENT)
    yield written
    clock.use(former)


def context_of(request_id: str = "req_0123456789abcdef01234567", **more: Any) -> RequestContext:
    return RequestContext(
        request_id=request_id,
        trace_id="0af7651916cd43dd8448eb211c80319c",
        span_id="b7ad6b7169203331",
        service="system-runtime",
        function="greet",
        tenant_id="t9tdb9kzzf78prer",
        **more,
    )


def both(lines: list[dict[str, Any]], path: str, status: int, seconds: float, context: RequestContext) -> Any:
    assert isinstance(OPERATION, HttpOperation)
    RequestLine(OPERATION).write("POST", path, status, seconds, context)
    request_line._write_whole("POST", path, status, seconds, context)
    quick, whole = lines[-2:]
    return quick, whole


@pytest.mark.parametrize("seconds", [0.0, 0.0000004, 0.0012345678, 0.999, 14.99999])
def test_both_ways_of_writing_it_say_the_same(lines: list[dict[str, Any]], seconds: float) -> None:
    quick, whole = both(lines, "/api/v1/greetings", 200, seconds, context_of())
    for line in (quick, whole):
        line["time"], line["timestamp"] = (datetime.fromisoformat(line[name]) for name in ("time", "timestamp"))
        line["latency_ms"] = pytest.approx(line["latency_ms"], abs=0.001)
    assert quick == whole
    assert list(quick) == list(whole)


def test_an_unusual_line_is_serialised_whole(lines: list[dict[str, Any]]) -> None:
    hostile = '/api/v1/"greetings"\n'
    for path, status, context in (
        (hostile, 404, context_of()),
        (hostile, 200, context_of()),
        ("/api/v1/greetings", 200, context_of(labels={"event_id": 'a"b'})),
        ("/api/v1/greetings", 200, context_of(cache="hit")),
    ):
        quick, whole = both(lines, path, status, 0.5, context)
        assert quick == whole


@given(st.floats(min_value=0, max_value=4e9))
def test_a_moment_is_told_to_the_microsecond(moment: float) -> None:
    told = datetime.fromisoformat(request_line._Moments().text(moment))
    assert told.timestamp() == pytest.approx(moment, abs=2e-6)
