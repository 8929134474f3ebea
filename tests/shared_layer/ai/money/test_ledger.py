"""The ledger holds every paid answer once, whoever dies."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import orjson
import pytest

from shared_layer.ai.api.completing import complete
from shared_layer.ai.money import ledger_page
from shared_layer.ai.money.ledger import entry_of, flush, record
from shared_layer.ai.money.ledger_page import LEDGER, SUMS, USAGE, Page, store
from shared_layer.ai.money.ledger_stream import STREAM, sweep_ledger
from shared_layer.ai.money.spend import Spend
from shared_layer.ai.providers.usage import Usage
from shared_layer.core import clock
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.redis import Redis, RedisUnavailable, redis
from tests.shared_layer.ai.answers.test_answering import EASY, Sum, ask
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.world import World, ledger


def entries(world: World, tenant: str, count: int) -> list[dict]:
    caller = world.caller(tenant)
    spend = Spend("", "marketing.plan", "abacus", "route-llm", "abacus: hard", Usage(100, 20), 15_000, 5.0)
    made = [spend.entry(caller) for _ in range(count)]
    return [{**entry, "call_id": f"call_{tenant}_{number}"} for number, entry in enumerate(made)]


async def sums(tenant: str) -> dict[str, int]:
    found = [day.to_dict() async for day in firestore().collection("tenants", tenant, USAGE).stream()]
    return {name: sum(day[name] for day in found) for name in SUMS}


async def copies(tenant: str) -> int:
    found = await redis().command("XRANGE", STREAM, "-", "+")
    return sum(fields[fields.index(b"tenant") + 1].decode() == tenant for _, fields in found)


async def left_behind(tenant: str, page: Page) -> None:
    """Copies as an instance leaves them that dies before it stores its page."""
    for entry in page.entries:
        fields = ("tenant", tenant, "page", page.id, "entry", orjson.dumps(entry))
        await redis().command("XADD", STREAM, "*", *fields)


async def sweep_a_minute_later() -> None:
    moment = clock.now() + 60
    former = clock.use(lambda: moment)
    try:
        await asyncio.gather(sweep_ledger(), sweep_ledger())
        await sweep_ledger()
    finally:
        clock.use(former)


async def test_an_answer_is_copied_at_once_and_its_copy_removed_once_the_page_is_stored(world: World):
    tenant = world.caller().tenant_id
    await ask(world, tenant=tenant)
    assert await copies(tenant) == 1
    assert len(await ledger(tenant)) == 1
    assert await copies(tenant) == 0


async def test_many_answers_share_a_page_and_the_sums_are_the_ledgers(world: World):
    tenant = world.caller().tenant_id
    asked = [[{"role": "user", "content": f"What is two and {n}?"}] for n in range(20)]
    await asyncio.gather(*[ask(world, messages, tenant=tenant) for messages in asked])
    await ask(world, asked[0], tenant=tenant)
    paid = await ledger(tenant)
    found = await sums(tenant)
    pages = [page.id async for page in firestore().collection("tenants", tenant, LEDGER).stream()]
    assert len(pages) <= 3
    assert (found["calls"], found["hits"]) == (20, 1)
    assert found["cost_micros"] == sum(entry["cost_micros"] for entry in paid) == 20_000
    assert found["prompt_tokens"] == sum(entry["usage"]["prompt_tokens"] for entry in paid)


async def test_a_call_is_found_by_its_id(world: World):
    tenant = world.caller().tenant_id
    answer = await ask(world, tenant=tenant)
    entry = await entry_of(tenant, answer.call_id)
    assert entry is not None
    assert (entry["call_id"], entry["provider"]) == (answer.call_id, "internal")
    assert await entry_of(tenant, "call_unknown") is None
    assert await entry_of(world.caller().tenant_id, answer.call_id) is None


async def test_answers_from_the_cache_are_found_by_their_ids_which_no_list_holds(world: World):
    tenant = world.caller().tenant_id
    given = [await ask(world, tenant=tenant) for _ in range(4)]
    for answer in given:
        entry = await entry_of(tenant, answer.call_id)
        assert entry is not None
        assert (entry["call_id"], entry["cached"]) == (answer.call_id, answer.cached)
    pages = [page.to_dict() async for page in firestore().collection("tenants", tenant, LEDGER).stream()]
    assert [named for page in pages for named in page["call_ids"]] == [given[0].call_id]
    assert len({answer.call_id for answer in given}) == 4


async def test_a_page_that_was_completed_is_searched_in_both_of_its_parts(world: World):
    tenant = world.caller().tenant_id
    page = Page(tenant)
    for entry in entries(world, tenant, 4):
        page.entries.append({**entry, "call_id": page.next_call_id(), "cached": True})
    await store([Page(tenant, page.id, page.entries[:2], numbered=page.numbered)])
    await store([page])
    for entry in page.entries:
        found = await entry_of(tenant, entry["call_id"])
        assert found is not None
        assert found["call_id"] == entry["call_id"]


async def test_what_a_dead_instance_left_is_written_once_however_often_it_is_swept(world: World):
    tenant = world.caller().tenant_id
    await left_behind(tenant, Page(tenant, entries=entries(world, tenant, 3)))
    await sweep_ledger()
    assert await copies(tenant) == 3
    await sweep_a_minute_later()
    assert len(await ledger(tenant)) == 3
    assert (await sums(tenant))["cost_micros"] == 45_000
    assert await copies(tenant) == 0


async def test_an_instance_that_was_taken_for_dead_writes_only_what_the_sweeper_did_not(world: World):
    tenant = world.caller().tenant_id
    page = Page(tenant, entries=entries(world, tenant, 5))
    await store([Page(tenant, page.id, page.entries[:3])])
    for _ in range(2):
        await store([page, Page(tenant, entries=[])])
    assert sorted(entry["call_id"] for entry in await ledger(tenant)) == [entry["call_id"] for entry in page.entries]
    assert (await sums(tenant))["cost_micros"] == 75_000


async def test_while_redis_is_away_an_answer_waits_for_its_page(world: World, monkeypatch: pytest.MonkeyPatch):
    caller = world.caller()

    async def away(*_: object) -> None:
        raise RedisUnavailable("away")

    with monkeypatch.context() as patch:
        for name in ("command", "run", "pipeline"):
            patch.setattr(Redis, name, away)
        await complete(caller, messages=EASY, operation="test", cache=False)
    pages = [page async for page in firestore().collection("tenants", caller.tenant_id, LEDGER).stream()]
    assert len(pages) == 1


async def test_a_second_of_prompts_of_which_much_is_kept_is_more_than_one_page(world: World):
    caller = world.caller()
    kept = {"kind": "strong", "features": bytes(32_000)}
    spend = Spend("", "test", "abacus", "route-llm", "abacus: hard", Usage(3000, 20), 15_000, 5.0, routed=kept)
    await asyncio.gather(*[record(caller, replace(spend, call_id=f"call_{number:03}")) for number in range(60)])
    assert sorted(entry["call_id"] for entry in await ledger(caller.tenant_id)) == [f"call_{n:03}" for n in range(60)]
    assert (await sums(caller.tenant_id))["calls"] == 60


async def test_a_page_that_no_commit_takes_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch):
    refused, taken = world.caller(), world.caller()
    spend = Spend("call_1", "test", "abacus", "route-llm", "abacus: hard", Usage(3000, 20), 15_000, 5.0)
    allowed = ledger_page.store

    async def picky(pages: list[Page]) -> None:
        if any(page.tenant_id == refused.tenant_id for page in pages):
            raise ConnectionError("Firestore takes no page of this tenant")
        await allowed(pages)

    with monkeypatch.context() as patch:
        patch.setattr("shared_layer.ai.money.ledger.store", picky)
        for caller in (refused, taken):
            await record(caller, spend)
        await flush()
        await flush()
        assert len(await ledger(taken.tenant_id)) == 1
    assert len(await ledger(refused.tenant_id)) == 1


async def test_a_page_that_firestore_refuses_is_stored_later(world: World, monkeypatch: pytest.MonkeyPatch):
    tenant = world.caller().tenant_id

    async def down(*_: object) -> None:
        raise ConnectionError("Firestore is away")

    with monkeypatch.context() as patch:
        patch.setattr("shared_layer.ai.money.ledger.store", down)
        await ask(world, tenant=tenant)
        await flush()
    assert len(await ledger(tenant)) == 1


async def test_an_answer_of_no_use_costs_but_is_no_call(world: World):
    tenant = world.caller().tenant_id
    world.internal.otherwise = Behaviour(text="no number")
    world.abacus.otherwise = Behaviour(text='{"total": 4}')
    await ask(world, tenant=tenant, response_schema=Sum)
    await flush()
    found = await sums(tenant)
    assert (found["calls"], found["cost_micros"]) == (1, 17_000)
