"""OpenAI's own client against our functions, through the gateway."""

from __future__ import annotations

import asyncio

import openai
import pytest

from tests.functions.ai.conftest import Tenant
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.streams.test_flight import joined
from tests.shared_layer.ai.world import World, ledger
from tests.support.eventually import eventually

EASY = [{"role": "user", "content": "What is two and two?"}]
HARD = [{"role": "user", "content": "Compare both offers and recommend one."}]


async def test_a_completion_carries_route_cost_and_cache_headers(tenant: Tenant, world: World):
    raw = await tenant.client.chat.completions.with_raw_response.create(model="auto", messages=HARD)
    answer = raw.parse()
    assert answer.choices[0].message.content == "Four."
    assert (answer.usage.prompt_tokens, answer.system_fingerprint) == (11, "fp_double")
    assert raw.headers["x-xynergy-provider"] == "abacus"
    assert raw.headers["x-xynergy-route"] == "abacus/route-llm; complex; complexity=0.50"
    assert (raw.headers["x-xynergy-cost-usd"], raw.headers["x-xynergy-cache"]) == ("0.015000", "miss")
    again = await tenant.client.chat.completions.with_raw_response.create(model="auto", messages=HARD)
    assert (again.headers["x-xynergy-cost-usd"], again.headers["x-xynergy-cache"]) == ("0.000000", "hit")
    assert len(world.abacus.calls) == 1


async def test_unknown_fields_reach_the_provider_and_the_routers_own_do_not(tenant: Tenant, world: World):
    await tenant.client.chat.completions.create(
        model="internal",
        messages=[{"role": "user", "content": "  Hi\n", "name": "ada"}],
        stop=["\n"],
        extra_body={"min_p": 0.1, "guided_choice": ["a", "b"]},
    )
    assert world.internal.calls == [
        {
            "model": "llama-3.1-8b-instruct",
            "messages": [{"role": "user", "content": "  Hi\n", "name": "ada"}],
            "stop": ["\n"],
            "min_p": 0.1,
            "guided_choice": ["a", "b"],
        }
    ]


async def test_the_cache_is_kept_out_by_header_or_by_temperature(tenant: Tenant, world: World):
    create = tenant.client.chat.completions.with_raw_response.create
    for extra in ({"Cache-Control": "no-store"}, {"X-Xynergy-Cache": "off"}):
        raw = await create(model="auto", messages=EASY, extra_headers=extra)
        assert raw.headers["x-xynergy-cache"] == "off"
    for _ in range(2):
        raw = await create(model="auto", messages=EASY, temperature=0.9)
        assert raw.headers["x-xynergy-cache"] == "off"
    assert len(world.internal.calls) == 4


