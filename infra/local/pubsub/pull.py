"""Pull: messages that a subscriber asks for, one answer at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from infra.local.pubsub.backlog import Lease
from infra.local.pubsub.broker import LiveSubscription
from infra.local.pubsub.errors import FailedPrecondition
from infra.local.pubsub.wire import PubsubMessage, ReceivedMessage

_LONGEST_WAIT = 30.0


def pullable(live: LiveSubscription) -> LiveSubscription:
    """The subscription, if messages may be pulled from it; else raises FailedPrecondition."""
    if live.push is not None:
        raise FailedPrecondition("This method is not supported for this subscription type: it is a push subscription.")
    if live.body.detached:
        raise FailedPrecondition("The subscription is detached from its topic.")
    return live


async def pull(live: LiveSubscription, limit: int, wait: float) -> list[Lease]:
    """Up to `limit` messages: at once if there are any, else the first to come within `wait` seconds (at most 30)."""
    arrived = asyncio.Event()
    live.backlog.listen(arrived.set)
    try:
        async with asyncio.timeout(min(wait, _LONGEST_WAIT)):
            while not (leases := live.backlog.take(limit, live.backlog.settings.ack_deadline)) and not live.deleted:
                arrived.clear()
                await arrived.wait()
            return leases
    except TimeoutError:
        return []
    finally:
        live.backlog.unlisten(arrived.set)


def received(live: LiveSubscription, leases: Sequence[Lease]) -> list[Any]:
    """The leases as ReceivedMessages; attempts are told only where a dead-letter policy counts them."""
    counts = live.backlog.settings.max_attempts > 0
    return [
        ReceivedMessage(
            ack_id=lease.ack_id,
            message=PubsubMessage.FromString(lease.body),
            delivery_attempt=lease.attempt if counts else 0,
        )
        for lease in leases
    ]
