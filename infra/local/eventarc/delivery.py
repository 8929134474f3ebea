"""The way of a trigger's events to its endpoint: at least once, retried for a day."""

from __future__ import annotations

import logging
from collections import deque
from urllib.parse import quote

from infra.local.delivery import Alarms, Backoff, HttpClient, Lane
from infra.local.eventarc.store import Event, Store
from infra.local.eventarc.trigger import Trigger
from infra.local.identity import Issuer

log = logging.getLogger(__name__)

# https://cloud.google.com/eventarc/docs/retry-events: Eventarc gives up after 24 hours.
LIFETIME = 24 * 3600.0
_TIMEOUT = 600.0

# CloudEvents HTTP binding 1.0.2, 3.1.3.2: all printable ASCII but space, double quote and percent stands for itself.
_PLAIN = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')


class TriggerDelivery:
    """Delivers one trigger's events as binary-mode CloudEvents."""

    def __init__(
        self, trigger: Trigger, store: Store, client: HttpClient, issuer: Issuer, alarms: Alarms, backoff: Backoff
    ) -> None:
        self._trigger = trigger
        self._store = store
        self._client = client
        self._issuer = issuer
        self._alarms = alarms
        self._backoff = backoff
        self._due: deque[int] = deque(store.undelivered(trigger.name))
        self._open = len(self._due)
        self._lane: Lane[Event] = Lane(alarms, self._take, self._send, self._settle, _TIMEOUT)

    def __len__(self) -> int:
        """How many events are not delivered yet."""
        return self._open

    def start(self) -> None:
        self._lane.wake()

    async def stop(self) -> None:
        """Break off what is in flight: it stays undelivered in the store."""
        await self._lane.stop()

    def add(self, number: int) -> None:
        """An event was taken over for this trigger."""
        self._open += 1
        self._enqueue(number)

    def _enqueue(self, number: int) -> None:
        self._due.append(number)
        self._lane.wake()

    def _take(self) -> Event | None:
        while self._due:
            event = self._store.event(self._due.popleft())
            if event is not None:
                return event
            self._open -= 1
        return None

    async def _send(self, event: Event) -> int:
        headers = {f"ce-{name}": quote(value, safe=_PLAIN) for name, value in event.attributes.items()}
        headers.setdefault("ce-specversion", "1.0")
        headers["Content-Type"] = event.content_type
        headers["User-Agent"] = "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)"
        if self._trigger.service_account:
            token = self._issuer.token(self._trigger.endpoint, self._trigger.service_account)
            headers["Authorization"] = f"Bearer {token}"
        return await self._client.post(self._trigger.endpoint, headers, event.data)

    def _settle(self, event: Event, accepted: bool) -> None:
        if accepted:
            self._store.delivered(event.number)
            self._open -= 1
            return
        delay = self._backoff.delay(event.failures + 1)
        dead = self._alarms.clock.now() + delay > event.taken + LIFETIME
        self._store.failed(event.number, dead=dead)
        if not dead:
            self._alarms.after(delay, lambda: self._enqueue(event.number))
            return
        self._open -= 1
        log.error(
            "event given up after 24 hours",
            extra={"trigger": self._trigger.name, "event": event.attributes, "attempts": event.failures + 1},
        )
