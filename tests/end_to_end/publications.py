"""When each event was published, as the local Pub/Sub stamped it, beside when it was committed and when all was up."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.pubsub_v1 import PublisherAsyncClient, SubscriberAsyncClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcAsyncIOTransport
from google.pubsub_v1.types import pubsub

AT_ONCE = 1000


@dataclass(slots=True)
class Uptime:
    """When the platform was up, in seconds since the epoch; the last stretch has no end."""

    stretches: list[tuple[float, float]] = field(default_factory=list)

    def went_up(self, at: float) -> None:
        self.stretches.append((at, float("inf")))

    def went_down(self, at: float) -> None:
        if self.stretches and self.stretches[-1][1] == float("inf"):
            self.stretches[-1] = (self.stretches[-1][0], at)

    def longest_within(self, start: float, end: float) -> float:
        """Seconds of the longest stretch between two moments: how long something waited though nothing was down."""
        return max((min(end, down) - max(start, up) for up, down in self.stretches), default=0.0)


class Publications:
    """A subscription beside each service's own, on every topic of events: it is told what they are told."""

    def __init__(self) -> None:
        self.first: dict[str, float] = {}
        """The moment of each event's first publication, by event id, as far as it was heard."""
        self._subscriptions: list[str] = []

    async def subscribe(self, environment: Mapping[str, str]) -> None:
        """Hear of everything that is published from now on."""
        project = f"projects/{environment['GOOGLE_CLOUD_PROJECT']}"
        async with grpc.aio.insecure_channel(environment["PUBSUB_EMULATOR_HOST"]) as channel:
            publisher = PublisherAsyncClient(transport=PublisherGrpcAsyncIOTransport(channel=channel))
            subscriber = SubscriberAsyncClient(transport=SubscriberGrpcAsyncIOTransport(channel=channel))
            topics = await publisher.list_topics(request={"project": project})
            async for topic in topics:
                if topic.name.endswith("-events"):
                    name = f"{project}/subscriptions/kills.{topic.name.rpartition('/')[2]}"
                    wanted = pubsub.Subscription(name=name, topic=topic.name, ack_deadline_seconds=600)
                    await subscriber.create_subscription(request=wanted)
                    self._subscriptions.append(name)

    async def hear(self, environment: Mapping[str, str]) -> None:
        """Take up what was published, from where the platform is now."""
        async with grpc.aio.insecure_channel(environment["PUBSUB_EMULATOR_HOST"]) as channel:
            subscriber = SubscriberAsyncClient(transport=SubscriberGrpcAsyncIOTransport(channel=channel))
            for name in self._subscriptions:
                while received := await _pulled(subscriber, name):
                    for message in (one.message for one in received):
                        event_id, at = message.attributes["event_id"], message.publish_time.timestamp()
                        self.first[event_id] = min(at, self.first.get(event_id, at))


async def _pulled(subscriber: Any, name: str) -> Sequence[Any]:
    request = pubsub.PullRequest(subscription=name, max_messages=AT_ONCE, return_immediately=True)
    received: Sequence[Any] = (await subscriber.pull(request=request)).received_messages
    if received:
        await subscriber.acknowledge(subscription=name, ack_ids=[one.ack_id for one in received])
    return received


async def commits(database: Any) -> dict[str, float]:
    """The moment at which each stored event was committed, by event id, as Firestore stamped it."""
    events = database.collection_group("events").stream()
    return {snapshot.id: snapshot.create_time.ToNanoseconds() / 1e9 async for snapshot in events}


def at(part: float, ordered: Sequence[float]) -> float:
    """The value below which `part` of the ordered ones lie."""
    return next(itertools.islice(ordered, int(part * (len(ordered) - 1)), None))
