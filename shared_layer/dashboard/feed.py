"""A tenant's new events, for a listener that stays.

Firestore is asked only when the warehouse counter of the tenant has moved (every synced event moves it), and every five
seconds whatever the counter says: while nothing happens, a listener costs one Redis command a tick.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from shared_layer.core.errors import NotFound
from shared_layer.messaging.event_store import EventFilter, RecordedEvent, list_recorded, read_recorded, recorded_since
from shared_layer.storage import freshness

RECENT: Final = 20
READ_AT_ONCE: Final = 500
OVERLAP: Final = timedelta(seconds=3)
"""Events are stamped before they are committed: one that shows late may be stamped up to this much earlier."""
ASKED_ANYWAY_SECONDS: Final = 5.0

_MOMENT: Final = TypeAdapter[datetime](AwareDatetime)


class EventFeed:
    """What one listener has seen, and what is new to it."""

    def __init__(self, tenant_id: str, since: str | None) -> None:
        self._tenant_id = tenant_id
        self._since = since
        self._horizon: datetime | None = None
        self._seen: dict[str, datetime] = {}
        self._version: int | None = None
        self._asked_at = 0.0

    async def fresh(self) -> list[RecordedEvent]:
        """The events that this listener has not seen, oldest first.

        The first call answers what follows `since` (an event's id, or a moment in RFC 3339; events of the three seconds
        before it may come once more), or the latest 20 where it is empty or names nothing.
        """
        version, moment = await freshness.version(self._tenant_id), asyncio.get_running_loop().time()
        if self._horizon is not None and version == self._version and moment < self._asked_at + ASKED_ANYWAY_SECONDS:
            return []
        found = await (self._begin() if self._horizon is None else self._follow(self._horizon))
        self._version, self._asked_at = version, moment
        return found

    async def _begin(self) -> list[RecordedEvent]:
        since = await self._resume_at()
        if since is not None:
            return await self._follow(since - OVERLAP)
        page = await list_recorded(self._tenant_id, EventFilter(limit=RECENT))
        self._horizon = page.items[0].timestamp - OVERLAP if page.items else datetime.fromisoformat("1970-01-01T00:00Z")
        return self._new(page.items[::-1])

    async def _resume_at(self) -> datetime | None:
        if not self._since:
            return None
        try:
            return _MOMENT.validate_strings(self._since)
        except ValidationError:
            pass
        try:
            last = await read_recorded(self._tenant_id, self._since)
        except NotFound:
            return None
        self._seen[last.event_id] = last.timestamp
        return last.timestamp

    async def _follow(self, horizon: datetime) -> list[RecordedEvent]:
        events = await recorded_since(self._tenant_id, horizon, READ_AT_ONCE)
        new = self._new(events)
        latest = events[-1].timestamp if events else horizon
        self._horizon = latest if len(events) == READ_AT_ONCE else max(horizon, latest - OVERLAP)
        self._seen = {event_id: stamp for event_id, stamp in self._seen.items() if stamp >= self._horizon}
        return new

    def _new(self, events: list[RecordedEvent]) -> list[RecordedEvent]:
        new = [event for event in events if event.event_id not in self._seen]
        self._seen |= {event.event_id: event.timestamp for event in new}
        return new
