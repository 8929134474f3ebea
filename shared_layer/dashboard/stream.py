"""The live stream: overviews, the tenant's new events and heartbeats, until one side goes.

`overview` comes when it changed, at most once a second, and after five seconds in any case; `event` carries an event of
the tenant under its id, for callers that may read analytics. The stream ends by itself shortly before its deadline,
when the instance is told to end, when its credential opens it no longer, and when the tenant's keys or status change:
whoever still may listen connects again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from pydantic import Field

from shared_layer.access.standing import Standing
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Unavailable
from shared_layer.core.logs import log
from shared_layer.core.models import Query
from shared_layer.dashboard.feed import EventFeed
from shared_layer.dashboard.overview import Overview
from shared_layer.dashboard.sse import HEARTBEAT, message
from shared_layer.dashboard.tenant_view import overview_for

SCOPE: Final = "dashboard:read"
TICK_SECONDS: Final = 0.5
REPEATED_SECONDS: Final = 5.0
HEARTBEAT_SECONDS: Final = 15.0
BEFORE_DEADLINE_SECONDS: Final = 5.0
RECONNECT: Final = b"retry: 1000\n\n"


class StreamStart(Query):
    """Where to go on: after the event with this id, or from this moment (RFC 3339). `Last-Event-ID` goes before it."""

    since: str | None = Field(default=None, max_length=64)


async def live(caller: Caller, since: str | None, ending: Callable[[], bool]) -> AsyncIterator[bytes]:
    """The stream's bytes; `ending` answers whether the instance was told to end."""
    loop, context = asyncio.get_running_loop(), caller.context
    feed = EventFeed(caller.tenant_id, since) if caller.may("analytics:read") else None
    display, standing, epoch = Display(), Standing(caller.tenant_id, SCOPE), caller.epoch
    credential, heart = caller.seal.decode(), loop.time()
    yield RECONNECT
    while not ending() and context.remaining() > BEFORE_DEADLINE_SECONDS:
        if (told := display.due(await overview_for(caller.tenant_id), loop.time())) is not None:
            yield message("overview", told)
        for event in await feed.fresh() if feed else ():
            yield message("event", event, id=event.event_id)
        if loop.time() >= heart + HEARTBEAT_SECONDS:
            heart = loop.time()
            yield HEARTBEAT
        opens = await _opens(standing, credential)
        epoch = standing.epoch if epoch is None else epoch
        if not opens or standing.epoch not in (None, epoch):
            log("INFO", "stream_ended", "the credential opens it no longer, or the tenant's keys or status changed")
            return
        await asyncio.sleep(TICK_SECONDS)


async def _opens(standing: Standing, credential: str) -> bool:
    """Whether the credential still opens the stream. A store that is away is asked again at the next tick."""
    try:
        return not await standing.lost({credential})
    except Unavailable as error:
        log("WARNING", "standing_unknown", str(error))
        return True


class Display:
    """What a listener was shown last, and when."""

    def __init__(self) -> None:
        self._shown: Overview | None = None
        self._shown_at = 0.0

    def due(self, overview: Overview, moment: float) -> Overview | None:
        """The overview where the listener must be told of it at `moment` (seconds of the loop), else None."""
        if self._shown is not None and moment < self._shown_at + REPEATED_SECONDS and self._same(overview):
            return None
        self._shown, self._shown_at = overview, moment
        return overview

    def _same(self, overview: Overview) -> bool:
        passing = {"as_of": None, "window_seconds": None}
        return self._shown is not None and overview.model_copy(update=passing) == self._shown.model_copy(update=passing)
