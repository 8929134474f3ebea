"""A Pub/Sub message as a push delivers it, and a Firestore change as Eventarc does: read from the request's bytes."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson


class UnreadableDelivery(Exception):
    """A delivery that no retry will make readable; the text says why."""


@dataclass(frozen=True, slots=True)
class Message:
    """`data` as published; `delivery_attempt` counts from 1 where the subscription has a dead-letter policy."""

    data: bytes
    attributes: Mapping[str, str]
    message_id: str
    subscription: str
    delivery_attempt: int


def read_push(body: bytes) -> Message:
    """The message of a push request's JSON body. Raises UnreadableDelivery."""
    try:
        push = orjson.loads(body)
        message = push["message"]
        return Message(
            data=base64.b64decode(message.get("data", ""), validate=True),
            attributes=message.get("attributes") or {},
            message_id=message["messageId"],
            subscription=push.get("subscription", ""),
            delivery_attempt=int(push.get("deliveryAttempt", 1)),
        )
    except (orjson.JSONDecodeError, binascii.Error, KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableDelivery(f"this is no Pub/Sub push body: {type(error).__name__}: {error}") from None


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A change of a Firestore document.

    `path` is relative to the database; `parameters` are the pattern's named segments; `fields` the document after the
    change (None: deleted), `old_fields` before it (None: created).
    """

    change_id: str
    path: str
    parameters: Mapping[str, str]
    fields: Mapping[str, Any] | None
    old_fields: Mapping[str, Any] | None


def read_document_change(headers: Mapping[bytes, bytes], body: bytes, pattern: re.Pattern[str]) -> DocumentChange:
    """The change of a binary-mode CloudEvent with DocumentEventData. Raises UnreadableDelivery."""
    from google.events.cloud.firestore_v1 import DocumentEventData
    from google.protobuf.message import DecodeError

    path = headers.get(b"ce-document", b"").decode()
    match = pattern.fullmatch(path)
    if match is None:
        raise UnreadableDelivery(f"the document {path!r} does not match this function's pattern")
    try:
        data = DocumentEventData.pb(DocumentEventData()).FromString(body)
    except DecodeError as error:
        raise UnreadableDelivery(f"the body is no DocumentEventData: {error}") from None
    return DocumentChange(
        change_id=headers.get(b"ce-id", b"").decode(),
        path=path,
        parameters=match.groupdict(),
        fields=_fields(data.value.fields) if data.HasField("value") else None,
        old_fields=_fields(data.old_value.fields) if data.HasField("old_value") else None,
    )


def _fields(fields: Any) -> dict[str, Any]:
    return {name: _value(value) for name, value in fields.items()}


def _value(value: Any) -> Any:
    """A Firestore value as the plain Python value that Google's client would give."""
    kind = value.WhichOneof("value_type")
    if kind in (None, "null_value"):
        return None
    if kind == "map_value":
        return _fields(value.map_value.fields)
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    if kind == "timestamp_value":
        from google.api_core.datetime_helpers import DatetimeWithNanoseconds

        return DatetimeWithNanoseconds.from_timestamp_pb(value.timestamp_value)
    return getattr(value, kind)


def document_pattern(pattern: str) -> re.Pattern[str]:
    """An Eventarc path pattern (`tenants/{tenant}/events/{event}`, `*`, `**`) as a regular expression with names."""
    parts = []
    for segment in pattern.split("/"):
        if segment == "**":
            parts.append(".+")
        elif segment == "*":
            parts.append("[^/]+")
        elif segment.startswith("{") and segment.endswith("=**}"):
            parts.append(f"(?P<{segment[1:-4]}>.+)")
        elif segment.startswith("{") and segment.endswith("}"):
            parts.append(f"(?P<{segment[1:-1].removesuffix('=*')}>[^/]+)")
        else:
            parts.append(re.escape(segment))
    return re.compile("/".join(parts))
