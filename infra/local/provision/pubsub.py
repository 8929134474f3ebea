"""Topics and push subscriptions, through Google's Pub/Sub clients."""

from __future__ import annotations

from typing import Any, Final

import grpc
from google.api_core.exceptions import NotFound
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from google.pubsub_v1.types import pubsub

from infra.local.provision.plan import RETENTION_SECONDS, RETRY_SECONDS, Plan, Subscription

_LABELS: Final = {"provisioned-by": "manifest"}
_CHANGEABLE: Final = (
    "push_config",
    "ack_deadline_seconds",
    "message_retention_duration",
    "retry_policy",
    "dead_letter_policy",
)


def apply(plan: Plan, target: str, project: str) -> None:
    """Create, change and remove until the Pub/Sub at `target` is as planned. What others made is left alone."""
    channel = grpc.insecure_channel(target)
    try:
        publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        parent = f"projects/{project}"
        topics = {topic.name: topic for topic in publisher.list_topics(project=parent)}
        for name in plan.topics:
            if f"{parent}/topics/{name}" not in topics:
                publisher.create_topic(request=pubsub.Topic(name=f"{parent}/topics/{name}", labels=_LABELS))
        _subscribe(plan, subscriber, parent)
        for name, topic in topics.items() if plan.complete else ():
            if dict(topic.labels) == _LABELS and name.rpartition("/")[2] not in plan.topics:
                publisher.delete_topic(topic=name)
    finally:
        channel.close()


def _subscribe(plan: Plan, subscriber: SubscriberClient, parent: str) -> None:
    present = {found.name: found for found in subscriber.list_subscriptions(project=parent)}
    wanted = {made.name: made for made in (_resource(planned, parent) for planned in plan.subscriptions)}
    for name, resource in wanted.items():
        found = present.get(name)
        if found is None:
            subscriber.create_subscription(request=resource)
        elif found.filter != resource.filter or found.topic != resource.topic:
            subscriber.delete_subscription(subscription=name)
            subscriber.create_subscription(request=resource)
        elif changed := [field for field in _CHANGEABLE if getattr(found, field) != getattr(resource, field)]:
            subscriber.update_subscription(
                request=pubsub.UpdateSubscriptionRequest(subscription=resource, update_mask=FieldMask(paths=changed))
            )
    for name, found in present.items() if plan.complete else ():
        if name not in wanted and dict(found.labels) == _LABELS:
            _remove(subscriber, name)


def _remove(subscriber: SubscriberClient, name: str) -> None:
    try:
        subscriber.delete_subscription(subscription=name)
    except NotFound:
        return


def _resource(planned: Subscription, parent: str) -> Any:
    shortest, longest = RETRY_SECONDS
    resource = pubsub.Subscription(
        name=f"{parent}/subscriptions/{planned.name}",
        topic=f"{parent}/topics/{planned.topic}",
        push_config=pubsub.PushConfig(
            push_endpoint=planned.target.address,
            oidc_token=pubsub.PushConfig.OidcToken(
                service_account_email=planned.target.account, audience=planned.target.address
            ),
        ),
        ack_deadline_seconds=planned.ack_seconds,
        message_retention_duration=Duration(seconds=RETENTION_SECONDS),
        retry_policy=pubsub.RetryPolicy(minimum_backoff=_duration(shortest), maximum_backoff=_duration(longest)),
        filter=planned.filter,
        labels=_LABELS,
    )
    if planned.dead_letters:
        resource.dead_letter_policy = pubsub.DeadLetterPolicy(
            dead_letter_topic=f"{parent}/topics/{planned.dead_letters}", max_delivery_attempts=planned.max_attempts
        )
    return resource


def _duration(seconds: float) -> Duration:
    made = Duration()
    made.FromMilliseconds(round(seconds * 1000))
    return made
