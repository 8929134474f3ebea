"""Asynchronous tasks: followed while they run, done once whatever dies, given up with a reason."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path
from typing import Any

from tests.support import staging
from tests.support.eventually import eventually
from tests.support.function_process import FunctionProcess, function_process
from tests.support.platform import LocalPlatform
from tests.support.subscribers import TRIGGERS, push_subscription, subscribed

TOPIC = "system-runtime-events"


async def follow(platform: LocalPlatform, key: str, url: str) -> dict[str, Any]:
    answer = await platform.gateway.get(url, headers={"X-API-Key": key})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def steps_done(tenant_id: str) -> Counter[int]:
    return Counter(effect["step"] for effect in await staging.documents(tenant_id, "effects"))


async def test_a_task_is_done_step_by_step_and_can_be_followed(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    _, stranger = await platform.tenant()
    async with subscribed(platform, "count_slowly", TOPIC):
        task = await staging.task(tenant_id, "test.count", {"seconds": 0.1})
        percents = set()

        async def succeeded() -> bool:
            found = await follow(platform, key, task.url)
            percents.add(found["percent"])
            return bool(found["state"] == "succeeded")

        await eventually(succeeded)
        assert max(percents) == 100
        assert len(percents) > 1
        assert await steps_done(tenant_id) == {0: 1, 1: 1, 2: 1, 3: 1}
        assert (await follow(platform, key, task.url))["result_url"] == "/api/v1/campaigns"
        listed = await platform.gateway.get("/api/v1/tasks", params={"state": "succeeded"}, headers={"X-API-Key": key})
        assert [found["id"] for found in listed.json()["items"]] == [task.id]
        unseen = await platform.gateway.get(task.url, headers={"X-API-Key": stranger})
        assert unseen.status_code == 404


async def test_a_step_that_fails_is_tried_five_times_and_the_task_says_why(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    async with subscribed(platform, "count_slowly", TOPIC):
        task = await staging.task(tenant_id, "test.count", {"seconds": 0.0, "fails_at": 2})

        async def failed() -> bool:
            return bool((await follow(platform, key, task.url))["state"] == "failed")

        await eventually(failed)
        found = await follow(platform, key, task.url)
        assert (found["step"], found["attempts"], found["error"]["code"]) == (2, 5, "internal")
        assert await steps_done(tenant_id) == {0: 1, 1: 1}


async def test_steps_delivered_three_times_at_once_are_done_once(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    async with subscribed(platform, "count_slowly", TOPIC) as handler:
        handler.times, handler.jitter = 3, 0.05
        task = await staging.task(tenant_id, "test.count", {"seconds": 0.1})

        async def succeeded() -> bool:
            return bool((await follow(platform, key, task.url))["state"] == "succeeded")

        await eventually(succeeded)
        assert await steps_done(tenant_id) == {0: 1, 1: 1, 2: 1, 3: 1}


async def test_a_task_survives_kill_9_in_the_middle_of_a_step_without_double_effect(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    tenant_id, key = await platform.tenant()
    file, log = TRIGGERS / "count_slowly.py", tmp_path / "function.log"
    async with function_process(file, platform.environment, log) as function:
        async with push_subscription(platform, "count_slowly", TOPIC, function.url):
            task = await staging.task(tenant_id, "test.count", {"seconds": 1.0})
            for step in (0, 2):
                await eventually(lambda step=step: _works_on(platform, key, task.url, step))  # type: ignore[misc]
                await _die_and_come_back(function)

            async def succeeded() -> bool:
                return bool((await follow(platform, key, task.url))["state"] == "succeeded")

            await eventually(succeeded, within=60)
            assert await steps_done(tenant_id) == {0: 1, 1: 1, 2: 1, 3: 1}


async def _works_on(platform: LocalPlatform, key: str, url: str, step: int) -> bool:
    found = await follow(platform, key, url)
    return bool(found["step"] == step and found["attempts"] > 0)


async def _die_and_come_back(function: FunctionProcess) -> None:
    function.signal(signal.SIGKILL)
    assert function.process is not None
    await function.process.wait()
    await function.start()
