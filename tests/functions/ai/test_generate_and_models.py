"""A plain prompt, the models, and what a route would be."""

from __future__ import annotations

from tests.functions.ai.conftest import Tenant
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.world import World, events, ledger
from tests.support.eventually import eventually


async def test_generate_answers_with_the_text_the_route_and_the_cost(tenant: Tenant, world: World):
    answer = await tenant.post("generate", {"prompt": "What is two and two?", "system": "Be brief."})
    body = answer.json()
    assert (answer.status_code, body["text"], body["cost_micros"], body["cost_usd"]) == (200, "Four.", 1_000, 0.001)
    assert body["route"]["provider"] == "internal"
    assert body["route"]["reasons"][0] == "simple: a short, plain prompt"
    assert world.internal.calls[0]["messages"][0] == {"role": "system", "content": "Be brief."}
    (entry,) = await ledger(tenant.id)
    assert (entry["call_id"], entry["operation"]) == (body["call_id"], "ai.generate")

    async def told() -> bool:
        return bool(await events(tenant.id, "ai_call_completed"))

    await eventually(told)
    (event,) = await events(tenant.id, "ai_call_completed")
    assert (event["call_id"], event["cost_micros"], event["cached"]) == (body["call_id"], 1_000, False)


async def test_the_same_prompt_again_costs_nothing_unless_the_cache_is_refused(tenant: Tenant, world: World):
    first = (await tenant.post("generate", {"prompt": "Hi"})).json()
    again = (await tenant.post("generate", {"prompt": "Hi"})).json()
    assert (first["cached"], again["cached"], again["cost_micros"], again["text"]) == (False, True, 0, first["text"])
    assert not (await tenant.post("generate", {"prompt": "Hi", "cache": False})).json()["cached"]
    assert not (await tenant.post("generate", {"prompt": "Hi"}, **{"X-Xynergy-Cache": "off"})).json()["cached"]


async def test_json_that_is_asked_for_is_json(tenant: Tenant, world: World):
    world.internal.plan.append(Behaviour(text="Sure! Here it is"))
    world.internal.plan.append(Behaviour(text='{"a": 1}'))
    answer = await tenant.post("generate", {"prompt": "An a", "json_schema": {"type": "object"}})
    assert (answer.json()["text"], answer.json()["cost_micros"]) == ('{"a": 1}', 2_000)


async def test_the_mock_answers_where_nothing_is_configured(tenant: Tenant, world: World):
    world.without("abacus", "openai", "internal")
    body = (await tenant.post("generate", {"prompt": "Compare both."})).json()
    assert body["text"].startswith("[mock answer: no AI provider is configured]")
    assert (body["route"]["provider"], body["route"]["model"], body["cost_micros"]) == ("mock", "xynergy-mock-1", 0)
    listed = [model.id async for model in tenant.client.models.list()]
    assert listed == ["auto", "xynergy-mock-1"]
    await ledger(tenant.id)
    savings = (await tenant.gateway.get("/api/v1/ai/savings", headers={"X-API-Key": tenant.key})).json()
    assert (savings["requests"], savings["saved_micros"], savings["saving"]) == (1, 0, None)


async def test_models_are_listed_in_openais_shape_with_prices_and_health(tenant: Tenant):
    listed = {model.id: model.to_dict() async for model in tenant.client.models.list()}
    assert list(listed) == ["auto", "route-llm", "gpt-4o-mini", "gpt-4o", "llama-3.1-8b-instruct"]
    assert listed["gpt-4o-mini"]["price"]["usd_per_request"] == 0.025
    assert listed["gpt-4o"]["price"]["usd_per_million_output_tokens"] == 10.0
    assert listed["llama-3.1-8b-instruct"]["health"] == "closed"


async def test_explain_decides_without_asking_or_spending(tenant: Tenant, world: World):
    body = (await tenant.post("route:explain", {"prompt": "Compare both offers."})).json()
    assert (body["kind"], body["complex"], body["chosen"]["provider"]) == ("complex", True, "abacus")
    assert [option["provider"] for option in body["options"]] == ["abacus", "openai", "internal"]
    assert [option["price"]["usd_per_request"] for option in body["options"]] == [0.015, 0.025, 0.001]
    world.without("abacus")
    messages = [{"role": "user", "content": "Compare both offers."}]
    assert (await tenant.post("route:explain", {"messages": messages})).json()["chosen"]["provider"] == "openai"
    assert not any(double.calls for double in (world.abacus, world.openai, world.internal))
    assert await ledger(tenant.id) == []


async def test_explain_wants_a_prompt_or_messages(tenant: Tenant):
    assert (await tenant.post("route:explain", {})).status_code == 422
    assert (await tenant.post("route:explain", {"prompt": "Hi", "messages": []})).status_code == 422


async def test_a_retry_under_its_idempotency_key_gets_the_same_bytes_and_pays_nothing(tenant: Tenant, world: World):
    body = {"prompt": "Hi", "temperature": 0.9}
    first, again = [await tenant.post("generate", body, **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert (first.content, again.headers["idempotency-replayed"]) == (again.content, "true")
    assert len(world.internal.calls) == 1
    other = await tenant.post("generate", {"prompt": "Ho"}, **{"Idempotency-Key": "once"})
    assert other.status_code == 422
    world.internal.otherwise = Behaviour(status=500)
    failing = {"prompt": "Hi", "model": "internal", "cache": False}
    assert (await tenant.post("generate", failing, **{"Idempotency-Key": "failed"})).status_code == 502
    world.internal.otherwise = Behaviour()
    assert (await tenant.post("generate", failing, **{"Idempotency-Key": "failed"})).status_code == 200