async def test_a_stream_is_read_by_openais_client(tenant: Tenant, world: World):
    stream = await tenant.client.chat.completions.create(
        model="auto", messages=EASY, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Four."
    assert chunks[-1].usage.total_tokens == 18
    assert stream.response.headers["content-type"].startswith("text/event-stream")
    assert stream.response.headers["x-xynergy-provider"] == "internal"


async def test_a_stream_that_breaks_raises_in_the_client(tenant: Tenant, world: World):
    world.internal.otherwise = Behaviour(cut_after=3)
    stream = await tenant.client.chat.completions.create(model="internal", messages=EASY, stream=True)

    async def read() -> None:
        async for chunk in stream:
            assert chunk.choices[0].finish_reason is None

    with pytest.raises(openai.APIError, match="broke off"):
        await read()


async def test_a_client_that_leaves_a_stream_is_billed(tenant: Tenant, world: World):
    world.internal.otherwise = Behaviour(hang="middle")
    stream = await tenant.client.chat.completions.create(model="auto", messages=EASY, stream=True)
    await anext(aiter(stream))
    await stream.close()
    await asyncio.wait_for(world.internal.hung_up.wait(), 10)

    async def billed() -> bool:
        return [entry["outcome"] for entry in await ledger(tenant.id)] == ["aborted"]

    await eventually(billed)


async def test_errors_are_the_clients_own_types(tenant: Tenant, world: World):
    create = tenant.client.chat.completions.create
    with pytest.raises(openai.NotFoundError) as missing:
        await create(model="gpt-17", messages=EASY)
    assert (missing.value.param, missing.value.type) == ("model", "invalid_request_error")
    with pytest.raises(openai.BadRequestError) as invalid:
        await create(model="auto", messages=[])
    assert (invalid.value.param, invalid.value.code) == ("messages", "validation_failed")
    nobody = tenant.client.with_options(api_key="xyn_live_nobody")  # pragma: allowlist secret
    with pytest.raises(openai.AuthenticationError) as unknown:
        await nobody.chat.completions.create(model="auto", messages=EASY)
    assert unknown.value.type == "authentication_error"
    world.openai.otherwise = Behaviour(status=400, error={"message": "too long", "code": "context_length_exceeded"})
    with pytest.raises(openai.BadRequestError, match="too long") as refused:
        await create(model="openai", messages=EASY)
    assert refused.value.code == "context_length_exceeded"
    world.openai.otherwise = Behaviour(status=429, headers={"retry-after": "9"})
    with pytest.raises(openai.RateLimitError) as limited:
        await create(model="openai", messages=EASY)
    assert limited.value.response.headers["retry-after"] == "9"
    for double in (world.abacus, world.openai, world.internal):
        double.otherwise = Behaviour(status=500)
    with pytest.raises(openai.InternalServerError) as failed:
        await create(model="auto", messages=EASY)
    assert (failed.value.status_code, failed.value.code) == (502, "provider_failed")


async def test_the_ledger_equals_the_sum_of_the_answers_costs(tenant: Tenant, world: World):
    world.internal.plan.extend([Behaviour(), Behaviour(status=500)])
    create = tenant.client.chat.completions.with_raw_response.create
    told = []
    for messages, model in [(EASY, "auto"), (EASY, "auto"), (HARD, "auto"), (EASY, "openai/gpt-4o")]:
        answer = await create(model=model, messages=messages)
        told.append((answer.headers["x-xynergy-provider"], answer.headers["x-xynergy-cost-usd"]))
    with pytest.raises(openai.InternalServerError):
        await create(model="internal", messages=EASY)
    assert told == [("internal", "0.001000"), ("internal", "0.000000"), ("abacus", "0.015000"), ("openai", "0.000098")]
    entries = await ledger(tenant.id)
    assert [entry["cost_micros"] for entry in entries] == [1_000, 15_000, 98]
    assert {entry["tenant_id"] for entry in entries} == {tenant.id}


async def test_a_key_without_the_scope_asks_nobody(tenant: Tenant, world: World):
    made = await tenant.gateway.post(
        "/api/v1/api-keys",
        headers={"X-API-Key": tenant.key, "Idempotency-Key": tenant.id},
        json={"name": "reader", "scopes": ["marketing:read"]},
    )
    reader = tenant.client.with_options(api_key=made.json()["key"])
    with pytest.raises(openai.PermissionDeniedError) as denied:
        await reader.chat.completions.create(model="auto", messages=EASY)
    assert denied.value.code == "scope_missing"
    assert not world.internal.calls


async def test_twenty_clients_read_one_stream_though_the_first_hangs_up(tenant: Tenant, world: World):
    world.internal.otherwise = Behaviour(text="Four, as far as anybody knows.")
    world.internal.gate = asyncio.Event()

    async def read() -> str:
        create = tenant.client.chat.completions.create
        stream = await create(model="auto", messages=EASY, stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

    first = asyncio.create_task(read())
    await asyncio.wait_for(world.internal.called.wait(), 10)
    others = [asyncio.create_task(read()) for _ in range(19)]
    await joined(20)
    first.cancel()
    world.internal.gate.set()
    assert set(await asyncio.gather(*others)) == {"Four, as far as anybody knows."}
    assert len(world.internal.calls) == 1
    assert [entry["outcome"] for entry in await ledger(tenant.id)] == ["answered"]


async def test_a_client_that_leaves_before_its_whole_answer_came_is_billed_for_it(tenant: Tenant, world: World):
    world.internal.gate = asyncio.Event()
    asking = asyncio.create_task(
        tenant.client.chat.completions.create(model="auto", messages=EASY, temperature=1.0)  # nothing for the cache
    )
    await asyncio.wait_for(world.internal.called.wait(), 10)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    world.internal.gate.set()

    async def billed() -> bool:
        return [entry["cost_micros"] for entry in await ledger(tenant.id)] == [1_000]

    await eventually(billed)
    (entry,) = await ledger(tenant.id)
    assert entry["outcome"] in ("answered", "aborted"), "the local gateway ends what nobody waits for, a server may not"
