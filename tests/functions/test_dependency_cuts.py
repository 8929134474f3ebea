"""Each dependency cut in turn: without Redis all works on; without another, a clear 503, and nothing half done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from infra.local.options import ROOT
from shared_layer.core import clock
from shared_layer.marketing.campaign import COLLECTION as CAMPAIGNS
from tests.support import staging
from tests.support.eventually import eventually
from tests.support.faulty_proxy import FaultyProxy
from tests.support.function_process import FunctionProcess, function_process
from tests.support.platform import LocalPlatform
from tests.support.serving import FUNCTIONS

BRIEF = {"business_type": "Bakery", "target_audience": "Families nearby", "budget_range": "$5,000-$10,000"}
VARIABLES = {
    "redis": "REDIS_URL",
    "firestore": "FIRESTORE_EMULATOR_HOST",
    "pubsub": "PUBSUB_EMULATOR_HOST",
    "bigquery": "BIGQUERY_EMULATOR_HOST",
    "storage": "STORAGE_EMULATOR_HOST",
}
HALF_OPEN = pytest.param("half_open", marks=pytest.mark.long)  # for who waits it is as long as a black hole
IN_TIME = 20.0
"""Longer than any deadline of these functions (15 s): a limit, not a measurement."""


@dataclass(frozen=True, slots=True)
class Cuttable:
    """A function in a process of its own that reaches every dependency through a proxy."""

    client: httpx.AsyncClient
    proxies: dict[str, FaultyProxy]
    process: FunctionProcess


@asynccontextmanager
async def cuttable(platform: LocalPlatform, file: Path, log: Path) -> AsyncIterator[Cuttable]:
    """The function in `file` behind proxies."""
    proxies = {name: FaultyProxy(platform.environment[variable]) for name, variable in VARIABLES.items()}
    environment = dict(platform.environment)
    for name, variable in VARIABLES.items():
        parts = urlsplit(environment[variable])
        through = proxies[name].address
        environment[variable] = parts._replace(netloc=through).geturl() if parts.netloc else through
    async with AsyncExitStack() as stack:
        for proxy in proxies.values():
            await proxy.start()
            stack.push_async_callback(proxy.stop)
        function = await stack.enter_async_context(function_process(file, environment, log))
        client = httpx.AsyncClient(base_url=function.url, timeout=IN_TIME)
        yield Cuttable(await stack.enter_async_context(client), proxies, function)


@pytest_asyncio.fixture(scope="module")
async def create_campaign(platform: LocalPlatform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cuttable]:
    log = tmp_path_factory.mktemp("cuts") / "log"
    async with cuttable(platform, ROOT / "functions" / "marketing" / "create_campaign.py", log) as running:
        yield running


async def create(function: Cuttable, key: str, idempotency_key: str) -> httpx.Response:
    headers = {"X-API-Key": key, "Idempotency-Key": idempotency_key}
    return await function.client.post("/api/v1/campaigns", json=BRIEF, headers=headers)


async def well_again(function: Cuttable, key: str) -> None:
    async def answers() -> bool:
        return (await create(function, key, "well-again")).status_code == 201

    await eventually(answers, within=40)


@pytest.mark.parametrize("fault", ["cut", "blackhole", "half_open"])
async def test_without_redis_every_call_works(platform: LocalPlatform, create_campaign: Cuttable, fault: str) -> None:
    _, key = await platform.tenant()
    getattr(create_campaign.proxies["redis"], fault)()
    try:
        statuses = [(await create(create_campaign, key, f"{fault}-{number}")).status_code for number in range(5)]
    finally:
        create_campaign.proxies["redis"].heal()
    assert statuses == [201] * 5


@pytest.mark.parametrize("fault", ["cut", "blackhole", "half_open"])
async def test_without_firestore_a_503_says_so_and_nothing_is_half_written(
    platform: LocalPlatform, create_campaign: Cuttable, fault: str
) -> None:
    tenant_id, key = await platform.tenant()
    await well_again(create_campaign, key)
    proxy = create_campaign.proxies["firestore"]
    getattr(proxy, fault)()
    try:
        refused = await create(create_campaign, key, f"without-{fault}")
    finally:
        proxy.heal()
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable"), refused.text
    assert refused.headers["retry-after"]
    assert refused.json()["request_id"]

    async def retried() -> bool:
        return (await create(create_campaign, key, f"without-{fault}")).status_code == 201

    await eventually(retried, within=40)
    campaigns = await staging.documents(tenant_id, CAMPAIGNS)
    created = [
        event for event in await staging.documents(tenant_id, "events") if event["event_type"] == "campaign_created"
    ]
    assert len(campaigns) == 2
    assert {event["payload"]["campaign_id"] for event in created} == {campaign["id"] for campaign in campaigns}


@pytest.mark.parametrize("dependency", sorted(VARIABLES))
async def test_a_dependency_that_is_slow_makes_calls_slow_and_nothing_else(
    platform: LocalPlatform, create_campaign: Cuttable, dependency: str
) -> None:
    tenant_id, key = await platform.tenant()
    await well_again(create_campaign, key)
    create_campaign.proxies[dependency].delay(0.1)
    try:
        answers = [await create(create_campaign, key, f"slow-{dependency}-{number % 2}") for number in range(4)]
    finally:
        create_campaign.proxies[dependency].heal()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert answers[0].content == answers[2].content, "the same key is the same campaign, however slow"
    assert len(await staging.documents(tenant_id, CAMPAIGNS)) == 3


async def test_without_pubsub_commands_work_and_their_events_arrive_when_it_is_back(
    platform: LocalPlatform, create_campaign: Cuttable
) -> None:
    _, key = await platform.tenant()
    await well_again(create_campaign, key)
    create_campaign.proxies["pubsub"].cut()
    try:
        assert (await create(create_campaign, key, "no-pubsub")).status_code == 201
    finally:
        create_campaign.proxies["pubsub"].heal()


@pytest.mark.parametrize("fault", ["cut", "blackhole", HALF_OPEN])
async def test_without_pubsub_a_replay_is_refused_with_503(platform: LocalPlatform, tmp_path: Path, fault: str) -> None:
    tenant_id, key = await platform.tenant()
    async with cuttable(platform, ROOT / "functions" / "runtime" / "replay_events.py", tmp_path / "log") as function:
        body = {"handler": "sync_event_to_warehouse", "since": (clock.utcnow() - timedelta(hours=1)).isoformat()}
        getattr(function.proxies["pubsub"], fault)()
        refused = await _post(function, "/api/v1/events:replay", key, body)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable"), refused.text
        assert await staging.documents(tenant_id, "tasks") == []
        function.proxies["pubsub"].heal()

        async def taken() -> bool:
            return (await _post(function, "/api/v1/events:replay", key, body)).status_code == 202

        await eventually(taken, within=40)


@pytest.mark.parametrize("fault", ["cut", "blackhole", HALF_OPEN])
@pytest.mark.parametrize("dependency", ["bigquery", "storage"])
async def test_without_bigquery_or_storage_a_503_says_so_in_time(
    platform: LocalPlatform, tmp_path: Path, dependency: str, fault: str
) -> None:
    async with cuttable(platform, FUNCTIONS / f"touch_{dependency}.py", tmp_path / "log") as function:
        path = f"/api/v1/touch-{dependency}"
        assert (await function.client.get(path)).status_code == 204
        getattr(function.proxies[dependency], fault)()
        refused = await function.client.get(path)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable"), refused.text
        function.proxies[dependency].heal()

        async def works() -> bool:
            return (await function.client.get(path)).status_code == 204

        await eventually(works, within=40)


async def _post(function: Cuttable, path: str, key: str, body: dict[str, Any]) -> httpx.Response:
    return await function.client.post(path, json=body, headers={"X-API-Key": key})
