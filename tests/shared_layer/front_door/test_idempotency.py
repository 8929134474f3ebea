"""Idempotency-Key: however often, however many at once and whoever dies, the effect happens once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared_layer.core import json
from shared_layer.core.errors import Conflict
from shared_layer.front_door import idempotency
from shared_layer.front_door.answer import JSON, Answer
from shared_layer.front_door.idempotency import Asked, Claim, claim, record_document
from shared_layer.marketing.campaign import COLLECTION as CAMPAIGNS
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from tests.support import staging
from tests.support.eventually import eventually
from tests.support.function_process import FunctionProcess, function_process
from tests.support.platform import LocalPlatform

CREATE_SLOWLY = Path(__file__).parents[2] / "support" / "functions" / "runtime" / "create_slowly.py"
BRIEF = {"business_type": "Bakery", "target_audience": "Families nearby", "budget_range": "$5,000-$10,000"}


@pytest.mark.parametrize("keys", [20, pytest.param(200, marks=pytest.mark.long)])
async def test_sixteen_concurrent_retries_of_each_key_make_one_campaign_and_get_the_same_bytes(
    platform: LocalPlatform, keys: int
) -> None:
    tenant_id, api_key = await platform.tenant()

    async def attempt(key: str) -> tuple[int, bytes]:
        headers = {"X-API-Key": api_key, "Idempotency-Key": key}
        while True:
            answer = await platform.gateway.post("/api/v1/campaigns", json=BRIEF | {"name": key}, headers=headers)
            if answer.status_code == 201:
                return answer.status_code, answer.content
            assert (answer.status_code, answer.json()["code"]) in ((409, "request_in_flight"), (503, "overloaded"))
            await asyncio.sleep(random.uniform(0.0, 0.2))

    answers: dict[str, set[tuple[int, bytes]]] = {}
    for start in range(0, keys, 5):
        several = [f"key-{number}" for number in range(start, start + 5)]
        found = await asyncio.gather(*[attempt(key) for key in several for _ in range(16)])
        answers |= {key: set(found[16 * index : 16 * index + 16]) for index, key in enumerate(several)}
    assert {len(different) for different in answers.values()} == {1}
    made = Counter(document["name"] for document in await staging.documents(tenant_id, CAMPAIGNS))
    assert made == dict.fromkeys(answers, 1)
    events = await staging.documents(tenant_id, "events")
    assert sum(event["event_type"] == "campaign_created" for event in events) == keys


async def test_fifty_owners_that_outlive_their_lease_leave_no_effect(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LEASE", timedelta(seconds=0.2))
    tenant_id, _ = await platform.tenant()

    async def outlived(number: int) -> None:
        zombie = await _claimed(tenant_id, number)
        successor: list[Claim] = []

        async def taken_over() -> bool:
            try:
                successor.append(await _claimed(tenant_id, number))
            except Conflict:
                return False
            return True

        await eventually(taken_over)
        first, second = _work(zombie, tenant_id, number, "zombie"), _work(successor[0], tenant_id, number, "successor")
        for unit in random.sample([first, second], 2):
            try:
                await unit.commit()
            except Conflict:
                assert unit is first

    await asyncio.gather(*[outlived(number) for number in range(50)])
    effects = await staging.documents(tenant_id, "effects")
    assert sorted(effect["number"] for effect in effects) == list(range(50))
    assert {effect["by"] for effect in effects} == {"successor"}


async def _claimed(tenant_id: str, number: int) -> Claim:
    held = await claim(Asked(tenant_id, "POST /things", f"key-{number}", "fingerprint", None))
    assert isinstance(held, Claim)
    return held


def _work(held: Claim, tenant_id: str, number: int, by: str) -> Unit:
    unit = Unit(staging.context("system-runtime", tenant_id), tenant_id)
    unit.create(tenant_document(tenant_id, "effects", uuid4().hex), {"number": number, "by": by})
    held.finish(unit, Answer(201, [JSON], b"{}"))
    return unit


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.long)])
async def test_owners_killed_at_work_or_between_effect_and_answer_are_made_good_by_the_retry(
    platform: LocalPlatform, tmp_path: Path, kills: int
) -> None:
    tenant_id, api_key = await platform.tenant()
    keys = [f"killed-{number}" for number in range(5 * kills)]
    async with function_process(CREATE_SLOWLY, platform.environment, tmp_path / "function.log") as function:
        async with httpx.AsyncClient(base_url=function.url, timeout=10) as client:
            room = asyncio.Semaphore(30)
            retries = [asyncio.create_task(_until_answered(client, room, api_key, key)) for key in keys]
            for _ in range(kills):
                former = len(await staging.documents(tenant_id, "idempotency"))
                await eventually(lambda former=former: _some_begun(tenant_id, former, len(keys)))  # type: ignore[misc]
                await _die_and_come_back(function)
            answers = await asyncio.gather(*retries)
    assert [answer["key"] for answer in answers] == keys
    made = Counter(effect["key"] for effect in await staging.documents(tenant_id, "effects"))
    assert made == dict.fromkeys(keys, 1)


async def _until_answered(client: httpx.AsyncClient, room: asyncio.Semaphore, api_key: str, key: str) -> dict[str, Any]:
    """Retry as a client does, 30 of them at a time."""
    async with room:
        return await _retried(client, api_key, key)


async def _retried(client: httpx.AsyncClient, api_key: str, key: str) -> dict[str, Any]:
    headers = {"X-API-Key": api_key, "Idempotency-Key": key}
    dice = random.Random(key)
    while True:
        await asyncio.sleep(dice.uniform(0.0, 1.0))
        body = {"key": key, "seconds": 0.4}
        try:
            answer = await client.post("/api/v1/slow-things", json=body, headers=headers)
        except httpx.TransportError:
            continue
        if answer.status_code == 201:
            found: dict[str, Any] = answer.json()
            return found
        assert (answer.status_code, answer.json()["code"]) in ((409, "request_in_flight"), (503, "overloaded"))


async def _some_begun(tenant_id: str, former: int, most: int) -> bool:
    records = await staging.documents(tenant_id, "idempotency")
    return len(records) > former or len(records) >= most or any(record["state"] == "running" for record in records)


async def _die_and_come_back(function: FunctionProcess) -> None:
    await function.kill()
    await function.start()


async def test_nothing_is_remembered_of_what_was_refused_and_the_key_is_good_for_the_right_request(
    platform: LocalPlatform,
) -> None:
    """400, 401, 403, 409, 415, 422 and 429, each under the key that the right request has afterwards."""
    tenant_id, key = await platform.tenant()
    narrow = await _api_key(platform, key, scopes=["marketing:read"])
    slow = await _api_key(platform, key, scopes=["marketing:write"], requests_per_minute=1)
    the_key = {"Idempotency-Key": "the-same"}
    mine, json_type = {"X-API-Key": key} | the_key, {"Content-Type": "application/json"}

    async def post(path: str, headers: dict[str, str], content: bytes) -> tuple[int, str]:
        answer = await platform.gateway.post(path, headers=headers, content=content)
        return answer.status_code, answer.json().get("code", "")

    brief, path = json.dumps(BRIEF), "/api/v1/campaigns"
    assert await post(path, mine | json_type, b"{") == (400, "malformed_json")
    assert await post(path, {"Idempotency-Key": "the-same"} | json_type, brief) == (401, "unauthenticated")
    assert await post(path, {"X-API-Key": narrow} | the_key | json_type, brief) == (403, "scope_missing")
    assert await post(path, mine | {"Content-Type": "text/plain"}, brief) == (415, "unsupported_media_type")
    assert await post(path, mine | json_type, b"{}") == (422, "validation_failed")
    assert await post(path, {"X-API-Key": slow, "Idempotency-Key": "another"} | json_type, brief) == (201, "")
    assert await post(path, {"X-API-Key": slow} | the_key | json_type, brief) == (429, "rate_limited")
    [made] = await staging.documents(tenant_id, CAMPAIGNS)
    assert await post(f"{path}/{made['id']}:resume", mine, b"") == (409, "illegal_transition")
    remembered = [record["operation"] for record in await staging.documents(tenant_id, "idempotency")]
    assert sorted(remembered) == ["POST /api/v1/api-keys"] * 2 + [f"POST {path}"]  # what was made, under other keys
    assert await post(path, mine | json_type, brief) == (201, "")
    assert await post(f"{path}/{made['id']}:launch", mine, b"") == (200, "")  # another route is another record
    assert len(await staging.documents(tenant_id, CAMPAIGNS)) == 2


async def test_a_retry_is_answered_though_a_deploy_in_between_made_its_body_invalid(platform: LocalPlatform) -> None:
    """The record is made that of a body which this version refuses, as a version before it might have taken it."""
    tenant_id, key = await platform.tenant()
    path, refused_today = "/api/v1/campaigns", {"business_type": "", "then": "known"}

    async def post(idempotency_key: str, body: Any) -> httpx.Response:
        headers = {"X-API-Key": key, "Idempotency-Key": idempotency_key}
        return await platform.gateway.post(path, json=body, headers=headers)

    made = await post("kept", BRIEF)
    asked = Asked(tenant_id, f"POST {path}", "kept", json.fingerprint([refused_today, ""]), None)
    await record_document(asked).update({"fingerprint": asked.fingerprint})
    again = await post("kept", refused_today)
    assert (again.status_code, again.content) == (201, made.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert (await post("kept", {"business_type": ""})).status_code == 422
    assert (await post("another", refused_today)).status_code == 422
    await record_document(asked).update({"state": "running"})
    assert (await post("kept", refused_today)).status_code == 422
    assert len(await staging.documents(tenant_id, CAMPAIGNS)) == 1


async def _api_key(platform: LocalPlatform, key: str, **fields: Any) -> str:
    answer = await platform.gateway.post(
        "/api/v1/api-keys", json={"name": "x", **fields}, headers={"X-API-Key": key, "Idempotency-Key": uuid4().hex}
    )
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["key"]
    return made
