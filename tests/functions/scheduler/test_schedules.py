"""Schedules: made, read and changed by a tenant, and claimed by the tick, each fire once."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from google.cloud.firestore import AsyncQuery

from shared_layer.access.delegation import Delegate
from shared_layer.core import clock
from shared_layer.core.context import RequestContext
from shared_layer.messaging.unit import Unit
from shared_layer.scheduler.claiming import tick
from shared_layer.scheduler.schedule import EventTarget, StoredSchedule, schedule_reference
from shared_layer.scheduler.starting import EMITS
from shared_layer.storage.gcp_clients import firestore
from tests.support import staging
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.scheduled import pause

COUNTING: ContextVar[int] = ContextVar("counting", default=0)
"""1 in the test that counts what it reads itself, and in what it starts: other functions read at the same time."""

EVENT = {"kind": "event", "data": {"topic": "digest"}}
ONBOARDING = {"kind": "workflow", "workflow": "tenant_onboarding"}
LAUNCH_THAT_FAILS = {
    "kind": "workflow",
    "workflow": "campaign_launch",
    "input": {
        "announce_in": "#nowhere",
        "brief": {"business_type": "Bakery", "target_audience": "Families", "budget_range": "$500-$1,000"},
    },
}


class Desk:
    """A tenant's key, and what it asks for."""

    def __init__(self, platform: LocalPlatform, tenant_id: str, key: str) -> None:
        self.platform, self.tenant_id, self.key = platform, tenant_id, key

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return await self.platform.gateway.request(
            method, f"/api/v1/schedules{path}", json=body, headers={"X-API-Key": self.key, **headers}
        )

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = await self.ask(method, path, body, **headers)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def made(self, **fields: Any) -> dict[str, Any]:
        body = {"name": "A schedule", "cron": "0 9 * * *", "timezone": "Europe/Berlin", "target": EVENT} | fields
        made: dict[str, Any] = await self.call("POST", "", body)
        return made

    async def runs(self, schedule_id: str, state: str = "") -> list[dict[str, Any]]:
        found = await self.call("GET", f"/{schedule_id}/runs{f'?state={state}' if state else ''}")
        items: list[dict[str, Any]] = found["items"]
        return items


@pytest_asyncio.fixture
async def desk(platform: LocalPlatform) -> Desk:
    pause(platform, "fire_schedules")
    return Desk(platform, *await platform.tenant())


@pytest_asyncio.fixture
async def nothing_else_is_due() -> AsyncIterator[None]:
    """Schedules of other tests are taken out: the tick is of all tenants."""
    async for snapshot in firestore().collection_group("schedules").stream():
        await snapshot.reference.delete()
    yield


def a_tick() -> Unit:
    """The unit of an instance that ticks."""
    context = RequestContext(
        f"req_{uuid.uuid4().hex[:24]}", uuid.uuid4().hex, uuid.uuid4().hex[:16],
        "scheduler-automation-engine", "fire_schedules",
    )  # fmt: skip
    return Unit(context, "", EMITS)


async def stage(tenant_id: str, count: int, first: datetime, **fields: Any) -> list[str]:
    """Write `count` active schedules whose next fire is `first`."""
    ids, batch = [], firestore().batch()
    for number in range(count):
        schedule = StoredSchedule(
            id=f"sch_{uuid.uuid4().hex[:16]}",
            **{
                "name": f"Number {number}", "cron": "*/10 * * * *", "timezone": "UTC",
                "target": EventTarget(kind="event"),
                "overlap": "allow", "catch_up_seconds": 3600, "jitter_seconds": 0, "pause_on_failure": False,
                "state": "active", "next_fire_at": first, "next_due_at": first,
            }
            | fields,
            created_by="key_test",
            delegate=Delegate(principal="key_test", scopes=["schedules:write"]),
            created_at=first,
            updated_at=first,
        )  # fmt: skip
        ids.append(schedule.id)
        batch.set(schedule_reference(tenant_id, schedule.id), schedule.model_dump())
        if len(ids) % 400 == 0:
            await batch.commit()
            batch = firestore().batch()
    await batch.commit()
    return ids


