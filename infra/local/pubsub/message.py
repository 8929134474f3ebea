"""The limits of one message: https://cloud.google.com/pubsub/quotas#resource_limits."""

from __future__ import annotations

from typing import Any

from infra.local.pubsub.errors import InvalidArgument

_MOST_BYTES = 10_000_000
_MOST_ATTRIBUTES = 100
_LONGEST_KEY, _LONGEST_VALUE, _LONGEST_ORDERING_KEY = 256, 1024, 1024


def check_message(message: Any) -> None:
    """Raise InvalidArgument for a PubsubMessage that Google would not take."""
    if not message.data and not message.attributes:
        raise InvalidArgument("Some messages in the batch are empty: a message needs data or an attribute.")
    if message.ByteSize() > _MOST_BYTES:
        raise InvalidArgument(f"A message is larger than {_MOST_BYTES} bytes.")
    if len(message.attributes) > _MOST_ATTRIBUTES:
        raise InvalidArgument(f"A message has more than {_MOST_ATTRIBUTES} attributes.")
    if len(message.ordering_key.encode()) > _LONGEST_ORDERING_KEY:
        raise InvalidArgument(f"An ordering key is longer than {_LONGEST_ORDERING_KEY} bytes.")
    for key, value in message.attributes.items():
        if not 0 < len(key.encode()) <= _LONGEST_KEY or len(value.encode()) > _LONGEST_VALUE:
            raise InvalidArgument("An attribute's key has 1 to 256 bytes and its value at most 1024.")
        if key.startswith("goog"):
            raise InvalidArgument(f"An attribute's key must not start with goog: {key}")
