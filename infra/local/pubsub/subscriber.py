"""google.pubsub.v1.Subscriber: subscriptions, pulling and acknowledging."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc

from infra.local.pubsub.broker import Broker
from infra.local.pubsub.errors import InvalidArgument, NotFound, Unavailable
from infra.local.pubsub.masks import apply_mask
from infra.local.pubsub.names import check, project_of
from infra.local.pubsub.paging import page
from infra.local.pubsub.pull import pull, pullable, received
from infra.local.pubsub.replay import Replay
from infra.local.pubsub.rpc import stream, unary
from infra.local.pubsub.settings import complete
from infra.local.pubsub.streaming_pull import PullStream
from infra.local.pubsub.wire import PullResponse, message_class

_ListSubscriptions = message_class("ListSubscriptionsResponse")

_FIXED = ("name", "topic", "filter", "enable_message_ordering", "state", "detached")
# Answer this long before the caller's deadline, so that it gets an empty answer and not an error.
_HEADROOM = 0.5


class Subscriber:
    """The RPCs, by their names; snapshots and seeks are in `Replay`."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._replay = Replay(broker)

    def handlers(self) -> grpc.GenericRpcHandler:
        methods = {
            "CreateSubscription": unary(self.create, "Subscription"),
            "GetSubscription": unary(self.get, "GetSubscriptionRequest"),
            "UpdateSubscription": unary(self.update, "UpdateSubscriptionRequest"),
            "ListSubscriptions": unary(self.list, "ListSubscriptionsRequest"),
            "DeleteSubscription": unary(self.delete, "DeleteSubscriptionRequest"),
            "ModifyPushConfig": unary(self.modify_push_config, "ModifyPushConfigRequest"),
            "Pull": unary(self.pull, "PullRequest"),
            "StreamingPull": stream(self.streaming_pull, "StreamingPullRequest"),
            "Acknowledge": unary(self.acknowledge, "AcknowledgeRequest"),
            "ModifyAckDeadline": unary(self.modify_ack_deadline, "ModifyAckDeadlineRequest"),
            **self._replay.methods(),
        }
        return grpc.method_handlers_generic_handler("google.pubsub.v1.Subscriber", methods)

    async def create(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        complete(request)
        self._broker.topic(check(request.topic, "topics"))
        self._check_dead_letter_topic(request)
        return self._broker.create_subscription(request).body

    async def get(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        return self._broker.subscription(check(request.subscription, "subscriptions")).body

    async def update(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        current = self._broker.subscription(check(request.subscription.name, "subscriptions"))
        changed = apply_mask(current.body, request.subscription, request.update_mask.paths, _FIXED)
        complete(changed)
        self._check_dead_letter_topic(changed)
        return (await self._broker.replace_subscription(changed)).body

    async def list(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        prefix = f"projects/{project_of(request.project)}/"
        names = [name for name in self._broker.subscriptions if name.startswith(prefix)]
        found, following = page(names, request.page_size, request.page_token)
        bodies = [self._broker.subscriptions[name].body for name in found]
        return _ListSubscriptions(subscriptions=bodies, next_page_token=following)

    async def delete(self, request: Any, _context: grpc.aio.ServicerContext) -> None:
        self._broker.subscription(check(request.subscription, "subscriptions"))
        await self._broker.delete_subscription(request.subscription)

    async def modify_push_config(self, request: Any, _context: grpc.aio.ServicerContext) -> None:
        live = self._broker.subscription(check(request.subscription, "subscriptions"))
        wanted = type(live.body)(push_config=request.push_config)
        changed = apply_mask(live.body, wanted, ["push_config"], _FIXED)
        complete(changed)
        await self._broker.replace_subscription(changed)

    async def pull(self, request: Any, context: grpc.aio.ServicerContext) -> Any:
        live = pullable(self._broker.subscription(check(request.subscription, "subscriptions")))
        if request.max_messages < 1:
            raise InvalidArgument("max_messages must be at least 1.")
        remaining = context.time_remaining()
        wait = float("inf") if remaining is None else max(remaining - _HEADROOM, 0)
        leases = await pull(live, request.max_messages, 0 if request.return_immediately else wait)
        return PullResponse(received_messages=received(live, leases))

    async def streaming_pull(
        self, requests: AsyncIterator[Any], _context: grpc.aio.ServicerContext
    ) -> AsyncIterator[Any]:
        first = await anext(aiter(requests), None)
        if first is None:
            return
        live = pullable(self._broker.subscription(check(first.subscription, "subscriptions")))
        async for response in PullStream(live, first).responses(requests):
            yield response
        if live.deleted:
            if first.subscription in self._broker.subscriptions:
                raise Unavailable("The subscription's settings have changed: open the stream again.")
            raise NotFound(first.subscription)

    async def acknowledge(self, request: Any, _context: grpc.aio.ServicerContext) -> None:
        live = self._broker.subscription(check(request.subscription, "subscriptions"))
        live.backlog.acknowledge(_some(request.ack_ids))

    async def modify_ack_deadline(self, request: Any, _context: grpc.aio.ServicerContext) -> None:
        live = self._broker.subscription(check(request.subscription, "subscriptions"))
        if not 0 <= request.ack_deadline_seconds <= 600:
            raise InvalidArgument("ack_deadline_seconds must be between 0 and 600.")
        live.backlog.modify(_some(request.ack_ids), request.ack_deadline_seconds)

    def _check_dead_letter_topic(self, subscription: Any) -> None:
        if subscription.HasField("dead_letter_policy"):
            self._broker.topic(subscription.dead_letter_policy.dead_letter_topic)


def _some(ack_ids: Any) -> Any:
    if not ack_ids:
        raise InvalidArgument("No ack ids specified.")
    return ack_ids
