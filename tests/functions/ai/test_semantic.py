"""Like questions: off by default, bounded when on, told with every answer."""

from __future__ import annotations

from shared_layer.ai.cache.semantic_audit import Audits, bounds
from shared_layer.ai.money.ledger import flush
from shared_layer.core import clock
from tests.functions.ai.conftest import Tenant
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.world import World, ledger
from tests.support.eventually import eventually


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


async def test_a_stream_is_answered_by_a_like_questions_answer_as_well(tenant: Tenant, world: World):
    await switch_on(tenant)
    await ask(tenant, "When do you open on 3 May?")
    raw = await tenant.client.chat.completions.with_raw_response.create(
        model="internal", messages=[{"role": "user", "content": "When do you open at 3 May?"}], stream=True
    )
    assert raw.headers["x-xynergy-cache"] == "semantic"
    assert "Four." in "".join([chunk.choices[0].delta.content or "" async for chunk in raw.parse() if chunk.choices])


async def like_questions(tenant: Tenant) -> dict:
    day = clock.utcnow().date().isoformat()
    await flush()
    path, params = "/api/v1/ai/savings", {"since": day, "until": day}
    return (await tenant.gateway.get(path, params=params, headers={"X-API-Key": tenant.key})).json()["like_questions"]


async def test_every_fifth_hit_is_asked_all_the_same_compared_and_reported(tenant: Tenant, world: World):
    await switch_on(tenant)
    await ask(tenant, "When do you open on 3 May?")
    told = [await ask(tenant, f"When do you open at 3 May{'?' * number}") for number in range(2, 7)]
    assert [cache for cache, _ in told] == ["semantic"] * 4 + ["miss"]

    async def reported() -> bool:
        return (await like_questions(tenant))["checked"] == 1

    await eventually(reported)
    found = await like_questions(tenant)
    assert (found["hits"], found["wrong"]) == (4, 0)
    assert 0.5 < found["wrong_at_most"] < 0.9


async def test_where_too_many_were_wrong_like_questions_are_asked_until_another_policy_is_written(
    tenant: Tenant, world: World
):
    await switch_on(tenant)
    await ask(tenant, "When do you open on 3 May?")
    answers = iter(range(100))
    for number in range(2, 27):
        world.internal.otherwise = Behaviour(text=f"At {next(answers) + 7}.")
        await ask(tenant, f"When do you open at 3 May{'?' * number}")

    async def closed() -> bool:
        world.internal.otherwise = Behaviour(text="At 6.")
        return (await ask(tenant, f"When do you open at 3 May{'?' * (30 + next(answers))}"))[0] == "miss"

    await eventually(closed)
    found = await like_questions(tenant)
    assert found["wrong"] == found["checked"] >= 5
    assert found["wrong_at_most"] == 1.0
    path, headers = "/api/v1/ai/routing-policy", {"X-API-Key": tenant.key, "If-Match": '"2"'}
    assert (await tenant.gateway.put(path, headers=headers, json={"semantic_cache": True})).status_code == 200
    assert (await ask(tenant, "When do you open at 3 May!"))[0] == "semantic"


def test_the_bounds_are_wilsons():
    assert bounds(0, 0) == (0.0, 1.0)
    assert [round(one, 3) for one in bounds(0, 20)] == [0.0, 0.119]
    assert [round(one, 3) for one in bounds(10, 20)] == [0.327, 0.673]
    assert not Audits("k", checked=5, wrong=1).too_many
    assert Audits("k", checked=5, wrong=2).too_many
    assert not Audits("k", checked=4, wrong=4).too_many
