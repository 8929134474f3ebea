"""The copy of a message that goes to the dead-letter topic: https://cloud.google.com/pubsub/docs/handling-failures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from infra.local.pubsub.names import project_of, short
from infra.local.pubsub.wire import PubsubMessage, seconds

_PREFIX = "CloudPubSubDeadLetterSource"


def forwarded(message: Any, subscription: str, attempts: int) -> Any:
    """`message` as it is published again after `attempts` failed deliveries, with where it came from."""
    copy = PubsubMessage(data=message.data, attributes=dict(message.attributes), ordering_key=message.ordering_key)
    published = datetime.fromtimestamp(seconds(message.publish_time), UTC)
    copy.attributes[f"{_PREFIX}DeliveryCount"] = str(attempts)
    copy.attributes[f"{_PREFIX}Subscription"] = short(subscription)
    copy.attributes[f"{_PREFIX}SubscriptionProject"] = project_of(subscription)
    copy.attributes[f"{_PREFIX}TopicPublishTime"] = published.isoformat(timespec="milliseconds")
    return copy
