"""Like questions: off by default, bounded when on, told with every answer."""

from __future__ import annotations

from tests.functions.ai.conftest import Tenant
from tests.shared_layer.ai.world import World, ledger


async def ask(tenant: Tenant, question: str, **more):
    messages = [{"role": "user", "content": question}]
    raw = await tenant.client.chat.completions.with_raw_response.create(model="internal", messages=messages, **more)
    return raw.headers["x-xynergy-cache"], raw.parse().model_extra["xynergy"]


async def switch_on(tenant: Tenant) -> None:
    path, headers = "/api/v1/ai/routing-policy", {"X-API-Key": tenant.key, "If-Match": '"1"'}
    answer = await tenant.gateway.put(path, headers=headers, json={"semantic_cache": True})
    assert answer.status_code == 200, answer.text


async def test_it_is_off_unless_the_policy_says_otherwise(tenant: Tenant, world: World):
    for question in ("When do you open?", "When do you open"):
        assert (await ask(tenant, question))[0] == "miss"
    assert len(world.internal.calls) == 2


async def test_a_like_question_gets_the_answer_and_is_told_so(tenant: Tenant, world: World):
    await switch_on(tenant)
    assert (await ask(tenant, "When do you open on 3 May?"))[0] == "miss"
    cache, told = await ask(tenant, "When do you open at 3 May?")
    assert (cache, told["cached"], told["cost_usd"]) == ("semantic", True, 0.0)
    assert "When do you open on 3 May?" in told["route"]["reasons"][-1]
    chats = [call for call in world.internal.calls if "messages" in call]
    assert len(chats) == 1
    paid = {entry["operation"] for entry in await ledger(tenant.id)}
    assert paid == {"ai.chat", "ai.semantic_cache"}


async def test_other_numbers_negations_names_and_parameters_are_other_questions(tenant: Tenant, world: World):
    await switch_on(tenant)
    await ask(tenant, "When do you open on 3 May?")
    for question in ("When do you open on 4 May?", "When do you not open on 3 May?", "When do you open on 3 June?"):
        assert (await ask(tenant, question))[0] == "miss"
    assert (await ask(tenant, "When do you open at 3 May?", max_tokens=5))[0] == "miss"


async def test_without_an_embedding_model_nothing_is_like_anything(tenant: Tenant, world: World):
    await switch_on(tenant)
    world.without("internal", "openai")
    for question in ("When do you open?", "When do you open"):
        assert (await ask(tenant, question))[0] == "miss"
