"""Property tests over every operation's own models: whatever they accept or refuse, the platform never breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shared_layer.core.declaration import HttpOperation
from tests.support.examples import Example, operations, path_of
from tests.support.platform import LocalPlatform

TAKING = tuple(one for one in operations() if one.signature.body is not None)
EXAMPLES = 20
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    TEXT,
    st.sampled_from(["\x00", "\ud800", "__x__", "a/b", "🥐"]),
)
HOSTILE = st.recursive(ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))


def bodies(operation: HttpOperation) -> st.SearchStrategy[Any]:
    """Bodies by the schema with any text in them, the same with one member replaced or added, and anything at all."""
    assert operation.signature.body is not None
    kind = operation.signature.body[1]
    valid = TEXT.map(lambda text: Example(text or "x").of(kind))

    def bent(body: Any, name: str, value: Any) -> Any:
        return body | {name: value} if isinstance(body, dict) else body

    names = st.sampled_from(sorted(getattr(kind, "model_fields", {"x": None}))) | TEXT
    return st.one_of(valid, st.builds(bent, valid, names, HOSTILE), HOSTILE)


@pytest_asyncio.fixture(scope="module")
async def client(platform: LocalPlatform) -> AsyncIterator[httpx.Client]:
    _, key = await platform.tenant()
    headers = {"X-API-Key": key, "If-Match": '"1"', "Content-Type": "application/json"}
    with httpx.Client(base_url=platform.url, headers=headers, trust_env=False, timeout=60) as made:
        yield made


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
@pytest.mark.parametrize("operation", TAKING, ids=lambda operation: operation.name)
async def test_no_model_answers_a_5xx(client: httpx.Client, operation: HttpOperation) -> None:
    path = path_of(operation, dict.fromkeys(operation.path_parameters, "none_00000000000000000000"))
    wrong: list[tuple[Any, ...]] = []

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), derandomize=True,
    )  # fmt: skip
    @given(body=bodies(operation), number=st.integers(min_value=0, max_value=10**6))
    def ask(body: Any, number: int) -> None:
        try:
            content = orjson.dumps(body)
        except (orjson.JSONEncodeError, TypeError):
            content = repr(body).encode("utf-8", "surrogatepass")  # no JSON: refused as what it is
        answer = client.request(operation.method, path, content=content)
        if answer.status_code >= 500 or not answer.headers["x-request-id"]:
            wrong.append((answer.status_code, content[:300], answer.text[:300]))

    await asyncio.to_thread(ask)
    assert wrong == []
