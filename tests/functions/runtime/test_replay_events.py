"""Replay and redrive: what a handler missed is done once, what it has had is not done again."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shared_layer.core import clock
from shared_layer.marketing.campaign import COLLECTION as CAMPAIGNS
from shared_layer.messaging.dead_letters import keep
from shared_layer.messaging.message import Message
from tests.support import faults, staging
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.subscribers import subscribed

PATH = "/api/v1/events:replay"
TOPIC = "marketing-engine-events"


async def replay(platform: LocalPlatform, key: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await platform.gateway.post(PATH, json=body, headers={"X-API-Key": key})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def finished(platform: LocalPlatform, key: str, task: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def over() -> bool:
        answer = await platform.gateway.get(task["url"], headers={"X-API-Key": key})
        assert answer.status_code == 200, answer.text
        found.update(answer.json())
        return found["state"] in ("succeeded", "failed")

    await eventually(over)
    return found


async def state_hash(tenant_id: str) -> str:
    """A hash over everything that events can change in the tenant."""
    found = [await staging.documents(tenant_id, name) for name in ("effects", CAMPAIGNS, "dead_letters")]
    lines = sorted(
        orjson.dumps(document, default=str, option=orjson.OPT_SORT_KEYS) for each in found for document in each
    )
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


@pytest.mark.parametrize("count", [25, pytest.param(100, marks=pytest.mark.long)])
async def test_every_dead_letter_is_taken_once_after_the_handler_was_corrected(
    platform: LocalPlatform, count: int
) -> None:
    tenant_id, key = await platform.tenant()
    async with subscribed(platform, "record_effect", TOPIC):
        faults.broken.add("record_effect")
        ids = await staging.campaign_events(tenant_id, count)

        async def buried() -> bool:
            return len(await staging.documents(tenant_id, "dead_letters")) == count

        await eventually(buried, within=120)
        assert await staging.documents(tenant_id, "effects") == []
        faults.broken.clear()
        asked = {"source": "dead_letters", "handler": "record_effect"}
        counted = await replay(platform, key, asked | {"dry_run": True})
        assert (counted["count"], counted["task"]) == (count, None)
        task = await finished(platform, key, (await replay(platform, key, asked))["task"])
        assert (task["state"], task["percent"], task["outcome"]["redriven"]) == ("succeeded", 100, count)

        async def resolved() -> bool:
            letters = await staging.documents(tenant_id, "dead_letters")
            return {letter["status"] for letter in letters} == {"resolved"}

        await eventually(resolved)
        effects = [effect["event_id"] for effect in await staging.documents(tenant_id, "effects")]
        assert (len(effects), set(effects)) == (count, ids)
        assert (await replay(platform, key, asked | {"dry_run": True}))["count"] == 0


async def test_a_letter_that_fails_again_is_open_again(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    async with subscribed(platform, "record_effect", TOPIC):
        faults.broken.add("record_effect")
        await staging.campaign_events(tenant_id, 1)

        async def failed_since(moment: str) -> bool:
            letters = await staging.documents(tenant_id, "dead_letters")
            return [letter["status"] for letter in letters if str(letter["failed_at"]) > moment] == ["open"]

        await eventually(lambda: failed_since(""), within=30)
        first = str((await staging.documents(tenant_id, "dead_letters"))[0]["failed_at"])
        await replay(platform, key, {"source": "dead_letters"})
        await eventually(lambda: failed_since(first), within=30)
        faults.broken.clear()


async def test_what_pubsub_itself_gave_up_is_redriven_to_its_handler_as_well(platform: LocalPlatform) -> None:
    """A handler that crashes, or runs out of time, cannot bury its event: Pub/Sub moves it and names a subscription."""
    tenant_id, key = await platform.tenant()
    async with subscribed(platform, "record_effect", TOPIC, attempts=5) as handler:
        handler.failing = True
        ids = await staging.campaign_events(tenant_id, 3)

        async def moved() -> bool:
            return len(await staging.documents(tenant_id, "dead_letters")) == 3

        await eventually(moved, within=60)
        handler.failing = False
        letters = await staging.documents(tenant_id, "dead_letters")
        assert {letter["handler"] for letter in letters} == {"record_effect"}
        assert "exhausted" in letters[0]["reason"]
        await replay(platform, key, {"source": "dead_letters", "handler": "record_effect"})

        async def resolved() -> bool:
            return {one["status"] for one in await staging.documents(tenant_id, "dead_letters")} == {"resolved"}

        await eventually(resolved)
        effects = [effect["event_id"] for effect in await staging.documents(tenant_id, "effects")]
        assert (len(effects), set(effects)) == (3, ids)


async def test_a_letter_whose_event_is_taken_by_a_replay_is_resolved_and_never_redriven(
    platform: LocalPlatform,
) -> None:
    """Else a redrive after the inbox's eight days would do it twice."""
    tenant_id, key = await platform.tenant()
    since = clock.utcnow() - timedelta(minutes=1)
    async with subscribed(platform, "record_effect", TOPIC):
        faults.broken.add("record_effect")
        await staging.campaign_events(tenant_id, 1)

        async def letters_are(status: str) -> bool:
            return [letter["status"] for letter in await staging.documents(tenant_id, "dead_letters")] == [status]

        await eventually(lambda: letters_are("open"), within=60)
        faults.broken.clear()
        await replay(platform, key, {"handler": "record_effect", "since": since.isoformat()})
        await eventually(lambda: letters_are("resolved"))
        assert len(await staging.documents(tenant_id, "effects")) == 1
        redriven = await replay(platform, key, {"source": "dead_letters", "dry_run": True})
        assert redriven["count"] == 0


