"""A running local Pub/Sub with Google's own clients attached, unchanged."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from google.cloud import pubsub_v1
from google.pubsub_v1 import PublisherClient as GeneratedPublisher

from infra.local.clock import Clock, SystemClock
from infra.local.identity import Issuer
from infra.local.pubsub import PubSubService

PROJECT = "projects/p"


@dataclass
class Cloud:
    folder: Path
    clock: Clock = field(default_factory=SystemClock)

    async def start(self) -> Cloud:
        self.issuer = Issuer(self.folder, self.clock)
        self.service = PubSubService(self.folder, self.issuer, self.clock)
        self.server = grpc.aio.server(options=[("grpc.max_receive_message_length", 12_000_000)])
        self.service.register(self.server)
        port = self.server.add_insecure_port("127.0.0.1:0")
        await self.server.start()
        await self.service.start()
        os.environ["PUBSUB_EMULATOR_HOST"] = f"127.0.0.1:{port}"
        self.publisher = pubsub_v1.PublisherClient(
            publisher_options=pubsub_v1.types.PublisherOptions(enable_message_ordering=True)
        )
        self.subscriber = pubsub_v1.SubscriberClient()
        return self

    async def stop(self) -> None:
        await asyncio.to_thread(self.publisher.stop)
        await asyncio.to_thread(self.subscriber.close)
        self.publisher.transport.close()
        await self.service.stop()
        await self.server.stop(0)

    async def restart(self) -> Cloud:
        await self.stop()
        return await self.start()

    async def call(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        """Run a blocking client call beside the server's loop."""
        return await asyncio.to_thread(lambda: method(*args, **keywords))

    async def topic(self, topic: str = "orders", **settings: Any) -> str:
        name = f"{PROJECT}/topics/{topic}"
        await self.call(self.publisher.create_topic, request={"name": name, **settings})
        return name

    async def subscription(self, topic: str, subscription: str = "worker", **settings: Any) -> str:
        name = f"{PROJECT}/subscriptions/{subscription}"
        await self.call(self.subscriber.create_subscription, request={"name": name, "topic": topic, **settings})
        return name

    async def publish(self, topic: str, *bodies: bytes, ordering_key: str = "", **attributes: str) -> list[str]:
        """One Publish request for all bodies."""
        messages = [{"data": body, "attributes": attributes, "ordering_key": ordering_key} for body in bodies]
        answer = await self.call(GeneratedPublisher.publish, self.publisher, topic=topic, messages=messages)
        return list(answer.message_ids)

    async def pull(self, subscription: str, most: int = 100, wait: float = 0.6) -> list[Any]:
        answer = await self.call(
            self.subscriber.pull, subscription=subscription, max_messages=most, timeout=wait, retry=None
        )
        return list(answer.received_messages)

    async def acknowledge(self, subscription: str, *received: Any) -> None:
        await self.call(
            self.subscriber.acknowledge, subscription=subscription, ack_ids=[message.ack_id for message in received]
        )

    async def refuse(self, subscription: str, *received: Any) -> None:
        await self.call(
            self.subscriber.modify_ack_deadline,
            subscription=subscription,
            ack_ids=[message.ack_id for message in received],
            ack_deadline_seconds=0,
        )


def bodies(received: list[Any]) -> list[bytes]:
    return [message.message.data for message in received]
