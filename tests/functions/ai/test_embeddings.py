"""OpenAI's own client, asking for vectors."""

from __future__ import annotations

import math

import openai
import pytest

from shared_layer.ai.embeddings.mock_vectors import mock_vector
from tests.functions.ai.conftest import Tenant
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.world import World, ledger


async def test_vectors_come_from_the_provider_and_are_paid_once(tenant: Tenant, world: World):
    create = tenant.client.embeddings.create
    first = await create(model="text-embedding-3-small", input=["one", "three"])
    assert [row.embedding for row in first.data] == [[3.0, 0.5], [5.0, 0.5]]
    assert (first.model, first.usage.prompt_tokens) == ("text-embedding-3-small", 8)
    again = await create(model="text-embedding-3-small", input=["one", "three"], encoding_format="float")
    assert again.model_extra["xynergy"]["cached"]
    assert [row.embedding for row in again.data] == [row.embedding for row in first.data]
    (call,) = world.openai.calls
    assert call["model"] == "text-embedding-3-small"
    (entry,) = await ledger(tenant.id)
    assert (entry["operation"], entry["cost_micros"]) == ("ai.embeddings", 1)


async def test_auto_takes_the_cheap_one_and_tokens_are_an_input_too(tenant: Tenant, world: World):
    answer = await tenant.client.embeddings.create(model="auto", input=[[1, 2, 3], [4]])
    assert answer.model == "bge-small-en-v1.5"
    assert world.internal.calls[0]["input"] == [[1, 2, 3], [4]]


async def test_the_mock_is_deterministic_and_says_so(tenant: Tenant, world: World):
    world.without("abacus", "openai", "internal")
    answer = await tenant.client.embeddings.create(model="auto", input="Good bread", dimensions=64)
    assert (answer.model, len(answer.data[0].embedding)) == ("xynergy-mock-embedding-1", 64)
    assert answer.data[0].embedding == pytest.approx(mock_vector("Good bread", 64), abs=1e-6)


async def test_an_unknown_model_is_not_found(tenant: Tenant):
    with pytest.raises(openai.NotFoundError, match="text-embedding-3-small"):
        await tenant.client.embeddings.create(model="no-such", input="x")


def test_mock_vectors_of_like_texts_are_near():
    bread, rolls, tax = (mock_vector(text) for text in ("fresh warm bread", "fresh warm rolls", "tax returns due"))
    assert math.isclose(sum(value * value for value in bread), 1.0)
    near = sum(a * b for a, b in zip(bread, rolls, strict=True))
    far = sum(a * b for a, b in zip(bread, tax, strict=True))
    assert near > 0.5 > far


async def test_an_answer_of_no_use_is_paid_as_well(tenant: Tenant, world: World):
    world.openai.otherwise = Behaviour(raw=b'{"data": "none"}')
    with pytest.raises(openai.APIStatusError):
        await tenant.client.embeddings.create(model="text-embedding-3-small", input="one two three")
    (entry,) = await ledger(tenant.id)
    assert (entry["outcome"], entry["cost_micros"], entry["usage"]["estimated"]) == ("invalid", 1, True)
