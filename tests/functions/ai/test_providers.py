"""Tenants' own keys, budgets, usage and savings, and what runs by the clock."""

from __future__ import annotations

import openai
import pytest

from shared_layer.ai.api.catalogue import breaker_states
from shared_layer.ai.health.probing import probe_providers
from shared_layer.ai.money.ledger_page import Page, store
from shared_layer.ai.money.reconciling import reconcile_providers
from shared_layer.ai.money.savings import savings_of
from shared_layer.ai.money.spend import Spend
from shared_layer.ai.providers.usage import Usage
from shared_layer.core import clock
from shared_layer.core.context import RequestContext
from shared_layer.messaging.unit import Unit
from tests.functions.ai.conftest import Tenant
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.world import World, ledger
from tests.support.eventually import eventually

EASY = [{"role": "user", "content": "What is two and two?"}]
HARD = [{"role": "user", "content": "Compare both offers and recommend one."}]
OWN = "sk-of-the-tenant-1234"  # pragma: allowlist secret


async def call(tenant: Tenant, method: str, path: str, body: object = None):
    options = {} if body is None else {"json": body}
    return await tenant.gateway.request(method, f"/api/v1/ai/{path}", headers={"X-API-Key": tenant.key}, **options)


async def test_a_tenants_own_key_is_used_for_its_calls_and_never_shown(tenant: Tenant, world: World):
    create = tenant.client.chat.completions.create
    await create(model="openai", messages=EASY)
    answer = await call(tenant, "PUT", "providers/openai/credentials", {"api_key": OWN})
    assert (answer.status_code, answer.json()["masked"]) == (200, "…1234")
    assert OWN not in answer.text
    await create(model="openai", messages=HARD)
    assert world.openai.keys == ["bearer key-of-openai", f"bearer {OWN}"]
    removed = await call(tenant, "DELETE", "providers/openai/credentials")
    assert removed.status_code == 204
    await create(model="openai", messages=[*EASY, *HARD])
    assert world.openai.keys[-1] == "bearer key-of-openai"
    assert (await call(tenant, "DELETE", "providers/openai/credentials")).status_code == 404


async def test_a_key_of_ones_own_opens_a_provider_that_the_platform_has_not(tenant: Tenant, world: World):
    world.without("openai")
    with pytest.raises(openai.NotFoundError):
        await tenant.client.chat.completions.create(model="openai", messages=EASY)
    await call(tenant, "PUT", "providers/openai/credentials", {"api_key": OWN})
    answer = await tenant.client.chat.completions.create(model="openai", messages=EASY)
    assert answer.choices[0].message.content == "Four."


async def test_a_tenants_bad_key_is_nobody_elses_trouble(tenant: Tenant, world: World):
    await call(tenant, "PUT", "providers/openai/credentials", {"api_key": OWN})
    world.openai.otherwise = Behaviour(status=401, error={"message": "Incorrect API key"})
    for number in range(6):
        with pytest.raises(openai.InternalServerError):
            await tenant.client.chat.completions.create(model="openai", messages=[*EASY] * (number + 1))
    assert [state.state for state in await breaker_states()] == ["closed"] * 3


async def test_a_live_test_says_whether_the_key_is_good(tenant: Tenant, world: World):
    await call(tenant, "PUT", "providers/openai/credentials", {"api_key": OWN})
    world.openai.plan.append(Behaviour(models=("gpt-4o", "gpt-4o-mini", "text-embedding-3-small")))
    good = (await call(tenant, "POST", "providers/openai/credentials:test")).json()
    assert (good["ok"], good["own_key"], good["models"]) == (True, True, 3)
    assert good["missing_models"] == ["text-embedding-3-large"]
    world.openai.otherwise = Behaviour(status=401, error={"message": "Incorrect API key"})
    bad = (await call(tenant, "POST", "providers/openai/credentials:test")).json()
    assert (bad["ok"], bad["problem"]) == (False, "it answered 401. Check the key.")
    assert (await call(tenant, "POST", "providers/nobody/credentials:test")).status_code == 404


async def test_a_budget_is_set_shown_and_kept(tenant: Tenant, world: World):
    answer = await call(tenant, "PUT", "budget", {"monthly_micros": 1_000})
    assert answer.json()["limit_micros"] == 1_000
    await tenant.client.chat.completions.create(model="internal", messages=EASY)
    with pytest.raises(openai.RateLimitError) as refused:
        await tenant.client.with_options(max_retries=2).chat.completions.create(model="internal", messages=HARD)
    assert refused.value.code == "budget_exceeded"
    assert len(world.internal.calls) == 1
    shown = (await call(tenant, "GET", "budget")).json()
    assert (shown["spent_micros"], shown["reserved_micros"], shown["remaining_micros"]) == (1_000, 0, 0)
    await call(tenant, "PUT", "budget", {"monthly_micros": None})
    await tenant.client.chat.completions.create(model="internal", messages=HARD)


