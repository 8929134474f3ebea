"""A subscription's settings: Google's defaults, Google's limits, and the same in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.local.delivery import Backoff
from infra.local.pubsub.errors import InvalidArgument, NotOffered
from infra.local.pubsub.filter import FilterError, Predicate, compile_filter
from infra.local.pubsub.names import check
from infra.local.pubsub.wire import seconds

_DAY = 24 * 3600
_ACTIVE = 1

# Push without a retry policy: https://cloud.google.com/pubsub/docs/push#push_backoff
_PUSH_BACKOFF = Backoff(0.1, 60)
_AT_ONCE = Backoff(0, 0)


@dataclass(frozen=True, slots=True)
class Settings:
    """What delivery asks of a subscription. `dead_letter_topic` is empty and `max_attempts` 0 without a policy."""

    ack_deadline: float
    retention: float
    retain_acknowledged: bool
    ordered: bool
    accepts: Predicate
    backoff: Backoff
    dead_letter_topic: str
    max_attempts: int


def complete(subscription: Any) -> None:
    """Fill in Google's defaults and check Google's limits, in place. Raises InvalidArgument, NotOffered."""
    check(subscription.name, "subscriptions")
    _refuse_other_sinks(subscription)
    subscription.state = _ACTIVE
    subscription.ack_deadline_seconds = subscription.ack_deadline_seconds or 10
    if not subscription.HasField("message_retention_duration"):
        subscription.message_retention_duration.seconds = 7 * _DAY
    if not subscription.HasField("expiration_policy"):
        subscription.expiration_policy.ttl.seconds = 31 * _DAY
    if subscription.HasField("dead_letter_policy"):
        policy = subscription.dead_letter_policy
        policy.max_delivery_attempts = policy.max_delivery_attempts or 5
    if subscription.HasField("retry_policy"):
        _complete_retry(subscription.retry_policy)
    _check_limits(subscription)


def settings_of(subscription: Any) -> Settings:
    """The plain values of a completed subscription."""
    dead_letter = subscription.HasField("dead_letter_policy")
    return Settings(
        ack_deadline=subscription.ack_deadline_seconds,
        retention=seconds(subscription.message_retention_duration),
        retain_acknowledged=subscription.retain_acked_messages,
        ordered=subscription.enable_message_ordering,
        accepts=_filter_of(subscription),
        backoff=_backoff_of(subscription),
        dead_letter_topic=subscription.dead_letter_policy.dead_letter_topic if dead_letter else "",
        max_attempts=subscription.dead_letter_policy.max_delivery_attempts if dead_letter else 0,
    )


def _complete_retry(policy: Any) -> None:
    if not policy.HasField("minimum_backoff"):
        policy.minimum_backoff.seconds = 10
    if not policy.HasField("maximum_backoff"):
        policy.maximum_backoff.seconds = 600


def _check_limits(subscription: Any) -> None:
    _within("ack_deadline_seconds", subscription.ack_deadline_seconds, 10, 600)
    _within("message_retention_duration", seconds(subscription.message_retention_duration), 600, 31 * _DAY)
    _filter_of(subscription)
    if subscription.HasField("dead_letter_policy"):
        check(subscription.dead_letter_policy.dead_letter_topic, "topics")
        _within("max_delivery_attempts", subscription.dead_letter_policy.max_delivery_attempts, 5, 100)
    if subscription.HasField("retry_policy"):
        backoff = _backoff_of(subscription)
        _within("minimum_backoff", backoff.minimum, 0, 600)
        _within("maximum_backoff", backoff.maximum, backoff.minimum, 600)
    endpoint = subscription.push_config.push_endpoint
    if endpoint and not endpoint.startswith(("https://", "http://")):
        raise InvalidArgument(f"Invalid push endpoint given (endpoint={endpoint}).")


def _within(field: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise InvalidArgument(f"Invalid {field}: {value:g} is not between {least:g} and {most:g}.")


def _filter_of(subscription: Any) -> Predicate:
    try:
        return compile_filter(subscription.filter)
    except FilterError as error:
        raise InvalidArgument(f"Invalid filter: {error}.") from error


def _backoff_of(subscription: Any) -> Backoff:
    if subscription.HasField("retry_policy"):
        policy = subscription.retry_policy
        return Backoff(seconds(policy.minimum_backoff), seconds(policy.maximum_backoff))
    return _PUSH_BACKOFF if subscription.push_config.push_endpoint else _AT_ONCE


def _refuse_other_sinks(subscription: Any) -> None:
    for field in ("bigquery_config", "cloud_storage_config", "bigtable_config"):
        if subscription.HasField(field):
            raise NotOffered(f"{field}: the local Pub/Sub delivers by push and pull only.")
    if subscription.enable_exactly_once_delivery:
        raise NotOffered("enable_exactly_once_delivery: the local Pub/Sub delivers at least once.")
    if subscription.message_transforms:
        raise NotOffered("message_transforms: the local Pub/Sub does not run them.")