async def fired(tenant_id: str) -> Counter[tuple[str, str]]:
    """How often each (schedule, fire time) was told of."""
    events = [each for each in await staging.documents(tenant_id, "events") if each["event_type"] == "schedule_fired"]
    return Counter((each["payload"]["schedule_id"], each["payload"]["fire_time"]) for each in events)


async def test_a_schedule_is_answered_with_its_next_five_fire_times_in_its_own_zone(desk: Desk) -> None:
    made = await desk.made(cron="30 2 * * *", timezone="America/New_York", jitter_seconds=600)
    times = [datetime.fromisoformat(each) for each in made["next_fire_times"]]
    assert len(times) == 5
    assert all(one < other for one, other in pairwise(times))
    assert {each.minute for each in times} <= {30, 0}
    assert made["next_fire_at"] == made["next_fire_times"][0]
    late = datetime.fromisoformat(made["next_due_at"]) - times[0]
    assert timedelta() <= late <= timedelta(seconds=600)
    assert await desk.call("GET", f"/{made['id']}") == made


async def test_a_schedule_is_changed_as_of_its_version_paused_and_resumed(desk: Desk, platform: LocalPlatform) -> None:
    made = await desk.made()
    stranger = Desk(platform, *await platform.tenant())
    assert (await desk.ask("PATCH", f"/{made['id']}", {"state": "paused"})).status_code == 428
    paused = await desk.call("PATCH", f"/{made['id']}", {"state": "paused"}, **{"If-Match": '"1"'})
    assert (paused["state"], paused["next_fire_times"]) == ("paused", [])
    assert (await desk.ask("PATCH", f"/{made['id']}", {"name": "x"}, **{"If-Match": '"1"'})).status_code == 412
    resumed = await desk.call(
        "PATCH", f"/{made['id']}", {"state": "active", "cron": "0 7 * * MON"}, **{"If-Match": '"2"'}
    )
    assert {datetime.fromisoformat(each).strftime("%a %H") for each in resumed["next_fire_times"]} == {"Mon 07"}
    assert (await stranger.ask("GET", f"/{made['id']}")).status_code == 404
    assert (await stranger.ask("DELETE", f"/{made['id']}")).status_code == 404
    listed = await desk.call("GET", "?state=active")
    assert [each["id"] for each in listed["items"]] == [made["id"]]
    await desk.call("DELETE", f"/{made['id']}")
    assert (await desk.ask("GET", f"/{made['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"cron": "0 0 31 2 *"}, 422, "Bad day-of-month"),
        ({"timezone": "Mars/Olympus"}, 422, "IANA"),
        ({"target": {"kind": "workflow", "workflow": "no_such"}}, 404, "campaign_launch"),
        ({"target": {"kind": "workflow", "workflow": "campaign_launch", "input": {}}}, 422, "brief"),
        ({"catch_up_seconds": 1}, 422, "60"),
    ],
)
async def test_a_schedule_that_cannot_be_says_what_to_change(
    desk: Desk, body: dict[str, Any], status: int, said: str
) -> None:
    answer = await desk.ask("POST", "", {"name": "A", "cron": "0 9 * * *", "target": EVENT} | body)
    assert answer.status_code == status
    assert said in answer.text


