"""Adding a provider is adding a row: in a copy of the repository, and nothing else of it is changed."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import openai
import pytest
import pytest_asyncio

from infra.demo import platform_process
from infra.demo.platform_process import PlatformProcess
from infra.local.options import ROOT
from tests.shared_layer.ai.provider_double import Behaviour, ProviderDouble
from tests.support.eventually import eventually

ROW = """    Provider(
        id="nebula",
        title="Nebula",
        url_env="NEBULA_BASE_URL",
        key_env="NEBULA_API_KEY",
        model_env="NEBULA_MODEL",
        models={"nebula-large": Price(million_in=1_000_000, million_out=2_000_000)},
    ),
"""
ASKED = [{"role": "user", "content": "What is two and two?"}]


@dataclass(frozen=True, slots=True)
class Place:
    """A platform with one provider more, and that provider."""

    double: ProviderDouble
    client: openai.AsyncOpenAI
    http: httpx.AsyncClient

    async def entry(self) -> dict:
        listed = (await self.http.get("/models")).json()["data"]
        (found,) = [one for one in listed if one["id"] == "nebula-large"]
        return found


@pytest_asyncio.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    copy = tmp_path_factory.mktemp("repository")
    for folder in ("functions", "infra", "shared_layer", "triggers"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    rows = copy / "shared_layer/ai/providers/table.py"
    written = rows.read_text()
    assert written.count("(ABACUS, OPENAI, INTERNAL)") == 1
    rows.write_text(
        written.replace("(ABACUS, OPENAI, INTERNAL)", f"(\n    ABACUS,\n    OPENAI,\n    INTERNAL,\n{ROW})")
    )
    double = ProviderDouble()
    await double.start()
    environment = {"NEBULA_BASE_URL": double.url, "XYNERGY_BREAKER_SECONDS": "0.5"}
    environment["NEBULA_API_KEY"] = "key-of-nebula"  # pragma: allowlist secret
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform_process, "ROOT", copy)
        platform = PlatformProcess(copy / "data", "--unlimited", environment=environment)
        platform.start()
    try:
        local = await asyncio.to_thread(platform.wait_ready)
        url, key = f"{local['gateway']}/api/v1/ai", local["api_key"]
        async with (
            openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0) as client,
            httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}, timeout=30) as http,
        ):
            yield Place(double, client, http)
    finally:
        await asyncio.to_thread(platform.stop)
        await double.stop()


async def test_it_answers_by_name_and_by_route_at_its_price(place: Place):
    for model in ("nebula", "nebula-large", "nebula/nebula-large"):
        raw = await place.client.chat.completions.with_raw_response.create(model=model, messages=ASKED, user=model)
        assert (raw.headers["x-xynergy-provider"], raw.headers["x-xynergy-cost-usd"]) == ("nebula", "0.000025")
    hard = [{"role": "user", "content": "Compare both offers and recommend one."}]
    routed = await place.client.chat.completions.with_raw_response.create(model="auto", messages=hard)
    assert routed.headers["x-xynergy-provider"] == "nebula"
    assert {call["model"] for call in place.double.calls} == {"nebula-large"}
    assert set(place.double.keys) == {"bearer key-of-nebula"}


async def test_it_streams(place: Place):
    stream = await place.client.chat.completions.create(
        model="nebula", messages=ASKED, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Four."
    assert chunks[-1].model_extra["xynergy"]["cost_usd"] == 0.000025


async def test_the_list_of_models_a_policy_and_a_key_of_ones_own_know_it(place: Place):
    entry = await place.entry()
    assert (entry["owned_by"], entry["health"], entry["default"]) == ("nebula", "closed", True)
    assert entry["price"]["usd_per_million_input_tokens"] == 1.0
    assert entry["price"]["usd_per_million_output_tokens"] == 2.0
    policy = {"allowed_providers": ["nebula"]}
    found = await place.http.get("/routing-policy")
    answer = await place.http.put("/routing-policy", json=policy, headers={"If-Match": found.headers["etag"]})
    assert answer.status_code == 200, answer.text
    tested = await place.http.post("/providers/nebula/credentials:test")
    assert (tested.status_code, tested.json()["provider"]) == (200, "nebula")


async def test_it_has_a_breaker_that_opens_and_closes(place: Place):
    place.double.otherwise = Behaviour(status=500, error={"message": "down"})
    for number in range(5):
        with pytest.raises(openai.InternalServerError):
            await place.client.chat.completions.create(model="nebula", messages=ASKED, user=str(number))
    assert (await place.entry())["health"] in ("open", "half_open")
    place.double.otherwise = Behaviour()

    async def back() -> bool:
        try:
            await place.client.chat.completions.create(model="nebula", messages=ASKED, user="again")
        except openai.InternalServerError:
            return False
        return (await place.entry())["health"] == "closed"

    await eventually(back)