async def test_usage_and_savings_equal_the_ledger(tenant: Tenant, world: World):
    create = tenant.client.chat.completions.create
    for model, messages in [("internal", EASY), ("internal", EASY), ("openai/gpt-4o", EASY), ("abacus", HARD)]:
        await create(model=model, messages=messages)
    stream = await create(model="internal", messages=HARD, stream=True)
    assert [chunk async for chunk in stream]
    entries = await ledger(tenant.id)
    spent = sum(entry["cost_micros"] for entry in entries)
    for by, names in [
        ("feature", ["ai.chat"]),
        ("service", ["ai"]),
        ("provider", ["abacus", "internal", "openai"]),
        ("day", [clock.utcnow().date().isoformat()]),
    ]:
        usage = (await call(tenant, "GET", f"usage?by={by}")).json()
        assert [row["name"] for row in usage["rows"]] == names
        assert sum(row["cost_micros"] for row in usage["rows"]) == usage["total"]["cost_micros"] == spent
    assert (usage["total"]["calls"], usage["total"]["cache_hits"]) == (4, 1)
    savings = (await call(tenant, "GET", "savings")).json()
    assert (savings["spent_micros"], savings["baseline_micros"], savings["requests"]) == (spent, 5 * 15_000, 5)
    assert savings["hit_rate"] == pytest.approx(1 / 5)
    product = (1 - savings["hit_rate"]) * (1 - savings["token_saving"]) * (1 - savings["routing_saving"])
    assert savings["saving"] == pytest.approx(1 - product) == pytest.approx(1 - spent / 75_000)


async def test_usage_refuses_a_period_that_is_none(tenant: Tenant):
    assert (await call(tenant, "GET", "usage?since=2026-02-01&until=2026-01-01")).status_code == 422
    assert (await call(tenant, "GET", "usage?by=colour")).status_code == 422


def test_without_requests_no_share_is_claimed():
    from collections import Counter
    from datetime import date

    nothing = savings_of(Counter(), date(2026, 1, 1), date(2026, 1, 2))
    assert (nothing.saving, nothing.hit_rate, nothing.saved_micros) == (None, None, 0)


async def test_probes_open_the_breaker_of_a_dead_provider_and_measure_the_others(tenant: Tenant, world: World):
    await world.abacus.stop()
    checks = {check.provider: check for check in await probe_providers()}
    assert [checks[name].ok for name in ("abacus", "openai", "internal")] == [False, True, True]
    assert [state.state for state in await breaker_states()] == ["open", "closed", "closed"]
    listed = {model.id: model.to_dict() async for model in tenant.client.models.list()}
    assert (listed["route-llm"]["health"], listed["route-llm"]["latency_ms"]) == ("open", None)
    assert listed["gpt-4o"]["latency_ms"] > 0


async def test_a_probe_closes_the_breaker_of_a_provider_that_is_back(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XYNERGY_BREAKER_SECONDS", "0.05")
    world.abacus.otherwise = Behaviour(status=500)
    await probe_providers()
    world.abacus.otherwise = Behaviour()

    async def closed() -> bool:
        await probe_providers()
        return (await breaker_states())[0].state == "closed"

    await eventually(closed)


async def test_reconciliation_tells_each_providers_day_and_what_it_lacks(tenant: Tenant, world: World):
    spend = Spend("call_x", "ai.chat", "abacus", "route-llm", "abacus: hard", Usage(1, 1), 15_000, 5.0)
    entry = spend.entry(world.caller(tenant.id)) | {"at": clock.now() - 86_400}
    await store([Page(tenant.id, entries=[entry])])
    context = RequestContext("req_test", "a" * 32, "b" * 16, "ai-routing-engine", "test")
    told = {
        event.provider: event for event in await reconcile_providers(Unit(context, "", ("ai_provider_reconciled",)))
    }
    assert told["abacus"].ledger_micros >= 15_000
    assert (told["abacus"].missing_models, told["abacus"].invoice_micros) == (["route-llm"], None)


async def test_retry_after_is_kept_to(tenant: Tenant, world: World):
    world.abacus.plan.append(Behaviour(status=429, headers={"retry-after": "30"}))
    create = tenant.client.chat.completions.with_raw_response.create
    first = await create(model="auto", messages=HARD)
    second = await create(model="auto", messages=[*HARD, *HARD])
    assert [answer.headers["x-xynergy-provider"] for answer in (first, second)] == ["openai", "openai"]
    assert len(world.abacus.calls) == 1
    with pytest.raises(openai.RateLimitError) as limited:
        await create(model="abacus", messages=HARD)
    assert 25 <= int(limited.value.response.headers["retry-after"]) <= 30
