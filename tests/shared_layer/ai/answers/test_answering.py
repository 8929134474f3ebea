"""The router against providers that fail in all the usual ways."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import BaseModel, Field

from shared_layer.ai.api.catalogue import breaker_states
from shared_layer.ai.api.completing import complete
from shared_layer.core.errors import BodyTooLarge, InvalidRequest, NotFound, ProviderFailed, RateLimited
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.world import World, events, ledger
from tests.support.eventually import eventually

HARD = [{"role": "user", "content": "Compare both offers and recommend one."}]
EASY = [{"role": "user", "content": "What is two and two?"}]


class Sum(BaseModel):
    total: int = Field(ge=0)


async def ask(world: World, messages=EASY, tenant="", seconds=60.0, **options):
    return await complete(world.caller(tenant, seconds), messages=messages, operation="test", **options)


async def test_a_hard_prompt_goes_to_abacus_for_the_documents_price(world: World):
    answer = await ask(world, HARD)
    assert (answer.provider, answer.model, answer.cost_micros, answer.text) == ("abacus", "route-llm", 15_000, "Four.")
    assert world.abacus.calls == [{"messages": HARD, "model": "route-llm"}]
    assert world.abacus.keys == ["bearer key-of-abacus"]


async def test_without_abacus_a_hard_prompt_goes_to_openai(world: World):
    world.without("abacus")
    answer = await ask(world, HARD)
    assert (answer.provider, answer.model, answer.cost_micros) == ("openai", "gpt-4o-mini", 25_000)


async def test_without_both_a_hard_prompt_goes_to_the_internal_model(world: World):
    world.without("abacus", "openai")
    assert (await ask(world, HARD)).provider == "internal"


async def test_a_simple_prompt_goes_to_the_internal_model(world: World):
    answer = await ask(world)
    assert (answer.provider, answer.cost_micros) == ("internal", 1_000)
    assert not world.abacus.calls
    assert not world.openai.calls


async def test_without_the_internal_model_the_mock_says_so_and_costs_nothing(world: World):
    world.without("internal")
    answer = await ask(world)
    assert (answer.provider, answer.model, answer.cost_micros) == ("mock", "xynergy-mock-1", 0)
    assert answer.text.startswith("[mock answer: the internal model is not configured]")
    world.without("abacus", "openai")
    assert (await ask(world)).text.startswith("[mock answer: no AI provider is configured]")


@pytest.mark.parametrize(
    "failure",
    [
        Behaviour(status=500),
        Behaviour(status=429, headers={"retry-after": "7"}),
        Behaviour(status=401, error={"message": "Incorrect API key provided", "code": "invalid_api_key"}),
        Behaviour(raw=b"<html>not JSON</html>"),
        Behaviour(raw=b'{"detail": "no choices"}'),
    ],
    ids=["500", "429", "our key is refused", "no JSON", "no completion"],
)
async def test_a_provider_that_fails_is_followed_by_the_next(world: World, failure: Behaviour):
    world.abacus.otherwise = failure
    answer = await ask(world, HARD)
    assert answer.provider == "openai"
    assert any(reason.startswith("abacus failed") for reason in answer.route.reasons)


async def test_a_provider_that_cannot_be_reached_is_followed_by_the_next(world: World):
    await world.abacus.stop()
    assert (await ask(world, HARD)).provider == "openai"


async def test_a_provider_that_hangs_leaves_the_next_half_of_the_time(world: World):
    world.abacus.otherwise = Behaviour(hang="first")
    assert (await ask(world, HARD, seconds=5.0)).provider == "openai"
    await asyncio.wait_for(world.abacus.hung_up.wait(), 5)


@pytest.mark.parametrize(
    ("status", "problem"), [(400, InvalidRequest), (413, BodyTooLarge), (404, NotFound)], ids=["400", "413", "404"]
)
async def test_what_is_the_callers_fault_is_passed_through(world: World, status, problem):
    error = {"message": "maximum context length is 8192", "code": "context_length_exceeded", "param": "messages"}
    world.openai.otherwise = Behaviour(status=status, error=error)
    with pytest.raises(problem) as raised:
        await ask(world, model="openai")
    assert raised.value.detail == "maximum context length is 8192"
    assert raised.value.fields["provider_code"] == "context_length_exceeded"
    assert not world.internal.calls
    assert [state.failures for state in await breaker_states()] == [0, 0, 0]


async def test_when_nobody_is_left_the_problem_names_each_failure(world: World):
    for double in (world.abacus, world.openai, world.internal):
        double.otherwise = Behaviour(status=503)
    tenant = world.caller().tenant_id
    with pytest.raises(ProviderFailed) as raised:
        await ask(world, HARD, tenant=tenant)
    assert all(name in raised.value.detail for name in ("abacus answered 503", "openai", "internal"))
    assert await ledger(tenant) == []


async def test_a_pinned_providers_limit_is_told_with_its_retry_after(world: World):
    world.openai.otherwise = Behaviour(status=429, headers={"retry-after": "7"})
    with pytest.raises(RateLimited) as raised:
        await ask(world, model="gpt-4o-mini")
    assert raised.value.headers["Retry-After"] == "7"


async def test_an_unknown_model_is_not_found_and_nobody_is_asked(world: World):
    with pytest.raises(NotFound):
        await ask(world, model="gpt-17")
    assert not any(double.calls for double in (world.abacus, world.openai, world.internal))


async def test_a_model_with_token_prices_costs_by_its_tokens(world: World):
    world.openai.otherwise = Behaviour(usage=(1000, 200))
    answer = await ask(world, model="openai/gpt-4o")
    assert answer.cost_micros == (1000 * 2_500_000 + 200 * 10_000_000) // 1_000_000


async def test_an_answer_that_does_not_fit_is_asked_for_once_more(world: World):
    world.internal.plan.append(Behaviour(text='{"total": "many"}'))
    world.internal.plan.append(Behaviour(text='{"total": 4}'))
    caller = world.caller()
    answer = await complete(caller, messages=EASY, operation="test", response_schema=Sum)
    assert answer.parsed == Sum(total=4)
    assert answer.cost_micros == 2_000
    assert [entry["outcome"] for entry in await ledger(caller.tenant_id)] == ["invalid", "answered"]


async def test_a_provider_that_never_fits_is_followed_by_the_next_and_still_billed(world: World):
    world.internal.otherwise = Behaviour(text="I would rather not.")
    world.abacus.otherwise = Behaviour(text='{"total": 4}')
    caller = world.caller()
    answer = await complete(caller, messages=EASY, operation="test", response_schema=Sum)
    assert (answer.provider, answer.parsed, len(world.internal.calls)) == ("abacus", Sum(total=4), 2)
    assert answer.cost_micros == 2 * 1_000 + 15_000
    assert sum(entry["cost_micros"] for entry in await ledger(caller.tenant_id)) == answer.cost_micros


async def test_a_schema_reaches_the_provider_as_response_format(world: World):
    world.internal.otherwise = Behaviour(text='{"total": 1}')
    await ask(world, response_schema=Sum)
    asked = world.internal.calls[0]["response_format"]
    assert asked == {"type": "json_schema", "json_schema": {"name": "Sum", "schema": Sum.model_json_schema()}}


async def test_a_provider_without_usage_is_counted_by_estimate(world: World):
    world.internal.otherwise = Behaviour(usage=None, text="Four, as always.")
    usage = (await ask(world)).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.estimated) == (5, 4, True)


async def test_fifty_identical_prompts_in_flight_ask_once_and_one_pays(world: World):
    world.internal.gate = asyncio.Event()
    tenant = world.caller().tenant_id
    asking = [asyncio.create_task(ask(world, tenant=tenant)) for _ in range(50)]
    await world.internal.called.wait()
    world.internal.gate.set()
    answers = await asyncio.gather(*asking)
    assert len(world.internal.calls) == 1
    assert sum(answer.cost_micros for answer in answers) == 1_000
    assert sum(answer.cached for answer in answers) == 49
    assert sum(entry["cost_micros"] for entry in await ledger(tenant)) == 1_000

    async def all_told() -> bool:
        return sum(event["calls"] for event in await events(tenant, "ai_call_completed")) == 50

    await eventually(all_told)
    assert sum(event["cost_micros"] for event in await events(tenant, "ai_call_completed")) == 1_000


async def test_an_answer_from_the_cache_costs_nothing_and_says_so(world: World):
    tenant = world.caller().tenant_id
    first, second = await ask(world, tenant=tenant), await ask(world, tenant=tenant)
    assert (second.text, second.cached, second.cost_micros, second.provider) == (first.text, True, 0, "internal")
    assert second.call_id != first.call_id
    assert len(await ledger(tenant)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"messages": [{"role": "user", "content": "What is two and three?"}]},
        {"max_tokens": 7},
        {"model": "internal"},
        {"response_schema": Sum},
        {"cache": False},
    ],
    ids=["messages", "max_tokens", "model", "schema", "cache off"],
)
async def test_any_changed_parameter_misses(world: World, change):
    world.internal.otherwise = Behaviour(text='{"total": 4}')
    tenant = world.caller().tenant_id
    await ask(world, tenant=tenant)
    assert not (await ask(world, **{"tenant": tenant, **change})).cached
    assert len(world.internal.calls) == 2


async def test_no_tenant_sees_anothers_answers(world: World):
    await ask(world)
    assert not (await ask(world)).cached
    assert len(world.internal.calls) == 2


async def test_what_a_failed_answer_was_is_not_cached(world: World):
    tenant = world.caller().tenant_id
    for double in (world.abacus, world.openai, world.internal):
        double.plan.append(Behaviour(status=500))
    with pytest.raises(ProviderFailed):
        await ask(world, tenant=tenant)
    assert not (await ask(world, tenant=tenant)).cached


async def test_pretty_json_is_sent_compact_and_the_system_prompt_untouched(world: World):
    system = {"role": "system", "content": '{\n  "rules": []\n}'}
    question = {"role": "user", "content": 'How many keys?\n{\n  "a": 1,\n  "b": [1, 2]\n}'}
    await ask(world, [system, question])
    assert world.internal.calls[0]["messages"] == [
        system,
        {"role": "user", "content": 'How many keys?\n{"a":1,"b":[1,2]}'},
    ]


async def test_whoever_leaves_pays_for_what_was_sent_and_the_provider_is_hung_up_on(world: World):
    world.internal.otherwise = Behaviour(hang="first")
    tenant = world.caller().tenant_id
    asking = asyncio.create_task(ask(world, tenant=tenant, cache=False))
    await asyncio.wait_for(world.internal.called.wait(), 10)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.wait_for(world.internal.hung_up.wait(), 10)
    (entry,) = await ledger(tenant)
    assert (entry["outcome"], entry["cost_micros"]) == ("aborted", 1_000)
    assert entry["usage"] == {"prompt_tokens": 5, "completion_tokens": 0, "estimated": True}


async def test_what_the_cache_may_keep_is_answered_and_paid_also_where_whoever_asked_has_left(world: World):
    world.internal.gate = asyncio.Event()
    tenant = world.caller().tenant_id
    asking = asyncio.create_task(ask(world, tenant=tenant))
    await asyncio.wait_for(world.internal.called.wait(), 10)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    world.internal.gate.set()

    async def billed() -> bool:
        return [entry["outcome"] for entry in await ledger(tenant)] == ["answered"]

    await eventually(billed)
    assert (await ask(world, tenant=tenant)).cached
