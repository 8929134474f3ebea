"""What one listener hears of a tenant's events."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from shared_layer.core.ids import new_event_id
from shared_layer.dashboard import feed as feed_module
from shared_layer.dashboard.feed import OVERLAP, RECENT, EventFeed
from shared_layer.messaging.envelope import Envelope, EventMetadata
from shared_layer.storage import freshness
from shared_layer.storage.documents import tenant_document
from tests.support.platform import LocalPlatform

START = datetime(2026, 3, 2, tzinfo=UTC)


async def store(tenant_id: str, *seconds: float) -> list[str]:
    """Events stamped so many seconds after START, as a commit would leave them, and synced."""
    ids = []
    for second in seconds:
        event = Envelope(
            event_type="tenant_updated",
            event_id=new_event_id(),
            timestamp=START + timedelta(seconds=second),
            tenant_id=tenant_id,
            source_service="tenant-management",
            schema_version=1,
            payload={"changed": []},
            metadata=EventMetadata(correlation_id="r"),
        )
        await tenant_document(tenant_id, "events", event.event_id).set({**event.model_dump(), "relayed_at": START})
        ids.append(event.event_id)
    await freshness.advance(tenant_id, 0.1)
    return ids


async def heard(feed: EventFeed) -> list[str]:
    return [event.event_id for event in await feed.fresh()]


def new_tenant() -> str:
    return f"feed-{uuid.uuid4().hex[:8]}"


async def test_a_new_listener_hears_the_latest_events_oldest_first(platform: LocalPlatform) -> None:
    tenant_id = new_tenant()
    ids = await store(tenant_id, *range(RECENT + 2))
    assert await heard(EventFeed(tenant_id, None)) == ids[2:]


async def test_each_event_is_heard_once_also_one_that_was_stamped_earlier(platform: LocalPlatform) -> None:
    tenant_id = new_tenant()
    feed = EventFeed(tenant_id, None)
    assert await heard(feed) == []
    first = await store(tenant_id, 10)
    assert await heard(feed) == first
    late = await store(tenant_id, 10 - OVERLAP.total_seconds() + 1)
    assert await heard(feed) == late
    assert await heard(feed) == []


async def test_while_nothing_was_synced_firestore_is_not_asked(platform: LocalPlatform) -> None:
    tenant_id = new_tenant()
    feed = EventFeed(tenant_id, None)
    await heard(feed)
    unseen = await store(tenant_id, 1)
    version = await freshness.version(tenant_id)
    assert version == 1
    feed._version = version  # as if this listener had asked already
    assert await heard(feed) == []
    feed._asked_at -= feed_module.ASKED_ANYWAY_SECONDS
    assert await heard(feed) == unseen


async def test_a_listener_goes_on_from_a_moment_and_hears_the_overlap_again(platform: LocalPlatform) -> None:
    tenant_id = new_tenant()
    ids = await store(tenant_id, 0, 100, 102, 104)
    assert await heard(EventFeed(tenant_id, (START + timedelta(seconds=103)).isoformat())) == ids[1:]


async def test_a_mark_that_names_nothing_is_a_new_beginning(platform: LocalPlatform) -> None:
    tenant_id = new_tenant()
    ids = await store(tenant_id, 1)
    assert await heard(EventFeed(tenant_id, new_event_id())) == ids


async def test_more_events_than_one_reading_takes_are_all_heard(platform: LocalPlatform) -> None:
    tenant_id = new_tenant()
    former, feed_module.READ_AT_ONCE = feed_module.READ_AT_ONCE, 5  # type: ignore[misc]
    try:
        ids = await store(tenant_id, *(second / 10 for second in range(12)))
        feed = EventFeed(tenant_id, START.isoformat())
        found: list[str] = []
        for _ in range(4):
            feed._version = None
            found += await heard(feed)
        assert found == ids
    finally:
        feed_module.READ_AT_ONCE = former  # type: ignore[misc]
