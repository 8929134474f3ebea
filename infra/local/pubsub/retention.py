"""The hourly round that lets go of what nobody may ask for any more."""

from __future__ import annotations

from infra.local.pubsub.broker import Broker
from infra.local.pubsub.wire import seconds

_HOUR = 3600.0


class Retention:
    """Ends messages older than their subscription's or topic's retention, and expired snapshots."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def start(self) -> None:
        """Make a round now and every hour from now on."""
        self.round()
        self._broker.alarms.after(_HOUR, self.start)

    def round(self) -> None:
        now = self._broker.alarms.clock.now()
        store = self._broker.store
        for live in self._broker.subscriptions.values():
            live.backlog.drop(store.expire(live.holder, now - live.backlog.settings.retention))
        for topic in self._broker.topics.values():
            store.expire(topic.holder, now - topic.retains)
        for name, snapshot in list(self._broker.snapshots.items()):
            if seconds(snapshot.body.expire_time) <= now:
                store.remove(snapshot.holder)
                del self._broker.snapshots[name]
