"""The local Eventarc, whole: the triggers API, the intake of changes, and their delivery."""

from __future__ import annotations

import asyncio
import uuid
from builtins import list as builtin_list
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute

from infra.local.changes import ChangeFeed
from infra.local.clock import Clock, SystemClock
from infra.local.delivery import Alarms, Backoff, client_for
from infra.local.eventarc.delivery import LIFETIME, TriggerDelivery
from infra.local.eventarc.errors import AlreadyExists, NotFound
from infra.local.eventarc.intake import Intake
from infra.local.eventarc.routes import trigger_routes
from infra.local.eventarc.store import Store
from infra.local.eventarc.trigger import Trigger, parse
from infra.local.identity import Issuer

_DAY = 24 * 3600.0

# Eventarc begins with 10 seconds; here a function that restarts shall not be waited for that long.
_BACKOFF = Backoff(0.2, 600)


class EventarcService:
    """Triggers over the file `eventarc.sqlite` in `folder`, fed by the changes of other services.

    `on_document_patterns` hears, at the start and after each change, which Firestore documents any trigger watches.
    Each event is sent `deliveries` times.
    """

    def __init__(
        self,
        folder: Path,
        issuer: Issuer,
        feeds: Sequence[ChangeFeed],
        on_document_patterns: Callable[[builtin_list[str]], None] | None = None,
        clock: Clock | None = None,
        backoff: Backoff = _BACKOFF,
        deliveries: int = 1,
    ) -> None:
        self._clock = clock or SystemClock()
        self._issuer = issuer
        self._feeds = feeds
        self._on_document_patterns = on_document_patterns
        self._backoff = backoff
        self._alarms = Alarms(self._clock)
        self._client = client_for(deliveries)
        self._store = Store(folder / "eventarc.sqlite")
        self._triggers: dict[str, Trigger] = {}
        self._deliveries: dict[str, TriggerDelivery] = {}
        self._intakes: builtin_list[asyncio.Task[None]] = []

    def routes(self) -> builtin_list[BaseRoute]:
        """The REST API of triggers."""
        return trigger_routes(self)

    async def start(self) -> None:
        """Deliver what the last process left, and follow the feeds."""
        for name, resource in self._store.triggers().items():
            self._open(parse(name, resource))
        self._tell_patterns()
        self._tidy()
        for feed in self._feeds:
            intake = Intake(feed, self._store, self._triggers.values, self._taken, self._clock)
            self._intakes.append(asyncio.create_task(intake.run()))

    async def stop(self) -> None:
        """Break off deliveries and close the file; nothing is lost."""
        for task in self._intakes:
            task.cancel()
        await asyncio.gather(*self._intakes, return_exceptions=True)
        for delivery in self._deliveries.values():
            await delivery.stop()
        self._alarms.stop()
        await self._client.close()
        self._store.close()

    def backlog(self) -> dict[str, int]:
        """Undelivered events by trigger name."""
        return {name: len(delivery) for name, delivery in self._deliveries.items()}

    def create(self, name: str, resource: dict[str, Any]) -> dict[str, Any]:
        """Create a trigger from Eventarc's JSON; returns it as `get` does. Raises InvalidArgument, AlreadyExists."""
        if name in self._triggers:
            raise AlreadyExists(name)
        now = self._moment()
        trigger = parse(name, {**resource, "uid": str(uuid.uuid4()), "createTime": now, "updateTime": now})
        self._store.save(name, trigger.resource)
        self._open(trigger)
        self._tell_patterns()
        return trigger.resource

    def get(self, name: str) -> dict[str, Any]:
        """The trigger's JSON. Raises NotFound."""
        if name not in self._triggers:
            raise NotFound(name)
        return self._triggers[name].resource

    def list(self, parent: str) -> builtin_list[dict[str, Any]]:
        """The triggers of `projects/{project}/locations/{location}`, by name."""
        found = [trigger for name, trigger in self._triggers.items() if name.startswith(f"{parent}/triggers/")]
        return [trigger.resource for trigger in sorted(found, key=lambda trigger: trigger.name)]

    async def update(self, name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change some of a trigger's fields; what it has not delivered yet is delivered as it is now.

        Raises NotFound, InvalidArgument.
        """
        trigger = parse(name, {**self.get(name), **changes, "updateTime": self._moment()})
        await self._deliveries[name].stop()
        self.get(name)  # it may have been deleted meanwhile
        self._store.save(name, trigger.resource)
        self._open(trigger)
        self._tell_patterns()
        return trigger.resource

    async def delete(self, name: str) -> dict[str, Any]:
        """Delete a trigger and what it has not delivered; returns what it was. Raises NotFound."""
        resource = self.get(name)
        del self._triggers[name]
        await self._deliveries.pop(name).stop()
        self._store.remove(name)
        self._tell_patterns()
        return resource

    def _moment(self) -> str:
        return datetime.fromtimestamp(self._clock.now(), UTC).isoformat().replace("+00:00", "Z")

    def _open(self, trigger: Trigger) -> None:
        delivery = TriggerDelivery(trigger, self._store, self._client, self._issuer, self._alarms, self._backoff)
        self._triggers[trigger.name] = trigger
        self._deliveries[trigger.name] = delivery
        delivery.start()

    def _taken(self, events: Sequence[tuple[str, int]]) -> None:
        for trigger, number in events:
            self._deliveries[trigger].add(number)

    def _tell_patterns(self) -> None:
        if self._on_document_patterns is not None:
            patterns = {trigger.document_pattern for trigger in self._triggers.values()}
            self._on_document_patterns(sorted(pattern for pattern in patterns if pattern is not None))

    def _tidy(self) -> None:
        self._store.forget_dead(self._clock.now() - LIFETIME - 6 * _DAY)
        self._alarms.after(_DAY, self._tidy)
