"""Money is held before a provider is asked, and settled by what the answer cost."""

from __future__ import annotations

import asyncio

import pytest

from shared_layer.ai.api.completing import complete
from shared_layer.ai.money.budget import budget_keys, hold, load, most, period_of
from shared_layer.ai.money.budget_errors import BudgetExceeded
from shared_layer.ai.money.budget_settings import BUDGET, SETTINGS
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.provider import Price
from shared_layer.ai.streams.streaming import stream
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.redis import redis
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.world import World, events, ledger
from tests.support.eventually import eventually


async def limited(world: World, micros: int, seconds: float = 60.0) -> Caller:
    caller = world.caller(seconds=seconds)
    await tenant_document(caller.tenant_id, SETTINGS, BUDGET).set({"monthly_micros": micros})
    return caller


async def standing(caller: Caller) -> tuple[int, int]:
    key, _ = budget_keys(caller.tenant_id, period_of(clock.now()))
    spent, reserved = await redis().command("HMGET", key, "spent", "reserved")
    return int(spent or 0), int(reserved or 0)


def asking(caller: Caller, number: int, **options):
    messages = [{"role": "user", "content": f"What is two and {number}?"}]
    return complete(caller, messages=messages, operation="test", model="internal", **options)


async def test_two_hundred_at_once_on_a_budget_for_fifty_are_fifty_answers(world: World):
    caller = await limited(world, 50 * 1_000)
    results = await asyncio.gather(*[asking(caller, number) for number in range(200)], return_exceptions=True)
    assert sum(isinstance(result, BudgetExceeded) for result in results) == 150
    assert len(world.internal.calls) == 50
    assert await standing(caller) == (50_000, 0)
    assert sum(entry["cost_micros"] for entry in await ledger(caller.tenant_id)) == 50_000


async def test_two_processes_share_a_budget(world: World):
    """Another process is another hold on the same hash: only Redis knows of it."""
    caller = await limited(world, 3_000)
    await load(caller.tenant_id, period_of(clock.now()))
    for _ in range(3):
        await hold(caller, Price(request=1_000), {})
    with pytest.raises(BudgetExceeded):
        await asking(caller, 1)


async def test_what_failed_costs_nothing_and_holds_nothing(world: World):
    world.internal.otherwise = Behaviour(status=500)
    caller = await limited(world, 1_000)
    for _ in range(3):
        with pytest.raises(Exception, match="No provider answered"):
            await asking(caller, 1)
    assert await standing(caller) == (0, 0)


async def test_a_dead_callers_hold_is_free_again(world: World):
    caller = await limited(world, 1_000)
    period = period_of(clock.now())
    await load(caller.tenant_id, period)
    key, held = budget_keys(caller.tenant_id, period)
    await redis().command("HSET", key, "reserved", 1_000)
    await redis().command("ZADD", held, 1, "hold_dead:1000")
    assert (await asking(caller, 1)).text == "Four."
    assert await standing(caller) == (1_000, 0)


async def test_a_count_that_redis_lost_is_built_again_from_the_ledger(world: World):
    caller = await limited(world, 2_000)
    await asking(caller, 1)
    await ledger(caller.tenant_id)  # stores the page
    await redis().command("DEL", *budget_keys(caller.tenant_id, period_of(clock.now())))
    await asking(caller, 2)
    with pytest.raises(BudgetExceeded):
        await asking(caller, 3)


async def test_a_dear_provider_is_passed_over_for_one_that_fits(world: World):
    caller = await limited(world, 1_500)
    hard = [{"role": "user", "content": "Compare both offers and recommend one."}]
    answer = await complete(caller, messages=hard, operation="test")
    assert (answer.provider, answer.cost_micros) == ("internal", 1_000)
    assert any("budget" in reason for reason in answer.route.reasons)
    assert not world.abacus.calls


async def test_a_refusal_says_how_the_budget_stands_and_not_to_retry(world: World):
    caller = await limited(world, 500)
    with pytest.raises(BudgetExceeded) as refused:
        await asking(caller, 1)
    assert (refused.value.status, refused.value.headers["X-Should-Retry"]) == (429, "false")
    assert (refused.value.fields["limit_micros"], refused.value.fields["wanted_micros"]) == (500, 1_000)


async def test_the_plan_is_a_budget_too(world: World):
    caller = world.caller()._replace(plan="standard")
    await load(caller.tenant_id, period_of(clock.now()))
    key, _ = budget_keys(caller.tenant_id, period_of(clock.now()))
    await redis().command("HSET", key, "spent", 50_000_000)
    with pytest.raises(BudgetExceeded):
        await asking(caller, 1)


async def test_a_stream_that_is_left_gives_back_what_it_did_not_use(world: World):
    world.openai.otherwise = Behaviour(hang="middle")
    caller = await limited(world, 1_000_000)
    prompt = Prompt(caller, {"messages": [{"role": "user", "content": "Hi"}]}, "openai/gpt-4o", "test")
    begun = await stream(prompt, include_usage=False)
    assert (await standing(caller))[1] > 100_000
    await anext(begun.events)
    begun.leave()

    async def settled() -> bool:
        spent, reserved = await standing(caller)
        return reserved == 0 and spent == sum(entry["cost_micros"] for entry in await ledger(caller.tenant_id)) > 0

    await eventually(settled)


async def test_each_threshold_is_told_once(world: World):
    caller = await limited(world, 10_000)
    for number in range(10):
        await asking(caller, number)

    async def told() -> bool:
        found = await events(caller.tenant_id, "ai_budget_threshold_reached")
        return [(event["threshold_percent"], event["spent_micros"]) for event in found] == [(80, 8_000), (100, 10_000)]

    await eventually(told)


def test_what_an_answer_can_cost_at_most_counts_bytes_images_and_choices():
    price = Price(million_in=1_000_000, million_out=1_000_000, longest=100)
    assert most(Price(request=7), {"messages": []}) == 7
    text = {"messages": [{"role": "user", "content": "x" * 50}], "n": 2, "max_tokens": 10}
    assert 50 + 20 < most(price, text) < 200
    image = {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]}]}
    assert most(price, image) > 3_000
