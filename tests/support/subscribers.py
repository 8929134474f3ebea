"""Handlers of the tests' own, subscribed beside the platform's: served on loopback, called by the local Pub/Sub."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
from google.pubsub_v1 import SubscriberAsyncClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcAsyncIOTransport
from google.pubsub_v1.types import pubsub

from infra.local.environment import PROJECT
from infra.local.gateway.asgi import ASGIApp
from infra.local.rest import RestServer
from infra.local.runner.application import application
from tests.support.platform import LocalPlatform

TRIGGERS = Path(__file__).parent / "triggers" / "runtime"


class Handler:
    """The application between Pub/Sub and the function: counts deliveries; `times` and `jitter` multiply them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.deliveries = 0
        self.times = 1
        self.jitter = 0.0
        self.failing = False
        self._function: ASGIApp = application(TRIGGERS / f"{name}.py")
        self._dice = random.Random(7)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Deliver once for Pub/Sub to hear of, and as often more as asked, all in an order of chance."""
        if self.failing:
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        message = await receive()
        async with asyncio.TaskGroup() as group:
            for _ in range(self.times - 1):
                group.create_task(self._deliver(scope, message, _nowhere))
            await self._deliver(scope, message, send)

    async def _deliver(self, scope: Any, message: Any, send: Any) -> None:
        async def receive() -> Any:
            return message

        await asyncio.sleep(self._dice.uniform(0.0, self.jitter))
        self.deliveries += 1
        await self._function(dict(scope), receive, send)


async def _nowhere(_message: Any) -> None:
    return


@asynccontextmanager
async def subscribed(platform: LocalPlatform, name: str, topic: str, attempts: int = 100) -> AsyncIterator[Handler]:
    """The handler in tests/support/triggers/runtime/{name}.py, subscribed to `topic` until the context is left.

    After `attempts` failed deliveries Pub/Sub itself takes a message away.
    """
    handler = Handler(name)
    listener = socket.create_server(("127.0.0.1", 0))
    server = RestServer(handler, listener)
    await server.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with push_subscription(platform, name, topic, address, attempts):
            yield handler
    finally:
        await server.stop(grace=2.0)


@asynccontextmanager
async def push_subscription(
    platform: LocalPlatform, name: str, topic: str, address: str, attempts: int = 100
) -> AsyncIterator[None]:
    """A push subscription as provisioning makes it, removed when the context is left."""
    slug = name.replace("_", "-")
    channel = grpc.aio.insecure_channel(platform.environment["PUBSUB_EMULATOR_HOST"])
    client = SubscriberAsyncClient(transport=SubscriberGrpcAsyncIOTransport(channel=channel))
    path = f"projects/{PROJECT}/subscriptions/{slug}.{topic}"
    account = f"{slug}@{PROJECT}.iam.gserviceaccount.com"
    token = pubsub.PushConfig.OidcToken(service_account_email=account, audience=address)
    await client.create_subscription(
        request=pubsub.Subscription(
            name=path,
            topic=f"projects/{PROJECT}/topics/{topic}",
            push_config=pubsub.PushConfig(push_endpoint=address, oidc_token=token),
            ack_deadline_seconds=60,
            retry_policy=pubsub.RetryPolicy(minimum_backoff={"nanos": 50_000_000}, maximum_backoff={"seconds": 1}),
            dead_letter_policy=pubsub.DeadLetterPolicy(
                dead_letter_topic=f"projects/{PROJECT}/topics/dead-letters", max_delivery_attempts=attempts
            ),
        )
    )
    try:
        yield
    finally:
        await client.delete_subscription(subscription=path)
        await channel.close()
