"""A refusal that was put together beforehand says what the problem made anew would."""

from __future__ import annotations

import json

import pytest

from shared_layer.core.context import RequestContext
from shared_layer.core.errors import Overloaded
from shared_layer.front_door.answer import Dialect, problem_answer
from shared_layer.front_door.refusal import Refusal


@pytest.mark.parametrize("dialect", [None, "openai"])
@pytest.mark.parametrize("path", ["/api/v1/campaigns/c1:pause", '/api/v1/"\\\n', "/the-request-0b9d2f", "/ü"])
def test_both_ways_of_refusing_say_the_same(dialect: Dialect | None, path: str) -> None:
    context = RequestContext("req_0123456789abcdef01234567", "", "", "", "")
    anew = problem_answer(Overloaded(retry_after=1), context, path, dialect)
    ready = Refusal(dialect).answer(context.request_id, path, None)
    assert json.loads(ready.body) == json.loads(anew.body)
    assert ready.status_code == anew.status_code
    assert [*anew.headers, (b"x-request-id", context.request_id.encode())] == ready.headers[: len(anew.headers) + 1]
