"""Takes changes over from a service's feed: stored for each trigger that wants them, and only then forgotten."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from infra.local.changes import Change, ChangeFeed
from infra.local.clock import Clock
from infra.local.eventarc.store import NewEvent, Store
from infra.local.eventarc.trigger import Trigger

log = logging.getLogger(__name__)

_BATCH = 200
_AFTER_ERROR = 1.0


class Intake:
    """Follows one feed. `taken` hears the (trigger, number) of each stored event."""

    def __init__(
        self,
        feed: ChangeFeed,
        store: Store,
        triggers: Callable[[], Iterable[Trigger]],
        taken: Callable[[Sequence[tuple[str, int]]], None],
        clock: Clock,
    ) -> None:
        self._feed = feed
        self._store = store
        self._triggers = triggers
        self._taken = taken
        self._clock = clock
        # A feed keeps only what is not forgotten, so that its beginning is where the last process ended.
        self._position = -1

    async def run(self) -> None:
        """Follow the feed until cancelled; a feed that fails is tried again after a second."""
        while True:
            try:
                await self._feed.wait_beyond(self._position)
                self._take_over()
            except Exception:
                log.exception("a change feed failed")
                await self._clock.sleep(_AFTER_ERROR)
            await asyncio.sleep(0)

    def _take_over(self) -> None:
        changes = self._feed.changes_after(self._position, _BATCH)
        if not changes:
            return
        added = self._store.take_over(self._events(changes), self._clock.now())
        self._position = changes[-1].position
        self._feed.forget(self._position)
        self._taken(added)

    def _events(self, changes: Sequence[Change]) -> Iterable[NewEvent]:
        triggers = list(self._triggers())
        for change in changes:
            for trigger in triggers:
                attributes = trigger.event_for(change)
                if attributes is not None:
                    yield NewEvent(trigger.name, attributes, change.content_type, change.data)
