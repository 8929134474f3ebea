"""The messages of google.pubsub.v1. `descriptors.binpb` is the installed client's; a test holds both equal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from google.protobuf import message_factory

from infra.local.descriptors import pool_of

DESCRIPTORS = Path(__file__).with_name("descriptors.binpb")
_POOL = pool_of(DESCRIPTORS)


def message_class(name: str) -> Any:
    """The class of the message `name`: one of google.pubsub.v1's, or one with its full name."""
    full_name = name if "." in name else f"google.pubsub.v1.{name}"
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(full_name))


Topic = message_class("Topic")
Subscription = message_class("Subscription")
Snapshot = message_class("Snapshot")
PubsubMessage = message_class("PubsubMessage")
ReceivedMessage = message_class("ReceivedMessage")
PublishResponse = message_class("PublishResponse")
PullResponse = message_class("PullResponse")
StreamingPullResponse = message_class("StreamingPullResponse")
Timestamp = message_class("google.protobuf.Timestamp")


def timestamp(seconds: float) -> Any:
    """A Timestamp of seconds since 1970, to the microsecond."""
    micros = round(seconds * 1_000_000)
    return Timestamp(seconds=micros // 1_000_000, nanos=micros % 1_000_000 * 1000)


def seconds(moment_or_span: Any) -> float:
    """What a Timestamp or a Duration says, as seconds."""
    return float(moment_or_span.seconds + moment_or_span.nanos / 1e9)
