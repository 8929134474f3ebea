"""A platform's events recorded through its API, and played to another tenant's handlers through the outbox."""

from __future__ import annotations

import asyncio
import json
import stat
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from google.cloud.firestore import Client

from infra.demo.api import Api
from infra.local.refusal import Refusal
from infra.recording.__main__ import since_of
from infra.recording.player import adopted, commit, read_recording, waiting
from infra.recording.recorder import events_of, write_recording
from shared_layer.messaging.envelope import Envelope, EventMetadata
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

BRIEF = {"business_type": "Bakery", "target_audience": "Families", "budget_range": "$1-$2"}


async def counted(platform: LocalPlatform, key: str) -> int:
    answer = await platform.gateway.post(
        "/api/v1/analytics:query", headers={"X-API-Key": key}, json={"metrics": ["campaigns_created"]}
    )
    return sum(row["campaigns_created"] for row in answer.json()["items"])


async def test_what_is_recorded_reaches_another_tenants_handlers_once(platform: LocalPlatform, tmp_path: Path) -> None:
    _, key = await platform.tenant()
    for _ in range(3):
        created = await platform.gateway.post("/api/v1/campaigns", headers={"X-API-Key": key}, json=BRIEF)
        assert created.status_code == 201
    recording = tmp_path / "day.jsonl"
    with Api(platform.url, key) as api:
        events = await asyncio.to_thread(lambda: list(events_of(api, since_of("1h"), (), 10_000)))
        only = await asyncio.to_thread(lambda: list(events_of(api, since_of("1h"), ("campaign_created",), 2)))
    assert [event["event_type"] for event in only] == ["campaign_created"] * 2
    assert write_recording(iter(events), recording) == len(events)
    assert stat.S_IMODE(recording.stat().st_mode) == 0o600
    recorded = list(read_recording(recording))
    assert [event.timestamp for event in recorded] == sorted(event.timestamp for event in recorded)
    assert Counter(event.event_type for event in recorded)["campaign_created"] == 3

    other, other_key = await platform.tenant()
    client = Client(project=platform.environment["GOOGLE_CLOUD_PROJECT"])
    mine = [adopted(event, other, again=True) for event in recorded]  # one warehouse has room for an event id once
    played = await asyncio.to_thread(commit, mine, client)
    assert (played.new, played.known) == (len(recorded), 0)
    repeated = await asyncio.to_thread(commit, mine, client)
    assert (repeated.new, repeated.known) == (0, len(recorded))

    async def published() -> bool:
        return await asyncio.to_thread(waiting, other, client) == 0

    await eventually(published)

    async def in_the_warehouse() -> bool:
        return await counted(platform, other_key) == 3

    await eventually(in_the_warehouse)


async def test_a_key_that_opens_nothing_is_told_in_the_platforms_words(platform: LocalPlatform) -> None:
    with Api(platform.url, "nope") as api, pytest.raises(Refusal, match="unknown, revoked or expired"):
        await asyncio.to_thread(lambda: list(events_of(api, since_of("1h"), (), 10)))


def test_an_event_keeps_its_id_unless_it_is_to_be_taken_again() -> None:
    event = Envelope(
        event_type="campaign_created",
        event_id="e1",
        timestamp=datetime(2026, 11, 28, tzinfo=UTC),
        tenant_id="theirs",
        source_service="marketing-engine",
        schema_version=1,
        payload={},
        metadata=EventMetadata(correlation_id="r1"),
    )
    assert adopted(event, "mine", again=False) == event.model_copy(update={"tenant_id": "mine"})
    assert adopted(event, "mine", again=True).event_id not in ("e1", adopted(event, "mine", again=True).event_id)


def test_a_line_that_is_no_event_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text(json.dumps({"event_type": "campaign_created"}) + "\n", encoding="utf-8")
    with pytest.raises(Refusal, match="line 1 is no event"):
        list(read_recording(file))


@pytest.mark.parametrize("text", ["yesterday", "7w", "", "-1h"])
def test_a_time_that_is_none_is_refused_with_examples(text: str) -> None:
    with pytest.raises(Refusal, match="30m, 24h, 7d"):
        since_of(text)
