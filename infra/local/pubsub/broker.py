"""The live topics, subscriptions and snapshots, and what happens to a message between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.local.delivery import Alarms, HttpClient
from infra.local.identity import Issuer
from infra.local.pubsub.backlog import Backlog
from infra.local.pubsub.dead_letter import forwarded
from infra.local.pubsub.errors import AlreadyExists, NotFound
from infra.local.pubsub.push import Push
from infra.local.pubsub.queue import Entry
from infra.local.pubsub.settings import settings_of
from infra.local.pubsub.store import Message, Store
from infra.local.pubsub.wire import PubsubMessage, Snapshot, Subscription, Topic, seconds, timestamp

DELETED_TOPIC = "_deleted-topic_"


@dataclass(slots=True, eq=False)
class LiveTopic:
    """A topic; `retains` is how long it keeps what was published to it, in seconds, 0 if it does not."""

    holder: int
    body: Any

    @property
    def retains(self) -> float:
        return seconds(self.body.message_retention_duration)


@dataclass(slots=True, eq=False)
class LiveSubscription:
    """A subscription with its backlog, and its push delivery if it has an endpoint."""

    holder: int
    body: Any
    backlog: Backlog
    push: Push | None = None
    deleted: bool = False


@dataclass(slots=True, eq=False)
class LiveSnapshot:
    """A snapshot: it holds what its subscription had not acknowledged, and what its topic got since."""

    holder: int
    body: Any


@dataclass(slots=True)
class Broker:
    """Everything that the services of the API work on."""

    store: Store
    alarms: Alarms
    client: HttpClient
    issuer: Issuer
    topics: dict[str, LiveTopic] = field(default_factory=dict)
    subscriptions: dict[str, LiveSubscription] = field(default_factory=dict)
    snapshots: dict[str, LiveSnapshot] = field(default_factory=dict)
    _last_message: int = 0

    def load(self) -> None:
        """Take up where the last process ended: all that is not acknowledged will be delivered again."""
        self._last_message = self.store.last_message()
        for holder, name, body in self.store.resources("topics"):
            self.topics[name] = LiveTopic(holder, Topic.FromString(body))
        for holder, name, body in self.store.resources("snapshots"):
            self.snapshots[name] = LiveSnapshot(holder, Snapshot.FromString(body))
        for holder, _, body in self.store.resources("subscriptions"):
            self._open(holder, Subscription.FromString(body))

    def topic(self, name: str) -> LiveTopic:
        if name not in self.topics:
            raise NotFound(name)
        return self.topics[name]

    def subscription(self, name: str) -> LiveSubscription:
        if name not in self.subscriptions:
            raise NotFound(name)
        return self.subscriptions[name]

    def snapshot(self, name: str) -> LiveSnapshot:
        if name not in self.snapshots:
            raise NotFound(name)
        return self.snapshots[name]

    def save_topic(self, body: Any, *, new: bool) -> LiveTopic:
        if new and body.name in self.topics:
            raise AlreadyExists(body.name)
        holder = self.store.save("topics", body.name, body.SerializeToString())
        self.topics[body.name] = LiveTopic(holder, body)
        return self.topics[body.name]

    def delete_topic(self, name: str) -> None:
        """Its subscriptions stay, with their backlogs, attached to nothing."""
        for subscription in self.of_topic(name):
            subscription.body.topic = DELETED_TOPIC
            self.store.save("subscriptions", subscription.body.name, subscription.body.SerializeToString())
        self.store.remove(self.topics.pop(name).holder)

    def create_subscription(self, body: Any) -> LiveSubscription:
        if body.name in self.subscriptions:
            raise AlreadyExists(body.name)
        return self._open(self.store.save("subscriptions", body.name, body.SerializeToString()), body)

    async def replace_subscription(self, body: Any) -> LiveSubscription:
        """Apply changed settings: deliveries that are under way begin again under the new ones."""
        await self._close(self.subscription(body.name))
        return self._open(self.store.save("subscriptions", body.name, body.SerializeToString()), body)

    async def delete_subscription(self, name: str) -> None:
        subscription = self.subscriptions.pop(name)
        await self._close(subscription)
        self.store.remove(subscription.holder)

    async def close(self) -> None:
        for subscription in self.subscriptions.values():
            await self._close(subscription)

    def of_topic(self, name: str) -> list[LiveSubscription]:
        return [live for live in self.subscriptions.values() if live.body.topic == name]

    def publish(self, topic: LiveTopic, messages: Iterable[Any], moved: tuple[int, int] | None = None) -> list[str]:
        """Store messages and hand them to the topic's subscriptions; returns their ids.

        `moved`: the (holder, message) that these replace, let go of in the same transaction.
        """
        now = self.alarms.clock.now()
        subscriptions = self.of_topic(topic.body.name)
        always = [live.holder for live in self.snapshots.values() if live.body.topic == topic.body.name]
        always += [topic.holder] if topic.retains else []
        rows: list[Message] = []
        holds: list[tuple[int, int]] = []
        receivers: list[tuple[LiveSubscription, Message]] = []
        ids: list[str] = []
        for message in messages:
            row = self._stamp(message, now)
            ids.append(message.message_id)
            accepting = [live for live in subscriptions if live.backlog.settings.accepts(message.attributes)]
            holders = [live.holder for live in accepting] + always
            if holders:
                rows.append(row)
                holds += [(holder, row.message) for holder in holders]
                receivers += [(live, row) for live in accepting]
        self.store.add(rows, holds, moved)
        for live, row in receivers:
            live.backlog.add(row.message, row.ordering_key)
        return ids

    def seek(self, subscription: LiveSubscription, candidates: Sequence[tuple[int, bytes]]) -> None:
        """Make the candidates (message, body) that pass its filter the subscription's backlog."""
        settings = subscription.backlog.settings
        wanted = [
            message for message, body in candidates if settings.accepts(PubsubMessage.FromString(body).attributes)
        ]
        self.store.reset(subscription.holder, wanted, retain=settings.retain_acknowledged)
        subscription.backlog.load(self.store.pending(subscription.holder))

    def _stamp(self, message: Any, now: float) -> Message:
        # Ids grow with time, so that they stay unique when messages, and even this service's files, are deleted.
        self._last_message = max(self._last_message + 1, int(now * 1_000_000))
        message.message_id = str(self._last_message)
        message.publish_time.CopyFrom(timestamp(now))
        return Message(self._last_message, now, message.ordering_key, message.SerializeToString())

    def _open(self, holder: int, body: Any) -> LiveSubscription:
        settings = settings_of(body)
        backlog = Backlog(holder, settings, self.store, self.alarms, lambda entry: self._forward(live, entry))
        live = LiveSubscription(holder, body, backlog)
        self.subscriptions[body.name] = live
        backlog.load(self.store.pending(holder))
        if body.push_config.push_endpoint and not body.detached:
            live.push = Push(body, backlog, self.client, self.issuer, self.alarms)
            live.push.start()
        return live

    async def _close(self, live: LiveSubscription) -> None:
        if live.push is not None:
            await live.push.stop()
        live.deleted = True
        live.backlog.load([])

    def _forward(self, live: LiveSubscription, entry: Entry) -> bool:
        topic = self.topics.get(live.backlog.settings.dead_letter_topic)
        body = self.store.body(entry.message)
        if topic is None or body is None:
            return False
        copy = forwarded(PubsubMessage.FromString(body), live.body.name, entry.failures)
        self.publish(topic, [copy], moved=(live.holder, entry.message))
        return True