async def test_a_letter_of_an_event_that_was_taken_after_all_is_resolved_from_the_start(
    platform: LocalPlatform,
) -> None:
    """The handler died between its commit and its answer, for the last time that Pub/Sub tried."""
    tenant_id, _ = await platform.tenant()
    async with subscribed(platform, "record_effect", TOPIC):
        [event_id] = await staging.campaign_events(tenant_id, 1)

        async def taken() -> bool:
            return len(await staging.documents(tenant_id, "effects")) == 1

        await eventually(taken)
    attributes = {"tenant_id": tenant_id, "event_id": event_id, "event_type": "campaign_created"}
    source = {"CloudPubSubDeadLetterSourceSubscription": f"record-effect.{TOPIC}"}
    await keep(Message(b"{}", attributes | source, "m1", "", 5))
    assert [letter["status"] for letter in await staging.documents(tenant_id, "dead_letters")] == ["resolved"]


async def test_replaying_everything_leaves_the_state_as_it_was(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    async with subscribed(platform, "record_effect", TOPIC) as handler:
        since = clock.utcnow() - timedelta(hours=1)
        ids = await staging.campaign_events(tenant_id, 250)

        async def taken() -> bool:
            return len(await staging.documents(tenant_id, "effects")) >= 250

        await eventually(taken)
        before = await state_hash(tenant_id)
        former = handler.deliveries
        asked = {"handler": "record_effect", "since": since.isoformat()}
        assert (await replay(platform, key, asked | {"dry_run": True}))["count"] == 250
        task = await finished(platform, key, (await replay(platform, key, asked))["task"])
        assert (task["state"], task["outcome"]["delivered"]) == ("succeeded", 250)

        async def delivered_again() -> bool:
            return handler.deliveries >= former + 250

        await eventually(delivered_again)
        assert await state_hash(tenant_id) == before
        assert {effect["event_id"] for effect in await staging.documents(tenant_id, "effects")} == ids


async def test_a_handler_subscribed_later_is_brought_up_to_date(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    since = clock.utcnow() - timedelta(minutes=1)
    ids = await staging.campaign_events(tenant_id, 20)
    async with subscribed(platform, "record_effect", TOPIC):
        await replay(platform, key, {"handler": "record_effect", "since": since.isoformat()})

        async def caught_up() -> bool:
            return {effect["event_id"] for effect in await staging.documents(tenant_id, "effects")} == ids

        await eventually(caught_up)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"handler": "record_effect"}, "since when"),
        ({"handler": "nobody_at_all", "since": "now"}, "subscribes"),
        ({"handler": "sync_event_to_warehouse", "since": "8 days"}, "7 days"),
        ({"source": "dead_letters", "since": "now"}, "chosen by handler"),
        ({"source": "everything"}, "validation"),
    ],
    ids=["no range", "unknown handler", "too long ago", "letters by time", "unknown source"],
)
async def test_what_cannot_be_replayed_is_refused(platform: LocalPlatform, body: dict[str, Any], reason: str) -> None:
    _, key = await platform.tenant()
    moments = {"now": clock.utcnow() - timedelta(seconds=1), "8 days": clock.utcnow() - timedelta(days=8)}
    if "since" in body:
        body = body | {"since": moments[body["since"]].isoformat()}
    refused = await platform.gateway.post(PATH, json=body, headers={"X-API-Key": key})
    assert refused.status_code == 422
    assert reason in refused.text


async def test_a_key_without_the_scope_may_not_replay(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    made = await platform.gateway.post(
        "/api/v1/api-keys", json={"name": "reader", "scopes": ["runtime:read"]}, headers={"X-API-Key": key}
    )
    refused = await platform.gateway.post(
        PATH, json={"source": "dead_letters"}, headers={"X-API-Key": made.json()["key"]}
    )
    assert (refused.status_code, refused.json()["scope"]) == (403, "runtime:write")