async def test_who_may_not_do_what_a_schedule_would_cannot_make_it(desk: Desk, platform: LocalPlatform) -> None:
    key = await platform.gateway.post(
        "/api/v1/api-keys",
        json={"name": "Small", "scopes": ["schedules:write"]},
        headers={"X-API-Key": desk.key, "Idempotency-Key": uuid.uuid4().hex},
    )
    small = Desk(platform, desk.tenant_id, key.json()["key"])
    body = {"name": "A", "cron": "0 9 * * *", "target": ONBOARDING}
    refused = await small.ask("POST", "", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert (await small.ask("POST", "", body | {"target": EVENT})).status_code == 201


async def claims(count: int, platform: LocalPlatform) -> None:
    pause(platform, "fire_schedules")
    tenant_id, _ = await platform.tenant()
    moment = datetime(2027, 5, 4, 12, 0, tzinfo=UTC)
    ids = await stage(tenant_id, count, moment)
    took = await asyncio.gather(*[tick(moment + timedelta(seconds=3), a_tick()) for _ in range(4)])
    assert sum(took) == count
    told = await fired(tenant_id)
    assert set(told) == {(one, "2027-05-04T12:00:00Z") for one in ids}
    assert set(told.values()) == {1}
    assert len(await staging.documents(tenant_id, "schedule_runs")) == count


@pytest.mark.usefixtures("nothing_else_is_due")
async def test_fires_that_four_instances_claim_at_once_are_claimed_once_each(platform: LocalPlatform) -> None:
    await claims(200, platform)


@pytest.mark.long
@pytest.mark.usefixtures("nothing_else_is_due")
async def test_a_thousand_fires_that_four_instances_claim_at_once_are_claimed_once_each(
    platform: LocalPlatform,
) -> None:
    await claims(1000, platform)


async def reads(waiting: int, due: int, platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many documents a tick reads where so many schedules wait, and so many are due."""
    pause(platform, "fire_schedules")
    tenant_id, _ = await platform.tenant()
    moment = datetime(2027, 5, 4, 12, 0, tzinfo=UTC)
    await stage(tenant_id, waiting, moment + timedelta(hours=2))
    await stage(tenant_id, due, moment)
    counted, former = 0, AsyncQuery._make_stream
    get_all = type(firestore()).get_all

    async def stream(query: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal counted
        async for snapshot in former(query, *args, **kwargs):
            counted += COUNTING.get()
            yield snapshot

    async def all_of(client: Any, references: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal counted
        async for snapshot in get_all(client, references, *args, **kwargs):
            counted += COUNTING.get()
            yield snapshot

    monkeypatch.setattr(AsyncQuery, "_make_stream", stream)
    monkeypatch.setattr(type(firestore()), "get_all", all_of)
    COUNTING.set(1)
    assert await tick(moment, a_tick()) == due
    return counted


@pytest.mark.usefixtures("nothing_else_is_due")
async def test_a_tick_reads_what_is_due_and_its_tenants_however_many_schedules_wait(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await reads(800, 10, platform, monkeypatch) == 11


@pytest.mark.long
@pytest.mark.usefixtures("nothing_else_is_due")
async def test_a_tick_over_ten_thousand_schedules_reads_eleven_documents(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await reads(10_000, 10, platform, monkeypatch) == 11


@pytest.mark.usefixtures("nothing_else_is_due")
async def test_after_an_outage_fires_within_the_window_are_caught_up_on_and_older_ones_told_as_missed(
    desk: Desk,
) -> None:
    moment = clock.utcnow().replace(minute=5, second=0, microsecond=0)
    [one] = await stage(desk.tenant_id, 1, moment.replace(minute=0) - timedelta(hours=3))
    assert await tick(moment, a_tick()) == 19
    runs = await desk.runs(one)
    states = Counter(each["state"] for each in runs)
    assert states == {"succeeded": 6, "missed": 1}
    missed = runs[-1]
    assert (missed["state"], missed["fires"]) == ("missed", 13)
    assert "catch_up_seconds (3600)" in missed["reason"]
    assert await tick(moment, a_tick()) == 0
    found = await desk.call("GET", f"/{one}")
    assert datetime.fromisoformat(found["next_fire_at"]) == moment.replace(minute=10)
    assert found["last_run"]["id"] == runs[0]["id"]
    assert found["last_skip"]["reason"] == missed["reason"]


@pytest.mark.usefixtures("nothing_else_is_due")
async def test_a_minute_that_was_missed_for_a_day_is_caught_up_on_in_parts(desk: Desk) -> None:
    moment = datetime(2027, 5, 4, 12, 0, tzinfo=UTC)
    [one] = await stage(desk.tenant_id, 1, moment - timedelta(minutes=100), cron="* * * * *", catch_up_seconds=7200)
    assert await tick(moment, a_tick()) == 101
    assert set((await fired(desk.tenant_id)).values()) == {1}
    assert len(await fired(desk.tenant_id)) == 101
    assert [each["state"] for each in await desk.runs(one, "missed")] == []


@pytest.mark.usefixtures("nothing_else_is_due")
async def test_a_tenant_that_is_suspended_fires_nothing_and_is_told_why(desk: Desk, platform: LocalPlatform) -> None:
    moment = datetime(2027, 5, 4, 12, 0, tzinfo=UTC)
    [one] = await stage(desk.tenant_id, 1, moment)
    for verb in ("suspend", "reactivate"):
        if verb == "reactivate":
            await tick(moment, a_tick())
        answer = await platform.gateway.post(
            f"/api/v1/tenants/{desk.tenant_id}:{verb}", json={}, headers={"X-API-Key": platform.operator_key}
        )
        assert answer.status_code == 200, answer.text
    assert await fired(desk.tenant_id) == {}
    found = await desk.call("GET", f"/{one}")
    assert found["last_skip"]["reason"] == "The tenant was not active."
    assert datetime.fromisoformat(found["next_fire_at"]) == moment + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("overlap", "expected"),
    [
        ("skip", ["started", "skipped", "skipped", "skipped"]),
        ("buffer_one", ["started", "buffered", "skipped", "skipped"]),
        ("buffer_all", ["started", "buffered", "buffered", "buffered"]),
        ("cancel_other", ["started", "skipped", "skipped", "buffered"]),
        ("allow", ["started"] * 4),
    ],
)
async def test_fires_of_a_past_range_run_as_the_overlap_policy_says_and_only_once(
    desk: Desk, overlap: str, expected: list[str]
) -> None:
    schedule = await desk.made(cron="0 * * * *", timezone="UTC", target=ONBOARDING, overlap=overlap)
    end = clock.utcnow().replace(minute=0, second=0, microsecond=0)
    wanted = {"since": (end - timedelta(hours=3)).isoformat(), "until": end.isoformat()}
    ran = await desk.call("POST", f"/{schedule['id']}:run", wanted)
    assert [each["state"] for each in ran["runs"]] == expected
    assert all(each["reason"] for each in ran["runs"] if each["state"] != "started")

    async def all_ended() -> bool:
        states = {each["state"] for each in await desk.runs(schedule["id"])}
        return not states & {"started", "buffered"}

    await eventually(all_ended)
    ended = [each["state"] for each in (await desk.runs(schedule["id"]))[::-1]]
    if overlap == "cancel_other":
        assert ended[1:] == ["skipped", "skipped", "succeeded"]
    else:
        assert ended == ["succeeded" if each != "skipped" else each for each in expected]
    again = await desk.call("POST", f"/{schedule['id']}:run", wanted)
    assert again["ran_before"] + len(again["runs"]) == 4
    assert all(each["kind"] == "backfill" for each in again["runs"])
    assert again["ran_before"] == sum(each != "skipped" for each in ended)


async def test_a_schedule_runs_now_whenever_asked(desk: Desk) -> None:
    schedule = await desk.made()
    for _ in range(2):
        ran = await desk.call("POST", f"/{schedule['id']}:run", {})
        assert [each["kind"] for each in ran["runs"]] == ["manual"]
    assert set((await fired(desk.tenant_id)).values()) == {1}
    ahead = {"since": clock.utcnow().isoformat(), "until": (clock.utcnow() + timedelta(days=2)).isoformat()}
    assert (await desk.ask("POST", f"/{schedule['id']}:run", ahead)).status_code == 422


async def test_a_failed_run_pauses_a_schedule_that_wants_it_so(desk: Desk) -> None:
    schedule = await desk.made(target=LAUNCH_THAT_FAILS, pause_on_failure=True)
    await desk.call("POST", f"/{schedule['id']}:run", {})

    async def paused() -> bool:
        return bool((await desk.call("GET", f"/{schedule['id']}"))["state"] == "paused")

    await eventually(paused)
    found = await desk.call("GET", f"/{schedule['id']}")
    assert "failed" in found["paused_because"]
    assert (found["last_run"]["state"], found["running"]) == ("failed", [])
    assert "#nowhere" in found["last_run"]["reason"]
