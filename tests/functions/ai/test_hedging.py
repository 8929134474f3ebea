"""Hedging: a second provider when the first is slow, the first answer wins, the other is cancelled and on the bill."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import openai
import pytest

from shared_layer.ai.api.completing import complete
from shared_layer.ai.asking import hedging
from shared_layer.ai.asking.hedging import HedgeBudget, forget_paces, took, usual
from shared_layer.ai.providers.table import ABACUS, OPENAI
from tests.functions.ai.conftest import Tenant
from tests.functions.ai.test_routing_policy import put
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.world import World, ledger

BOTH = [("abacus", "outrun"), ("openai", "answered")]
HARD = [{"role": "user", "content": "Compare both offers and recommend one."}]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody is waited for, and there is credit for one hedge."""
    monkeypatch.setattr(hedging, "usual", lambda provider, streamed: 0.0)
    hedging.budget._credit = 0.95
    yield
    hedging.budget._credit = 0.0


async def hedged(tenant: Tenant) -> None:
    assert (await put(tenant, 1, hedge=True)).status_code == 200


async def ask(tenant: Tenant, **more: object) -> dict:
    create = tenant.client.chat.completions.create
    answer = await create(model="auto", messages=HARD, **more)
    return answer.to_dict()["xynergy"]


async def test_the_first_answer_wins_and_the_slow_one_is_cancelled_and_paid(
    tenant: Tenant, world: World, at_once: None
):
    await hedged(tenant)
    world.abacus.otherwise = Behaviour(hang="first")
    told = await ask(tenant)
    assert told["provider"] == "openai"
    assert "longer than it usually does" in told["route"]["reasons"][-1]
    await asyncio.wait_for(world.abacus.hung_up.wait(), 10)
    entries = await ledger(tenant.id)
    assert sorted((one["provider"], one["outcome"]) for one in entries) == [
        ("abacus", "outrun"),
        ("openai", "answered"),
    ]
    assert told["cost_usd"] == sum(one["cost_micros"] for one in entries) / 1e6 == 0.04


async def test_a_streams_first_token_wins_and_the_whole_cost_is_told(tenant: Tenant, world: World, at_once: None):
    await hedged(tenant)
    world.abacus.otherwise = Behaviour(hang="first")
    stream = await tenant.client.chat.completions.create(
        model="auto", messages=HARD, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Four."
    await asyncio.wait_for(world.abacus.hung_up.wait(), 10)
    entries = await ledger(tenant.id)
    assert sorted((one["provider"], one["outcome"]) for one in entries) == [
        ("abacus", "outrun"),
        ("openai", "answered"),
    ]
    assert chunks[-1].model_extra["xynergy"]["cost_usd"] == sum(one["cost_micros"] for one in entries) / 1e6


async def test_when_the_second_fails_the_first_is_waited_for(tenant: Tenant, world: World, at_once: None):
    await hedged(tenant)
    world.abacus.gate = asyncio.Event()
    world.openai.otherwise = Behaviour(status=500)
    asking = asyncio.create_task(ask(tenant))
    await asyncio.wait_for(world.openai.called.wait(), 10)
    world.abacus.gate.set()
    assert (await asking)["provider"] == "abacus"
    assert [one["outcome"] for one in await ledger(tenant.id)] == ["answered"]


async def test_when_both_fail_the_next_one_is_asked(tenant: Tenant, world: World, at_once: None):
    await hedged(tenant)
    for double in (world.abacus, world.openai):
        double.otherwise = Behaviour(status=500)
    assert (await ask(tenant))["provider"] == "internal"


async def test_without_the_policy_or_without_credit_nobody_is_asked_as_well(
    tenant: Tenant, world: World, at_once: None
):
    await ask(tenant)
    assert not world.openai.calls
    await hedged(tenant)
    hedging.budget._credit = 0.0
    await ask(tenant, user="another")
    assert not world.openai.calls


def test_a_hedge_takes_what_twenty_calls_put_in():
    budget, hedges = HedgeBudget(), 0
    for _ in range(1000):
        budget.called()
        hedges += budget.take()
    assert hedges == 50
    for _ in range(1000):
        budget.called()
    assert [budget.take() for _ in range(4)] == [True, True, True, False]


def test_what_is_usual_is_what_ninety_five_of_a_hundred_stay_within():
    forget_paces()
    for milliseconds in range(19):
        took(ABACUS, streamed=True, seconds=milliseconds / 1000)
    assert usual(ABACUS, streamed=True) is None
    for milliseconds in range(100):
        took(ABACUS, streamed=True, seconds=milliseconds / 1000)
    assert usual(ABACUS, streamed=True) == 0.094
    assert usual(ABACUS, streamed=False) is None
    assert usual(OPENAI, streamed=True) is None
    forget_paces()


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
async def test_when_the_first_says_that_the_request_is_wrong_the_second_is_ended_and_paid(
    tenant: Tenant, world: World, at_once: None, streamed: bool
):
    await hedged(tenant)
    world.abacus.gate = asyncio.Event()
    world.abacus.otherwise = Behaviour(status=400, error={"message": "no such parameter"})
    world.openai.otherwise = Behaviour(hang="first")
    asking = asyncio.create_task(tenant.client.chat.completions.create(model="auto", messages=HARD, stream=streamed))
    await asyncio.wait_for(world.openai.called.wait(), 10)
    world.abacus.gate.set()
    with pytest.raises(openai.BadRequestError, match="no such parameter"):
        await asking
    await asyncio.wait_for(world.openai.hung_up.wait(), 10)
    (entry,) = await ledger(tenant.id)
    assert (entry["provider"], entry["outcome"], entry["cost_micros"]) == ("openai", "outrun", 25_000)
    assert entry["baseline_micros"] == 0


async def test_whoever_leaves_while_two_are_asked_pays_both_each_under_an_id_of_its_own(
    tenant: Tenant, world: World, at_once: None
):
    await hedged(tenant)
    for double in (world.abacus, world.openai):
        double.otherwise = Behaviour(hang="first")
    caller = world.caller(tenant.id)
    asking = asyncio.create_task(complete(caller, messages=HARD, operation="test", cache=False))
    await asyncio.wait_for(world.openai.called.wait(), 10)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    entries = await ledger(tenant.id)
    assert sorted((one["provider"], one["outcome"]) for one in entries) == [
        ("abacus", "aborted"),
        ("openai", "aborted"),
    ]
    assert len({one["call_id"] for one in entries}) == 2
