"""The Scheduler's way to Pub/Sub: a Publish call over loopback, as any other client would make it."""

from __future__ import annotations

from collections.abc import Mapping

import grpc

from infra.local.pubsub.wire import PublishResponse, PubsubMessage, message_class
from infra.local.scheduler import PublishError

_SECONDS = 10.0


class LoopbackPublisher:
    """Publishes to the Pub/Sub at `target`; connects with the first message."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._channel: grpc.aio.Channel | None = None

    async def publish(self, topic: str, data: bytes, attributes: Mapping[str, str]) -> None:
        """Return once the topic has taken the message; raises PublishError with the refusal otherwise."""
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self._target)
        call = self._channel.unary_unary(
            "/google.pubsub.v1.Publisher/Publish",
            request_serializer=message_class("PublishRequest").SerializeToString,
            response_deserializer=PublishResponse.FromString,
        )
        message = PubsubMessage(data=data, attributes=attributes)
        try:
            await call(message_class("PublishRequest")(topic=topic, messages=[message]), timeout=_SECONDS)
        except grpc.aio.AioRpcError as refused:
            raise PublishError(refused.code(), f"{topic}: {refused.details()}") from refused

    async def close(self) -> None:
        if self._channel is not None:
            await self._channel.close()
