"""google.pubsub.v1.Publisher: topics, and publishing to them."""

from __future__ import annotations

from typing import Any

import grpc

from infra.local.pubsub.broker import Broker
from infra.local.pubsub.errors import InvalidArgument
from infra.local.pubsub.masks import apply_mask
from infra.local.pubsub.message import check_message
from infra.local.pubsub.names import check, project_of
from infra.local.pubsub.paging import page
from infra.local.pubsub.rpc import unary
from infra.local.pubsub.wire import PublishResponse, message_class, seconds

_ListTopics = message_class("ListTopicsResponse")
_ListSubscriptions = message_class("ListTopicSubscriptionsResponse")
_ListSnapshots = message_class("ListTopicSnapshotsResponse")
_Detached = message_class("DetachSubscriptionResponse")

_ACTIVE = 1
_MOST_MESSAGES = 1000
_MONTH = 31 * 24 * 3600


class Publisher:
    """The RPCs, by their names."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def handlers(self) -> grpc.GenericRpcHandler:
        methods = {
            "CreateTopic": unary(self.create_topic, "Topic"),
            "UpdateTopic": unary(self.update_topic, "UpdateTopicRequest"),
            "Publish": unary(self.publish, "PublishRequest"),
            "GetTopic": unary(self.get_topic, "GetTopicRequest"),
            "ListTopics": unary(self.list_topics, "ListTopicsRequest"),
            "ListTopicSubscriptions": unary(self.list_subscriptions, "ListTopicSubscriptionsRequest"),
            "ListTopicSnapshots": unary(self.list_snapshots, "ListTopicSnapshotsRequest"),
            "DeleteTopic": unary(self.delete_topic, "DeleteTopicRequest"),
            "DetachSubscription": unary(self.detach, "DetachSubscriptionRequest"),
        }
        return grpc.method_handlers_generic_handler("google.pubsub.v1.Publisher", methods)

    async def create_topic(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        check(request.name, "topics")
        _check_retention(request)
        request.state = _ACTIVE
        return self._broker.save_topic(request, new=True).body

    async def update_topic(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        current = self._broker.topic(check(request.topic.name, "topics"))
        changed = apply_mask(current.body, request.topic, request.update_mask.paths, fixed=("name", "state"))
        _check_retention(changed)
        return self._broker.save_topic(changed, new=False).body

    async def get_topic(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        return self._broker.topic(check(request.topic, "topics")).body

    async def list_topics(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        prefix = f"projects/{project_of(request.project)}/"
        names = [name for name in self._broker.topics if name.startswith(prefix)]
        found, following = page(names, request.page_size, request.page_token)
        return _ListTopics(topics=[self._broker.topics[name].body for name in found], next_page_token=following)

    async def list_subscriptions(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        topic = self._broker.topic(check(request.topic, "topics"))
        names = [live.body.name for live in self._broker.of_topic(topic.body.name)]
        found, following = page(names, request.page_size, request.page_token)
        return _ListSubscriptions(subscriptions=found, next_page_token=following)

    async def list_snapshots(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        topic = self._broker.topic(check(request.topic, "topics"))
        names = [name for name, live in self._broker.snapshots.items() if live.body.topic == topic.body.name]
        found, following = page(names, request.page_size, request.page_token)
        return _ListSnapshots(snapshots=found, next_page_token=following)

    async def delete_topic(self, request: Any, _context: grpc.aio.ServicerContext) -> None:
        self._broker.topic(check(request.topic, "topics"))
        self._broker.delete_topic(request.topic)

    async def publish(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        topic = self._broker.topic(check(request.topic, "topics"))
        if not 0 < len(request.messages) <= _MOST_MESSAGES:
            raise InvalidArgument(f"A publish request holds 1 to {_MOST_MESSAGES} messages.")
        for message in request.messages:
            check_message(message)
        return PublishResponse(message_ids=self._broker.publish(topic, request.messages))

    async def detach(self, request: Any, _context: grpc.aio.ServicerContext) -> Any:
        live = self._broker.subscription(check(request.subscription, "subscriptions"))
        body = type(live.body)()
        body.CopyFrom(live.body)
        body.detached = True
        live = await self._broker.replace_subscription(body)
        self._broker.seek(live, [])
        return _Detached()


def _check_retention(topic: Any) -> None:
    if topic.HasField("message_retention_duration"):
        retention = seconds(topic.message_retention_duration)
        if not 600 <= retention <= _MONTH:
            raise InvalidArgument("message_retention_duration must be between 10 minutes and 31 days.")
