"""The word that an event has its number: published to the tenant's channel, with the event where it is small."""

from __future__ import annotations

import orjson

from shared_layer.live.chain_reading import encoded
from shared_layer.live.entry import SMALL, Entry
from shared_layer.messaging.envelope import Envelope
from shared_layer.storage.redis_channels import publish


def channel_of(tenant_id: str) -> str:
    """The tenant's channel."""
    return f"live:{tenant_id}"


async def announce(event: Envelope, seq: int) -> None:
    """Tell every instance that listens to the tenant. Twice is harmless; lost, the store is asked before long."""
    data = encoded(seq, event)
    told = {"seq": seq, "type": event.event_type, "data": orjson.Fragment(data if len(data) <= SMALL else b"null")}
    await publish(channel_of(event.tenant_id), orjson.dumps(told))


def announced(message: bytes) -> Entry:
    """An announcement read again; without data where the event was too large. Raises ValueError, KeyError."""
    told = orjson.loads(message)
    data = orjson.dumps(told["data"]) if told["data"] is not None else b""
    return Entry(int(told["seq"]), str(told["type"]), data)
